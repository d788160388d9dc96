using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Quotes of TSV are ordinary characters, unless the file plainly uses them as CSV does.</summary>
public class TsvQuotesTests
{
    [Theory]
    // Doubled inside: a writer put them there.
    [InlineData("label\ttext\na\t\"he said \"\"so\"\", twice\"\nb\tdull\n", "a|he said \"so\", twice b|dull")]
    // Over lines, also behind rows without a quote.
    [InlineData("label\ttext\na\tx\nb\t\"one\ntwo\"\na\ty\n", "a|x b|one\ntwo a|y")]
    [InlineData("text\tlabel\n\"one\r\ntwo\"\ta\r\ny\tb\r\n", "a|one\r\ntwo b|y")]
    // A tab inside.
    [InlineData("label\ttext\na\t\"one\ttwo\"\nb\ty\n", "a|one\ttwo b|y")]
    // All of them, or those of the header.
    [InlineData("\"label\"\t\"text\"\n\"a\"\t\"so fine\"\n\"b\"\t\"dull\"\n", "a|so fine b|dull")]
    [InlineData("\"label\"\t\"text\"\na\tso fine\nb\tdull\n", "a|so fine b|dull")]
    public void Quotes_that_a_writer_put_are_undone(string content, string expected)
    {
        var notes = new List<string>();
        Assert.Equal(expected, Read(content, null, notes));
        string note = Assert.Single(notes);
        Assert.StartsWith("a.tsv: fields are in quotes from line ", note, StringComparison.Ordinal);
        Assert.EndsWith("which are undone as in CSV; give DataFormat.Kind = Tsv to keep them", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("label\ttext\na\t\"so fine\"\nb\tdull\n", "a|\"so fine\" b|dull")]
    [InlineData("label\ttext\na\t\"so\" he said \"fine\"\nb\tdull\n", "a|\"so\" he said \"fine\" b|dull")]
    [InlineData("label\ttext\na\the said \"\"so\"\"\nb\tdull\n", "a|he said \"\"so\"\" b|dull")]
    [InlineData("label\ttext\na\t\"so it begins\nb\tand ends\"\n", "a|\"so it begins b|and ends\"")]
    [InlineData("label\ttext\na\t\"\nb\t\"\"\na\t\"\"\"\n", "a|\" b|\"\" a|\"\"\"")]
    [InlineData("label\ttext\na\t\"\"\nb\tdull\n", "a|\"\" b|dull")]
    // One quote that no writer would have left speaks against all.
    [InlineData("label\ttext\na\t\"he said \"\"so\"\"\"\nb\ta 5\" screen\n", "a|\"he said \"\"so\"\"\" b|a 5\" screen")]
    public void Other_quotes_are_ordinary_characters(string content, string expected) =>
        Assert.Equal(expected, Read(content, null, []));

    [Fact]
    public void Quotes_are_kept_where_that_is_said_and_where_most_rows_have_them_it_is_told()
    {
        var notes = new List<string>();
        const string content = "label\ttext\na\t\"he said \"\"so\"\"\"\nb\tdull\n";
        Assert.Equal("a|\"he said \"\"so\"\"\" b|dull", Read(content, new DataFormat { Kind = DataKind.Tsv }, notes));
        Assert.Equal(
            [
                "a.tsv: 1 of 3 lines have a column that begins and ends with a quote, and quotes are read as they are; give "
                    + "DataFormat.Kind = Csv and DataFormat.Delimiter = \"tab\" to undo them",
            ],
            notes);
        Assert.Equal("a|he said \"so\" b|dull", Read(content, new DataFormat { Kind = DataKind.Csv, Delimiter = '\t' }, []));
    }

    [Fact]
    public void A_row_over_lines_may_go_on_behind_what_is_looked_at()
    {
        string rows = string.Concat(Enumerable.Range(0, 2000).Select(i => $"a\t\"one {i}\ntwo\nthree\"\n"));
        Assert.Equal(2000, DataFile.Read(Reading.Stream("label\ttext\n" + rows), name: "a.tsv").Count());
    }

    [Theory]
    [InlineData("sst2/train.tsv")]
    [InlineData("sst2-glue/train.tsv")]
    [InlineData("trec6/train.tsv")]
    [InlineData("banking77/train.tsv")]
    [InlineData("movie_reviews/train.tsv")]
    [InlineData("sms_spam/all.tsv")]
    [InlineData("snips/train.tsv")]
    [InlineData("ag_news/train.tsv")]
    [InlineData("names18/all.tsv")]
    [InlineData("uci_sentences/imdb.tsv")]
    [InlineData("uci_sentences/amazon.tsv")]
    [InlineData("uci_sentences/yelp.tsv")]
    public void The_benchmarks_read_as_before(string name)
    {
        string path = SharedData.File(name);
        string[] lines = [.. File.ReadLines(path).Skip(1).Take(5000)];
        Assert.Equal(lines, DataFile.Read(path).Take(5000).Select(row => $"{row.Label}\t{row.Text}"));
    }

    private static string Read(string content, DataFormat? format, List<string> notes) => string.Join(
        ' ', DataFile.Read(Reading.Stream(content), format, "a.tsv", notes.Add).Select(row => $"{row.Label}|{row.Text}"));
}
