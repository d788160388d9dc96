using System.Text;
using Unroll.Data;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Parts of a file give the rows of the file, or say that it is to be read whole.</summary>
public class FilePartTests
{
    private const int Rows = 200;

    private static readonly Dictionary<string, (string Content, DataFormat Format)> Divided = new()
    {
        ["TSV"] = ("label\ttext\n" + Lines("\n"), new DataFormat()),
        ["TSV of CR LF behind a mark"] = ("\uFEFFlabel\ttext\r\n" + Lines("\r\n"), new DataFormat()),
        ["TSV behind empty lines"] = ("\n\nlabel\ttext\n" + Lines("\n"), new DataFormat()),
        ["TSV without a last line end"] =
            ("text\tno\tlabel\n" + Lines("\n", i => $"{Text(i)}\t{i}\tb{i % 3}")[..^1], new DataFormat()),
        ["TSV without a header"] = (Lines("\n"), new DataFormat { Header = false }),
        ["TSV with empty lines"] = ("label\ttext\n" + Lines("\n\n"), new DataFormat()),
        ["TSV with inches"] = ("label\ttext\n" + Lines("\n", i => $"c{i % 2}\t{Text(i)} 5\" wide"), new DataFormat()),
        ["fastText behind a line of white space"] =
            ("\u00A0\n\f\n" + Lines("\n", i => $"__label__c{i % 3} {Text(i)}"), new DataFormat { Kind = DataKind.FastText }),
        ["fastText"] = (Lines("\n", i => $"__label__c{i % 3} {(i % 7 == 0 ? "__label__d " : "")}{Text(i)}"), new DataFormat()),
        ["JSON lines"] = (Lines(" \n\n", i => $"{{\"label\": \"c{i % 3}\", \"text\": \"{Text(i)}\"}}"), new DataFormat()),
        ["named TSV"] = (
            "stars\tbody\n" + Lines("\n"), new DataFormat { Kind = DataKind.Tsv, LabelColumn = "stars", TextColumn = "body" }),
    };

    private static readonly Dictionary<string, (byte[] Content, DataFormat Format)> Whole = new()
    {
        ["CSV"] = (Bytes("label,text\n" + Lines("\n", i => $"a,{i}")), new DataFormat()),
        ["gzip"] = (Reading.Gzip("label\ttext\n" + Lines("\n")), new DataFormat()),
        ["quotes from the middle on"] = (
            Bytes("label\ttext\n" + Lines("\n", i => i < 90 ? $"a\t{i}" : $"\"a\"\t\"{i}\"\"s\"")), new DataFormat()),
        ["a row without a tab"] = (Bytes("label\ttext\n" + Lines("\n", i => i == 150 ? "none" : $"a\t{i}")), new DataFormat()),
        ["bytes that are no text"] = ([.. Bytes("label\ttext\n" + Lines("\n")), 0xFF, 0xFF], new DataFormat()),
        ["labels glued to texts at first"] = (
            Bytes(Lines("\n", i => $"__label__{(i < 20 ? $"a,word{i}" : "a")} text {i}")), new DataFormat()),
        ["returns as line ends"] = (Bytes(("label\ttext\n" + Lines("\n")).Replace('\n', '\r')), new DataFormat()),
        ["a line that says what parts columns"] = (
            Bytes("sep=\t\n" + Lines("\n")), new DataFormat { Kind = DataKind.Tsv, Header = false }),
        ["nothing"] = ([], new DataFormat()),
        ["one line"] = (Bytes("label\ttext"), new DataFormat()),
        ["lines of no kind"] = (Bytes(Lines("\n", i => $"text {i}")), new DataFormat()),
    };

    /// <summary>Files that are read in parts.</summary>
    public static TheoryData<string> DividedNames => [.. Divided.Keys];

    /// <summary>Files that are not.</summary>
    public static TheoryData<string> WholeNames => [.. Whole.Keys];

    [Theory]
    [MemberData(nameof(DividedNames))]
    public void The_rows_of_all_parts_are_those_of_the_file(string name)
    {
        using var folder = new TemporaryFolder();
        (string content, DataFormat format) = Divided[name];
        File.WriteAllText(folder["rows"], content);
        string[] expected = [.. DataFile.Read(folder["rows"], format, note => Assert.Fail(note)).Select(Shown)];
        Assert.Equal(Rows, expected.Length);
        foreach (int parts in (int[])[1, 2, 3, 7, 16, 64])
        {
            var rows = new List<string>();
            long bytes = 0;
            for (int part = 0; part < parts; part++)
            {
                var reader = new FilePart(folder["rows"], format, part, parts);
                Assert.True(reader.TryRead(row => rows.Add(Shown(row)), CancellationToken.None));
                bytes += reader.BytesRead;
            }
            Assert.Equal(expected, rows);
        }
    }

    [Fact]
    public void Any_cut_of_random_rows_gives_the_same_rows()
    {
        using var folder = new TemporaryFolder();
        var random = new TorchGenerator(5);
        for (int file = 0; file < 50; file++)
        {
            int[] lengths = random.Integers(1 + file * 3, 40);
            string content = "label\ttext\n" + string.Concat(lengths.Select((length, i) =>
                $"{(i % 2 == 0 ? "a" : "é")}\t{new string('ü', length)}{(length % 5 == 0 ? "\r\n\n" : "\n")}"));
            File.WriteAllText(folder["rows.tsv"], content);
            string[] expected = [.. DataFile.Read(folder["rows.tsv"]).Select(Shown)];
            for (int parts = 1; parts < 9; parts++)
            {
                var rows = new List<string>();
                for (int part = 0; part < parts; part++)
                {
                    Assert.True(new FilePart(folder["rows.tsv"], new DataFormat(), part, parts)
                        .TryRead(row => rows.Add(Shown(row)), CancellationToken.None));
                }
                Assert.Equal(expected, rows);
            }
        }
    }

    [Theory]
    [MemberData(nameof(WholeNames))]
    public void A_file_whose_parts_need_each_other_is_to_be_read_whole(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["rows"], Whole[name].Content);
        foreach (int parts in (int[])[2, 4])
        {
            Assert.Contains(false, Enumerable.Range(0, parts).Select(
                part => new FilePart(folder["rows"], Whole[name].Format, part, parts).TryRead(_ => { }, CancellationToken.None)));
        }
    }

    [Fact]
    public void A_part_reads_no_more_than_its_share()
    {
        using var folder = new TemporaryFolder();
        string content = "label\ttext\n" + string.Concat(Enumerable.Repeat(Lines("\n"), 200));
        File.WriteAllText(folder["rows.tsv"], content);
        long length = new FileInfo(folder["rows.tsv"]).Length;
        for (int part = 0; part < 4; part++)
        {
            var reader = new FilePart(folder["rows.tsv"], new DataFormat(), part, 4);
            Assert.True(reader.TryRead(_ => { }, CancellationToken.None));
            // And where the part and the next one begin.
            Assert.InRange(reader.BytesRead, length / 4 - 1000, length / 4 + (2 << 16) + 1000);
        }
    }

    private static string Shown(LabelledText row) => $"{string.Join('|', row.Labels)}: {row.Text}";

    private static string Lines(string end, Func<int, string>? line = null) =>
        string.Concat(Enumerable.Range(0, Rows).Select(i => (line?.Invoke(i) ?? $"a{i % 4}\t{Text(i)}") + end));

    private static string Text(int i) => $"{i} a film é über, {new string('x', i % 31)}";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
