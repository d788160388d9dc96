using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary><c>predict</c> reads files as <c>eval</c> does: labelled rows are answered by their texts.</summary>
public class PredictDataTests
{
    private const string Answers = "pos\t0.9820\tgood\nneg\t0.9820\tbad bad\n";

    [Theory]
    [InlineData("a.tsv", "label\ttext\npos\tgood\nneg\tbad bad\n", "")]
    [InlineData("a.csv", "text;label\ngood;pos\n\"bad\nbad\";neg\n", "")]
    [InlineData("a.jsonl", "{\"label\":\"pos\",\"text\":\"good\"}\n{\"text\":\"bad\\nbad\"}\n", "")]
    [InlineData("a.ft", "__label__pos good\n__label__neg bad bad\n", "")]
    [InlineData("a.txt", "good\nbad bad\n", "")]
    [InlineData("a.txt", "__label__pos good\n__label__neg bad bad\n", "")]
    [InlineData("a.txt", "label,text\npos,good\nneg,bad bad\n", "")]
    [InlineData("a.txt", "good,pos\nbad bad,neg\n", "--no-header --text-column 1")]
    [InlineData("a.txt", "review|stars\ngood|5\nbad bad|1\n", "--text-column review")]
    [InlineData("a.json", "{\"body\":\"good\"}\n{\"body\":\"bad bad\"}\n", "--text-column body")]
    [InlineData("a.dat", "label^text\npos^good\nneg^bad bad\n", "--format csv --delimiter ^")]
    public void Rows_are_answered_by_their_texts(string name, string content, string options)
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        string[] words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandRun run = CommandRun.Of(["predict", model, "--input", folder.Write(name, content), .. words]);
        // A text may have the end of a line where the others have a blank.
        Assert.Equal((0, Answers), (run.ExitCode, run.Output.Replace("bad\\nbad", "bad bad", StringComparison.Ordinal)));
        Assert.InRange(run.Error.Split('\n').Length, 1, 2);
        string[] named = name == "a.txt" || words.Contains("--format") ? [] : [.. KindOf(name)];
        CommandRun input = CommandRun.With(content, onScreen: false, ["predict", model, "-", .. named, .. words]);
        Assert.Equal((0, Answers), (input.ExitCode, input.Output.Replace("bad\\nbad", "bad bad", StringComparison.Ordinal)));
    }

    [Fact]
    public void How_a_file_was_read_is_told_in_one_note()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        CommandRun run = CommandRun.With("label,text\npos,good\n", onScreen: false, "predict", model);
        Assert.Equal("pos\t0.9820\tgood\n", run.Output);
        Assert.Equal(
            "note: standard input: read as csv, the texts in column \"text\"; --format lines takes every line as a text\n",
            run.Error);
        CommandRun lines = CommandRun.With("label,text\npos,good\n", onScreen: false, "predict", model, "--format", "lines");
        Assert.Equal(("neg\t0.5000\tlabel,text\nneg\t0.5000\tpos,good\n", ""), (lines.Output, lines.Error));
        Assert.Empty(CommandRun.With("good\n", onScreen: false, "predict", model).Error);
    }

    [Fact]
    public void Rows_without_a_header_and_names_of_files_are_hinted_at()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        Assert.Equal(
            "note: standard input:1: read as one text a line, and the first begins with the label \"pos\"; give --format csv "
                + "--no-header if lines are rows, or --format lines\n",
            CommandRun.With("pos,good\n", onScreen: false, "predict", model).Error);
        string file = folder.Write("a.csv", "text\ngood\n");
        CommandRun run = CommandRun.Of("predict", model, file);
        Assert.StartsWith("note: ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "was classified as a text, and there is a file of that name; --input reads a file\n", run.Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"body\":\"good\"}\n", "", "standard input:1: keys \"body\", expected a key \"text\"; name the key with "
        + "--text-column")]
    [InlineData("id\tbody\n1\tgood\n", "", "standard input:1: header \"id\", \"body\" has no column \"text\"; name the columns "
        + "with")]
    [InlineData("good\n__label__pos good\n", "", "standard input:2: \"__label__pos good\" is a row of data, and line 1 is "
        + "plain text")]
    [InlineData("good\n", "--text-column text good", "--text-column is for a file, and texts are given; leave one of them out")]
    [InlineData("good\n", "--column a --text-column b", "--column and --text-column name the same column, expected one of them")]
    [InlineData("good\n", "--format xml", "unroll predict: --format is xml, expected tsv or csv or jsonl or fasttext or lines")]
    public void What_cannot_be_read_is_one_line(string content, string options, string expected)
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.With(
            content, onScreen: false,
            ["predict", PolarityModel.Save(folder), .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: " + expected, run.Error, StringComparison.Ordinal);
        Assert.Equal(run.Error.Length - 1, run.Error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Control_characters_of_texts_stay_on_their_line()
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.With(
            "{\"text\":\"good\\u001b[2J\\r\\nbad\\tx\"}\n", onScreen: false, "predict", PolarityModel.Save(folder));
        Assert.EndsWith("\tgood\\u001B[2J\\r\\nbad\tx", Assert.Single(run.OutputLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Quotes_of_TSV_that_are_undone_come_back_where_they_are_needed()
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.With(
            "id\ttext\n1\t\"good "
                + "\"\"so\"\"\"\n2\t\"bad\nbad\"\n", onScreen: false, "predict", PolarityModel.Save(folder), "--column",
            "text");
        Assert.StartsWith(
            "id\ttext\tlabel\tprobability\n1\t\"good \"\"so\"\"\"\tpos\t", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n2\t\"bad\nbad\"\tneg\t0.9820\n", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("note: standard input: fields are in quotes from line 2 on", run.Error, StringComparison.Ordinal);
    }

    private static string[] KindOf(string name) => Path.GetExtension(name) switch
    {
        ".ft" => ["--format", "fasttext"],
        ".json" => ["--format", "jsonl"],
        var ending => ["--format", ending[1..]],
    };
}
