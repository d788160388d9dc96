using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>What the library says of its properties, the command says of its flags.</summary>
public class FlagNamesTests
{
    [Theory]
    [InlineData(
        "label,text\na,x\n", "--label-column lable",
        "standard input:1: header \"label\", \"text\" has no column \"lable\"; did you mean --label-column label?"
            + " (columns are parted by commas; --delimiter sets another)")]
    [InlineData(
        "label,text\na,x\n", "--text-column sentence",
        "standard input:1: header \"label\", \"text\" has no column \"sentence\"; give --text-column one of them or a number"
            + " (columns are parted by commas; --delimiter sets another)")]
    [InlineData(
        "label,text\na,x\n", "--text-column 3",
        "standard input:1: no column 3 for --text-column among 2 columns; give a number from 1 to 2"
            + " (columns are parted by commas; --delimiter sets another)")]
    [InlineData(
        "label,text\na,x\n", "--label-column 2",
        "standard input:1: column 2 is both label and text, expected two; name them with --label-column and --text-column")]
    [InlineData(
        "label,text,Label\na,x,b\n", "",
        "standard input:1: 2 columns have the name \"label\", expected one; give --label-column a number from 1 to 3")]
    [InlineData(
        "pos\tfine\nneg\tdull\n", "",
        "standard input:1: header \"pos\", \"fine\" has no column \"label\"; name the columns with --label-column and "
            + "--text-column, or give --no-header if line 1 is a row (columns are parted by tabs; --format csv reads others)")]
    [InlineData(
        "a,x\n", "--label-column label --no-header",
        "standard input:1: --label-column is \"label\" and --no-header means that no column has a name; " +
        "give a number from 1 to 2")]
    [InlineData(
        "{\"text\":\"x\"}", "--label-column text",
        "standard input: key \"text\" is both label and text, expected two; name them with --label-column and --text-column")]
    [InlineData(
        "{\"Label\":1,\"text\":\"x\"}", "",
        "standard input:1: keys \"Label\", \"text\", expected a key \"label\"; did you mean --label-column Label?")]
    [InlineData(
        "{\"label\":1}", "", "standard input:1: keys \"label\", expected a key \"text\"; name the key with --text-column")]
    [InlineData("{\"text\":\"x\"}", "--no-header", "--no-header is for tsv and csv, the data is jsonl; leave it out")]
    [InlineData(
        "__label__a x", "--label-column 1",
        "--label-column and --text-column are for tsv, csv and jsonl, the data is fasttext; leave them out")]
    [InlineData(
        "label\ttext\na\tx\n", "--delimiter ;", "--delimiter is for csv, the data is tsv; leave it out or give --format csv")]
    [InlineData(
        "fine\n", "", "standard input:1: \"fine\" does not show what the data is; give --format tsv or csv or jsonl or fasttext")]
    public void Errors_of_data_name_the_flags(string content, string options, string expected)
    {
        CommandRun run = CommandRun.With(
            content, onScreen: false, ["train", "-", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal((2, "", $"error: {expected}\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("did you mean DataFormat.TextColumn = \"my text\"?", "train", "did you mean --text-column \"my text\"?")]
    [InlineData("did you mean DataFormat.TextColumn = \"text\"?", "predict --column", "did you mean --column text?")]
    [InlineData("DataFormat.Nothing = 1 and Other.Header = false", "train", "DataFormat.Nothing = 1 and Other.Header = false")]
    public void A_verb_may_have_a_flag_of_its_own(string message, string verb, string expected) =>
        Assert.Equal(expected, FlagNames.Translate(message, verb));
}
