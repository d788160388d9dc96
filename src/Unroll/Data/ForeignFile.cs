using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Unroll.Data;

/// <summary>A file of a kind that is not text, or not what was meant, known from its first bytes.</summary>
/// <param name="Name">What it is, to stand behind "is": <c>a zip archive</c>.</param>
/// <param name="Advice">How text comes out of it, to stand behind a semicolon.</param>
public sealed record ForeignFile(string Name, string Advice)
{
    /// <summary>So many first bytes tell all there is to tell; fewer may tell less.</summary>
    public const int EnoughBytes = 4096;

    private const string GzipName = "gzip data";
    private const string Unpack = "unpack it and give the file inside";
    private const string OrGzip = ", or compress it with gzip, which is read";
    private const string SaveAsCsv = "save the sheet as CSV UTF-8 and give that";
    private const string NoRows = "put the texts into CSV, TSV or JSON lines";
    private const string NotData = "give the file of texts itself";
    private const string ToUtf8 = "save it as UTF-8";

    private static readonly SearchValues<byte> Counts = SearchValues.Create("0123456789 "u8);
    private static readonly SearchValues<byte> OfNumbers = SearchValues.Create("0123456789.-+eE \t\r\n"u8);

    // Longer beginnings stand before shorter ones. A byte is a character of the same number here.
    private static readonly (byte[] Beginning, string Name, string Advice)[] Beginnings =
    [
        .. new (string Beginning, string Name, string Advice)[]
        {
            // Compression.
            ("\u001F\u008B", GzipName, "decompress it (gzip -d)"),
            ("\u00FD7zXZ\0", "xz data", Decompress("xz -d")),
            ("\u0028\u00B5\u002F\u00FD", "Zstandard data", Decompress("zstd -d")),
            ("\u0004\u0022\u004D\u0018", "LZ4 data", Decompress("lz4 -d")),
            ("\u005D\0\0", "LZMA data", Decompress("xz -d")),
            ("LZIP\u0001", "lzip data", Decompress("lzip -d")),
            ("\u001F\u009D", "data of compress (.Z)", Decompress("gzip -d")),
            // Archives.
            ("7z\u00BC\u00AF\u0027\u001C", "a 7z archive", $"{Unpack} (7z x)"),
            ("Rar!\u001A\u0007", "a RAR archive", $"{Unpack} (unrar x)"),
            // Tables.
            ("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", "an old Office document (.xls or .doc)", SaveAsCsv),
            ("ARROW1\0\0", "an Arrow file (Feather)", FromPandas("read_feather")),
            ("\u00FF\u00FF\u00FF\u00FF", "an Arrow stream", "write it as CSV or JSON lines (pyarrow.ipc.open_stream reads it)"),
            ("Obj\u0001", "an Avro file", "write it as JSON lines (avro-tools tojson)"),
            ("SQLite format 3\0", "an SQLite database", "write its rows as CSV (sqlite3 -header -csv FILE 'select …')"),
            ("$FL2@(#)", "an SPSS file", FromPandas("read_spss")),
            ("<stata_dta>", "a Stata file", FromPandas("read_stata")),
            ("RDX2\n", "a file of R's save", "write the rows in R: write.csv(x, FILE, row.names = FALSE)"),
            ("RDX3\n", "a file of R's save", "write the rows in R: write.csv(x, FILE, row.names = FALSE)"),
            ("X\n\0\0\0", "a file of R's saveRDS", "write the rows in R: write.csv(readRDS(FILE), CSV, row.names = FALSE)"),
            ("MATLAB 5.0 MAT-file", "a MATLAB file", "write the rows as text (writetable)"),
            // Arrays and models.
            ("\u0089HDF\r\n\u001A\n", "an HDF5 file (Keras, h5py, pandas)", "write what is in it as text"),
            ("\u0093NUMPY", "a NumPy array (.npy)", "write what is in it as text"),
            ("\u0080\u0002\u008A\u000Al\u00FC\u009CF\u00F9", "a file of torch.save in its old form", NotData),
            ("\u00BA\u0016O/", "a model of fastText (.bin)", NotData),
            // Documents, pictures, sounds.
            ("%PDF-", "a PDF document", NoRows),
            ("{\\rtf", "an RTF document", NoRows),
            ("\u0089PNG\r\n", "a picture (PNG)", NotData),
            ("\u00FF\u00D8\u00FF", "a picture (JPEG)", NotData),
            ("GIF87a", "a picture (GIF)", NotData),
            ("GIF89a", "a picture (GIF)", NotData),
            ("II*\0", "a picture (TIFF)", NotData),
            ("MM\0*", "a picture (TIFF)", NotData),
            ("OggS\0", "a sound (Ogg)", NotData),
            ("ID3\u0003", "a sound (MP3)", NotData),
            ("ID3\u0004", "a sound (MP3)", NotData),
            ("\u007FELF", "a program", NotData),
            ("\0\u0005\u0016\u0007", "a Mac's file of attributes (its name begins with ._)", NotData),
            // What a server or Git gives instead of the file.
            ("version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself", "fetch it with git lfs pull"),
            // Texts in other encodings.
            ("\u00FF\u00FE\0\0", "UTF-32", $"{ToUtf8} (iconv -f UTF-32 -t UTF-8)"),
            ("\0\0\u00FE\u00FF", "UTF-32", $"{ToUtf8} (iconv -f UTF-32 -t UTF-8)"),
            ("\u00FF\u00FE", "UTF-16", $"{ToUtf8} (iconv -f UTF-16 -t UTF-8)"),
            ("\u00FE\u00FF", "UTF-16", $"{ToUtf8} (iconv -f UTF-16 -t UTF-8)"),
        }.Select(known => (Encoding.Latin1.GetBytes(known.Beginning), known.Name, known.Advice)),
    ];

    /// <summary>What a file is that begins so; null where nothing speaks against text.</summary>
    /// <param name="first">The file's first bytes, up to <see cref="EnoughBytes"/>.</param>
    public static ForeignFile? Of(ReadOnlySpan<byte> first)
    {
        first = first[..Math.Min(first.Length, EnoughBytes)];
        foreach ((byte[] beginning, string name, string advice) in Beginnings)
        {
            if (first.StartsWith(beginning))
                return new ForeignFile(name, advice);
        }
        return OfZip(first) ?? OfMarkup(first) ?? OfWord(first) ?? OfPlaces(first) ?? OfModel(first) ?? OfWordVectors(first);
    }

    /// <summary>
    /// How to get at the file that is behind this one, which is the same whatever it should be; null where the advice is about
    /// rows of text.
    /// </summary>
    /// <param name="isText">Whether a text is wanted, for which another encoding is on the way.</param>
    /// <param name="readsGzip">Whether it may be compressed by gzip.</param>
    public string? AdviceOnTheWay(bool isText, bool readsGzip)
    {
        string[] beginnings = ["unpack", "decompress", "download", "fetch", .. isText ? (string[])[ToUtf8] : []];
        if (!beginnings.Any(beginning => Advice.StartsWith(beginning, StringComparison.Ordinal)))
            return null;
        string advice = Advice.Split(", or put the texts", 2)[0];
        return readsGzip ? advice : advice.Split(OrGzip, 2)[0];
    }

    /// <summary><see cref="Name"/> of what begins so; null where nothing speaks against text.</summary>
    /// <param name="first">The file's first bytes, up to <see cref="EnoughBytes"/>.</param>
    public static string? Describe(ReadOnlySpan<byte> first) => Of(first)?.Name;

    // The names of the files inside stand uncompressed before them.
    private static ForeignFile? OfZip(ReadOnlySpan<byte> first)
    {
        if (first.Length < 4 || !first.StartsWith("PK"u8) || !((first[2], first[3]) is (3, 4) or (5, 6) or (7, 8)))
            return null;
        if (Has(first, "opendocument.spreadsheet"))
            return new("an OpenDocument spreadsheet (.ods)", SaveAsCsv);
        if (Has(first, "opendocument"))
            return new("an OpenDocument text (.odt)", NoRows);
        if (Has(first, "xl/"))
            return new("an Excel workbook (.xlsx)", SaveAsCsv);
        if (Has(first, "word/"))
            return new("a Word document (.docx)", NoRows);
        if (Has(first, "[Content_Types].xml") || Has(first, "docProps/"))
            return new("an Office document (.xlsx or .docx)", SaveAsCsv);
        if (Has(first, ".npy"))
            return new("an archive of NumPy arrays (.npz)", "write what is in it as text");
        if (Has(first, "data.pkl"))
            return new("a file of torch.save", NotData);
        if (Has(first, "model.weights.h5") || Has(first, "metadata.json"))
            return new("a model of Keras (.keras)", NotData);
        return new("a zip archive", $"{Unpack} (unzip)");
    }

    private static ForeignFile? OfMarkup(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith(Encoding.UTF8.Preamble))
            first = first[Encoding.UTF8.Preamble.Length..];
        first = first.TrimStart(" \t\r\n"u8);
        string start = Encoding.Latin1.GetString(first[..Math.Min(first.Length, 16)]).ToLowerInvariant();
        if (start.StartsWith("<!doctype html", StringComparison.Ordinal) || start.StartsWith("<html", StringComparison.Ordinal))
            return new("an HTML page", "download the file itself (on GitHub: Raw), or put the texts into CSV, TSV or JSON lines");
        return start.StartsWith("<?xml", StringComparison.Ordinal) ? new("XML", NoRows) : null;
    }

    // Words that a text may begin with too: what follows tells.
    private static ForeignFile? OfWord(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith("BZh"u8) && (At(first, 4, "1AY&SY") || At(first, 4, "\u0017rE8P\u0090")))
            return new("bzip2 data", Decompress("bzip2 -d"));
        if (first.TrimEnd("\r\n"u8).SequenceEqual("404: Not Found"u8))
            return new("a server's answer that there is no such file", "download it from its right address");
        int letters = first.StartsWith("ORC"u8) ? 3 : 4;
        if (first.Length <= letters || first[letters] is >= 0x20 and < 0x7F or (byte)'\t' or (byte)'\r' or (byte)'\n')
            return null;
        return Encoding.Latin1.GetString(first[..letters]) switch
        {
            "PAR1" => new("a Parquet file", FromPandas("read_parquet")),
            "FEA1" => new("a Feather file", FromPandas("read_feather")),
            "ORC" => new("an ORC file", FromPandas("read_orc")),
            "GGUF" => new("a GGUF model", NotData),
            _ => null,
        };
    }

    // What shows further in.
    private static ForeignFile? OfPlaces(ReadOnlySpan<byte> first)
    {
        if (At(first, 257, "ustar"))
            return new("a tar archive", $"{Unpack} (tar xf)");
        if (At(first, 0, "RIFF") && (At(first, 8, "WEBP") || At(first, 8, "WAVE")))
            return new(At(first, 8, "WAVE") ? "a sound (WAV)" : "a picture (WebP)", NotData);
        if (At(first, 0, "BM") && At(first, 6, "\0\0\0\0"))
            return new("a picture (BMP)", NotData);
        return At(first, 4, "ftyp") ? new("a film (MP4)", NotData) : null;
    }

    private static ForeignFile? OfModel(ReadOnlySpan<byte> first)
    {
        if (IsTfRecord(first))
            return new("a TFRecord file of TensorFlow", "write its rows as JSON lines or CSV (tf.data.TFRecordDataset reads it)");
        if (At(first, 4, "TFL3"))
            return new("a TensorFlow Lite model", NotData);
        // The length of a header of JSON.
        if (first.Length > 10 && first[5..8].IndexOfAnyExcept((byte)0) < 0 && At(first, 8, "{\""))
            return new("a safetensors file", NotData);
        if (first.Length > 2 && first[0] == 0x80 && first[1] is >= 2 and <= 5)
            return new("a pickle of Python", "write the rows as CSV or JSON lines in Python (DataFrame.to_csv)");
        // Protocol buffers: the version of the format, then who wrote it.
        bool hasProducer = first.Length > 6 && first[0] == 8 && first[1] is > 0 and < 32 && first[2] == 0x12
            && first[3] is > 0 and < 64 && first[4..6].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0;
        if (hasProducer)
            return new("an ONNX model", NotData);
        return first.Length > 2 && first[0] == 8 && first[1] is > 0 and < 32 && (first[2] is 0x12 or 0x3A)
            ? new("a model in protocol buffers (ONNX or TensorFlow)", NotData)
            : null;
    }

    // The length of the first record, and its masked CRC-32C.
    private static bool IsTfRecord(ReadOnlySpan<byte> first)
    {
        if (first.Length < 12)
            return false;
        uint crc = ~BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(first));
        return BinaryPrimitives.ReadUInt32LittleEndian(first[8..]) == unchecked(BitOperations.RotateRight(crc, 15) + 0xA282EAD8);
    }

    // word2vec's binary form: the count and the width as text, then a word, a space and numbers as bytes.
    private static ForeignFile? OfWordVectors(ReadOnlySpan<byte> first)
    {
        int feed = first.IndexOf((byte)'\n');
        if (feed < 3 || feed + 8 > first.Length || first[..feed].Count((byte)' ') != 1)
            return null;
        bool isCounts = !first[..feed].TrimEnd("\r "u8).ContainsAnyExcept(Counts);
        ReadOnlySpan<byte> rest = first[(feed + 1)..];
        // The last character may be cut off.
        OperationStatus status = Utf8.ToUtf16(
            rest, new char[rest.Length], out _, out _, replaceInvalidSequences: false, isFinalBlock: false);
        bool isBroken = rest.Contains((byte)0) || status == OperationStatus.InvalidData;
        // Written as text, most of a line is digits, also where a word is cut inside a character.
        int digits = 0;
        foreach (byte each in rest)
            digits += OfNumbers.Contains(each) ? 1 : 0;
        return isCounts && isBroken && 2 * digits < rest.Length
            ? new(
                "word vectors in word2vec's binary form",
                "write them as text (gensim: save_word2vec_format(FILE, binary=False))")
            : null;
    }

    private static bool At(ReadOnlySpan<byte> first, int place, string text) =>
        first.Length >= place + text.Length && first.Slice(place, text.Length).SequenceEqual(Encoding.Latin1.GetBytes(text));

    private static bool Has(ReadOnlySpan<byte> first, string text) => first.IndexOf(Encoding.Latin1.GetBytes(text)) >= 0;

    private static string Decompress(string command) => $"decompress it ({command}){OrGzip}";

    private static string FromPandas(string reader) => $"write it as CSV or JSON lines (pandas: {reader}, then to_csv)";
}
