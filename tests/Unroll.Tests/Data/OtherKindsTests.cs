using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Files that are not what their name, their quotes or their brackets say have a line that says what to do.</summary>
public class OtherKindsTests
{
    [Theory]
    [InlineData(
        "a.csv", "{\"label\":\"a\",\"text\":\"x\"}\n",
        "is JSON lines, expected CSV by the file's name; give DataFormat.Kind = Jsonl")]
    [InlineData(
        "a.tsv", "{\"label\":\"a\",\"text\":\"x\"}\n",
        "is JSON lines, expected TSV by the file's name; give DataFormat.Kind = Jsonl")]
    [InlineData("a.csv", "\n\n[{\"label\":\"a\"}]\n", "is JSON lines, expected CSV by the file's name")]
    [InlineData(
        "a.csv", "__label__a so, fine\n",
        "is fastText's format, expected CSV by the file's name; give DataFormat.Kind = FastText")]
    [InlineData("a.tab", "__label__a so fine\n", "is fastText's format, expected TSV by the file's name")]
    [InlineData("a.jsonl", "label,text\na,x\n", "is CSV, expected JSON lines by the file's name; give DataFormat.Kind = Csv")]
    [InlineData("a.json", "__label__a so fine\n", "is fastText's format, expected JSON lines by the file's name")]
    [InlineData("a.ft", "label\ttext\na\tx\n", "is CSV, expected fastText's format by the file's name")]
    [InlineData(
        "a.fasttext", "{\"label\":\"a\",\"text\":\"x\"}\n",
        "is JSON lines, expected fastText's format by the file's name")]
    public void A_first_line_of_another_kind_than_the_name_is_told(string name, string content, string expected)
    {
        Assert.Contains(expected, Error(name, content), StringComparison.Ordinal);
        string ofTexts = Reading.Error(() => DataFile.ReadTexts(Reading.Stream(content), name: name).Count());
        Assert.Contains(expected, ofTexts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.csv", "__label__,text\na,x\n", "__label__")]
    [InlineData("a.csv", "__label__one,text\na,x\n", "__label__one")]
    [InlineData("a.tsv", "__label__one\ttext\na\tx\n", "__label__one")]
    public void A_column_may_have_such_a_name(string name, string content, string label)
    {
        LabelledText row = Assert.Single(
            DataFile.Read(Reading.Stream(content), new DataFormat { LabelColumn = label }, name));
        Assert.Equal(("a", "x"), (row.Label, row.Text));
    }

    [Theory]
    [InlineData("a.csv", "\"label,text\"\n\"a,x\"\n", null)]
    [InlineData("a.csv", "\"label,text\"\n\"a,x\"\n", ',')]
    [InlineData("a.csv", "\"label;text\"\n\"a;x\"\n", null)]
    [InlineData("a.tsv", "\"label\ttext\"\n\"a\tx\"\n", null)]
    public void Rows_that_stand_in_quotes_as_a_whole_are_told(string name, string content, char? delimiter)
    {
        foreach (string? column in (string?[])[null, "label"])
        {
            string error = Reading.Error(() => DataFile.Read(
                Reading.Stream(content), new DataFormat { Delimiter = delimiter, LabelColumn = column }, name).Count());
            Assert.Contains("stands in quotes and is one column", error, StringComparison.Ordinal);
            Assert.EndsWith("take the outer ones off: sed 's/^\"//; s/\"$//; s/\"\"/\"/g'", error, StringComparison.Ordinal);
            Assert.DoesNotContain("DataFormat.", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(
        "{\"label\":\"a\",\"text\":[\"x\",\"y\"]}",
        "key \"text\" is an array, expected a string; join its parts, as jq -c")]
    [InlineData(
        "{\"label\":\"a\",\"text\":{\"s\":\"x\"}}",
        "key \"text\" is an object, expected a string; take the text out of it")]
    [InlineData(
        "{\"label\":\"a\",\"x\":DEEP,\"text\":\"x\"}",
        "(arrays and objects stand too deep inside one another; take that key out)")]
    [InlineData(
        "{\"label\":\"a\" \"text\":\"x\"}",
        "(a comma is missing, or a quote inside a string has no backslash before it)")]
    [InlineData("{\"label\":\"a\",\"text\":\"say \"x\"\"}", "(a comma is missing, or a quote inside a string has no backslash")]
    [InlineData("{\"label\" \"a\"}", "(no colon stands behind a key)")]
    [InlineData("{label:\"a\"}", "(a key does not stand in double quotes)")]
    [InlineData("{\"label\":\"a\",}", "(a comma stands behind the last entry; take it off)")]
    [InlineData("{\"label\":\"a\",\"text\":'x'}", "(a string stands in single quotes; JSON has double ones)")]
    [InlineData("{\"label\":True}", "(JSON writes true and false in small letters)")]
    [InlineData("{\"label\":None}", "(JSON writes null for no value)")]
    [InlineData("{\"label\":-Infinity}", "(JSON has no NaN and no Infinity; write null or a string)")]
    [InlineData("{\"label\":007}", "(a number begins with 0; write it in quotes if it is a name)")]
    [InlineData("{\"label\":1.x}", "(a number is not written as in JSON; write it in quotes if it is a name)")]
    [InlineData("{\"label\":}", "(a value is missing)")]
    [InlineData("{\"label\":pos}", "(a value is neither a string in double quotes nor a number, true, false or null)")]
    [InlineData("{\"label\":truth}", "(a value is neither a string in double quotes nor a number, true, false or null)")]
    [InlineData(
        "{\"label\":\"a\",\"text\":\"C:\\dir\"}",
        "(a backslash stands before a character that needs none; double the backslash")]
    [InlineData("{\"label\":\"a\",\"text\":\"\\u12x\"}", "(\\u stands without four hexadecimal digits behind it")]
    [InlineData("{\"label\":\"a\",\"text\":\"x\ty\"}", "(a control character (U+0009) stands in a string; write it as \\u0009")]
    [InlineData("{\"label\":\"a\",\"text\":\"x\"}]", "(something stands behind the object; take it off)")]
    [InlineData("so fine", "(the line is no JSON)")]
    public void Json_is_refused_in_plain_words(string line, string expected)
    {
        line = line.Replace("DEEP", new string('[', 100) + new string(']', 100), StringComparison.Ordinal);
        string error = Error("a.jsonl", "{\"label\":\"a\",\"text\":\"x\"}\n" + line + "\n");
        Assert.StartsWith("a.jsonl:2: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Quotes_around_names_of_columns_or_one_of_two_columns_are_undone_or_told()
    {
        var notes = new List<string>();
        LabelledText[] rows = [.. DataFile.Read(
            Reading.Stream("\"label\"\ttext\n\"a\"\tx\n\"b\"\ty\n"), name: "a.tsv", note: notes.Add)];
        Assert.Equal(["a", "b"], rows.Select(row => row.Label));
        Assert.Contains("fields are in quotes from line 1 on", Assert.Single(notes), StringComparison.Ordinal);

        notes.Clear();
        rows = [.. DataFile.Read(Reading.Stream("label\ttext\n\"a\"\tx\n\"b\"\ty\n"), name: "a.tsv", note: notes.Add)];
        Assert.Equal(["\"a\"", "\"b\""], rows.Select(row => row.Label));
        Assert.Contains(
            "2 of 3 lines have a column that begins and ends with a quote", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_TFRecord_is_known_by_the_checksum_of_its_first_length()
    {
        byte[] record = [.. new byte[12], .. "\n\u0006\n\u0004text"u8, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt64LittleEndian(record, 8);
        uint crc = ~BitOperations.Crc32C(uint.MaxValue, 8UL);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8));
        foreach (string name in (string[])["a.csv", "a.tfrecord"])
        {
            Assert.Contains(
                "the file is a TFRecord file of TensorFlow, expected UTF-8 text; write its rows as JSON lines or CSV",
                Reading.Error(() => DataFile.Read(new MemoryStream(record), name: name).Count()), StringComparison.Ordinal);
        }
        record[8] ^= 1;
        Assert.DoesNotContain(
            "UTF-32", Reading.Error(() => DataFile.Read(new MemoryStream(record), name: "a.csv").Count()),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("so fine\ndull\n", "column 1;")]
    [InlineData("a,so fine\nb,dull\n", "column 2;")]
    public void A_note_names_the_column_that_is_read(string content, string expected)
    {
        var notes = new List<string>();
        _ = DataFile.ReadTexts(Reading.Stream(content), new DataFormat { Header = false }, "a.csv", notes.Add).Count();
        Assert.Contains(expected, Assert.Single(notes), StringComparison.Ordinal);
    }

    private static string Error(string name, string content) => Reading.Error(
        () => DataFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(content)), name: name).Count());
}
