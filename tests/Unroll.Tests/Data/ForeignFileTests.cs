using System.IO.Compression;
using System.Text;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Files that hold no text are named, and what to do about them.</summary>
public class ForeignFileTests
{
    [Theory]
    [InlineData("BZh91AY&SY\0", "bzip2 data; decompress it (bzip2 -d), or compress it with gzip, which is read")]
    [InlineData("\u00FD7zXZ\0\0\u0004", "xz data; decompress it (xz -d)")]
    [InlineData("\u0028\u00B5\u002F\u00FD$", "Zstandard data; decompress it (zstd -d)")]
    [InlineData("\u0004\u0022\u004D\u0018", "LZ4 data")]
    [InlineData("7z\u00BC\u00AF\u0027\u001C\0\u0004", "a 7z archive; unpack it and give the file inside (7z x)")]
    [InlineData("Rar!\u001A\u0007\u0001\0", "a RAR archive; unpack it")]
    [InlineData("PK\u0003\u0004\u0014\0\0\0a.csv", "a zip archive; unpack it and give the file inside (unzip)")]
    [InlineData("PK\u0005\u0006\0\0\0\0", "a zip archive; unpack it")]
    [InlineData("PK\u0003\u0004[Content_Types].xml  xl/workbook.xml", "an Excel workbook (.xlsx); save the sheet as CSV UTF-8")]
    [InlineData("PK\u0003\u0004[Content_Types].xml", "an Office document (.xlsx or .docx); save the sheet as CSV UTF-8")]
    [InlineData("PK\u0003\u0004[Content_Types].xml word/document.xml", "a Word document (.docx)")]
    [InlineData("PK\u0003\u0004mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)")]
    [InlineData("PK\u0003\u0004weights.npy", "an archive of NumPy arrays (.npz)")]
    [InlineData("PK\u0003\u0004archive/data.pkl", "a file of torch.save")]
    [InlineData("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1\0", "an old Office document (.xls or .doc)")]
    [InlineData("PAR1\u0015\u0004", "a Parquet file; write it as CSV or JSON lines (pandas: read_parquet, then to_csv)")]
    [InlineData("ARROW1\0\0", "an Arrow file (Feather)")]
    [InlineData("ORC\u0008", "an ORC file")]
    [InlineData("Obj\u0001\u0004", "an Avro file")]
    [InlineData("SQLite format 3\0\u0010", "an SQLite database; write its rows as CSV (sqlite3")]
    [InlineData("\u0089HDF\r\n\u001A\n", "an HDF5 file")]
    [InlineData("\u0093NUMPY\u0001\0", "a NumPy array (.npy)")]
    [InlineData("\u0080\u0004\u0095\u0010", "a pickle of Python")]
    [InlineData("\u0080\u0002\u008A\u000Al\u00FC\u009CF\u00F9", "a file of torch.save in its old form")]
    [InlineData("\u0008\u0007\u0012\u0007pytorch\u001A\u00051.7.0", "an ONNX model")]
    [InlineData("\u0040\0\0\0\0\0\0\0{\"a\":", "a safetensors file")]
    [InlineData("GGUF\u0003\0\0\0", "a GGUF model")]
    [InlineData("\u00BA\u0016O/\u000C\0\0\0", "a model of fastText (.bin)")]
    [InlineData("3 2\nfine \u00CD\u00CC\u00CC\u003D\u00CD\u00CC\u004C\u003E\n", "word vectors in word2vec's binary form")]
    [InlineData("%PDF-1.7\n", "a PDF document")]
    [InlineData("\u0089PNG\r\n\u001A\n", "a picture (PNG); give the file of texts itself")]
    [InlineData("\u00FF\u00D8\u00FF\u00E0", "a picture (JPEG)")]
    [InlineData("GIF89a\u0001", "a picture (GIF)")]
    [InlineData("RIFF\u0010\0\0\0WEBPVP8 ", "a picture (WebP)")]
    [InlineData("BM\u0010\0\0\0\0\0\0\0", "a picture (BMP)")]
    [InlineData("<!DOCTYPE html>\n<html>", "an HTML page; download the file itself (on GitHub: Raw)")]
    [InlineData("\u00EF\u00BB\u00BF\n <html lang=en>", "an HTML page")]
    [InlineData("\n\n<!DOCTYPE html>\n", "an HTML page")]
    [InlineData("<?xml version=\"1.0\"?>", "XML; put the texts into CSV, TSV or JSON lines")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:", "a Git LFS pointer, not the file itself; fetch it")]
    [InlineData("404: Not Found", "a server's answer that there is no such file")]
    [InlineData("\u00FF\u00FEl\0", "UTF-16; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)")]
    [InlineData("\u00FF\u00FE\0\0l\0\0\0", "UTF-32; save it as UTF-8 (iconv -f UTF-32 -t UTF-8)")]
    [InlineData("\0\0\u00FE\u00FF\0\0\0l", "UTF-32")]
    public void First_bytes_tell_what_a_file_is(string first, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(first);
        ForeignFile foreign = Assert.IsType<ForeignFile>(ForeignFile.Of(bytes));
        Assert.StartsWith(expected, $"{foreign.Name}; {foreign.Advice}", StringComparison.Ordinal);
        string message = Reading.Error(() => Reading.Input(bytes));
        Assert.Equal($"standard input:1: the file is {foreign.Name}, expected UTF-8 text; {foreign.Advice}", message);

        // A piece at a time, compressed, and read as lines.
        Assert.Equal(message, Reading.Error(() => Reading.Input(() => new ChunkedStream(bytes, 32)).Count()));
        Assert.Equal(message, Reading.Error(() => Reading.Input(Reading.Gzip(bytes))));
        Assert.Equal(message, Reading.Error(() => DataFile.ReadLines(new MemoryStream(bytes), "standard input").Count()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PK,text\n")]
    [InlineData("ORCID,label,text\n")]
    [InlineData("PAR1,text\n")]
    [InlineData("BZh9 is a name\n")]
    [InlineData("BM\tlabel\n")]
    [InlineData("404: Not what it said\n")]
    [InlineData("version https://example.org\n")]
    [InlineData("{\"label\":\"a\",\"text\":\"x\"}\n")]
    [InlineData("3 2\nfine 0.1 0.2\ndull 0.3 0.4\n")]
    [InlineData("3 2\nété 0.1 0.2\n電影 0.3 0.4\n")]
    [InlineData("<pad>\n<unk>\n")]
    public void Text_is_text(string first)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(first);
        for (int length = 0; length <= bytes.Length; length++)
            Assert.Null(ForeignFile.Of(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Word_vectors_as_text_with_a_broken_word_are_text() =>
        Assert.Null(ForeignFile.Of([.. "3 3\nfine 0.1 0.2 0.3\ncaf"u8, 0xC3, .. " 0.4 0.4 0.4\ndull 0.3 0.1 0.2\n"u8]));

    [Fact]
    public void Archives_that_are_made_today_are_known()
    {
        var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = zip.CreateEntry("rows.csv").Open();
            entry.Write("label,text\na,x\n"u8);
        }
        Assert.Equal("a zip archive", ForeignFile.Describe(archive.ToArray()));
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.csv.gz"], archive.ToArray());
        Assert.Equal(
            folder["a.csv.gz"] + ": a zip archive, not gzip data, expected it by the file's name; compress the file or take "
                + ".gz off its name",
            Reading.Error(() => Reading.File(folder["a.csv.gz"])));
        byte[] tar = new byte[1024];
        "rows.csv"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Equal("a tar archive", ForeignFile.Describe(tar));
        Assert.StartsWith(
            "standard input:1: the file is a tar archive", Reading.Error(() => Reading.Input(Reading.Gzip(tar))),
            StringComparison.Ordinal);
    }
}
