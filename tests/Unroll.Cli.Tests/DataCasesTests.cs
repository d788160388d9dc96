using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Files after reports of users of other tools, which stand beside the repository where they are present.</summary>
public class DataCasesTests
{
    private static readonly string[] Small =
        ["--epochs", "1", "--hidden", "4", "--embedding", "4", "--threads", "1", "--no-baselines", "--bidirectional=false"];

    [Theory]
    [InlineData("05-tsv-quoted-newline/d.tsv", "", "note: d.tsv: fields are in quotes from line 14 on, which are undone as in "
        + "CSV")]
    [InlineData("06-tsv-all-quoted/d.tsv", "", "note: d.tsv: fields are in quotes from line 1 on", "2 labels: bad 5, good 5")]
    [InlineData("07-tsv-quoted-some/d.tsv", "", "note: d.tsv: fields are in quotes from line 2 on")]
    [InlineData("12-fasttext-comma-glued/d.txt", "", "note: d.txt: 2 labels hold a comma", "put a space between label and text")]
    [InlineData("17-single-row-class/d.csv", "", "warning: 1 label has a single row in train: \"rare\"")]
    [InlineData("26-labels-1-and-1.0/d.csv", "", "warning: labels that are the same number are different labels: \"1\", \"1.0\"")]
    [InlineData("36-noheader-semicolons-in-text/d.csv", "--no-header", "2 labels: good 6, bad 5")]
    [InlineData("37-header-sniff-extra-commas/d.csv", "--text-column 2 --label-column 1", "2 labels: bad 5, good 5")]
    [InlineData("40-cr-only/d.csv", "", "2 labels: bad 5, good 5")]
    [InlineData("40-cr-only/d.tsv", "", "2 labels: bad 5, good 5")]
    [InlineData("41-lone-cr-in-text/d.tsv", "", "2 labels: good 6, bad 5")]
    [InlineData("50-label-with-comma/d.csv", "--class-weights \"food, drink\"=2", "food, drink 5")]
    [InlineData("52-ctrl-z/d.csv", "", "2 labels: bad 5, good 5")]
    [InlineData("121-fasttext-many-glued/d.txt", "", "note: d.txt: 40 labels hold a comma", "nearly every row has a label of "
        + "its own")]
    [InlineData("123-label-nfd-nbsp/d.csv", "", "different labels: \"cafe\\u0301\", \"café\"", "\"tea\", \"tea\\u200B\"")]
    [InlineData("124-label-float-json/d.jsonl", "", "same number are different labels: \"1\", \"1.0\", \"1e0\"")]
    [InlineData("147-config-class-weights/d.csv", "--config c.json", "2 labels: a=b 5, food, drink 5")]
    [InlineData("147-config-class-weights/d.csv", "--config c2.json", "2 labels: a=b 5, food, drink 5")]
    [InlineData("154-tsv-named-csv/d.csv", "--format tsv", "2 labels: bad 5, good 5")]
    [InlineData("190-sep-line/d.csv", "", "2 labels: bad 5, good 5")]
    [InlineData("191-pipe-delimiter/d.csv", "", "2 labels: bad 5, good 5")]
    public void Is_read_as_it_was_meant(string file, string options, params string[] expected)
    {
        CommandRun run = Train(file, options);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.All(expected, part => Assert.Contains(part, run.Error + run.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("13-fasttext-label-last/d.txt", "", "d.txt:1: the label \"__label__news\" stands behind the text, expected it "
        + "in front")]
    [InlineData("13-fasttext-label-last/d.txt", "--format fasttext", "d.txt:1: the label \"__label__news\" stands behind the "
        + "text")]
    [InlineData("17-single-row-class/d.csv", "--folds 3", "row 41 is the only one with the label \"rare\"; give every label at "
        + "least")]
    [InlineData("22-json-pretty-object/d.json", "", "d.json:1: the JSON object is not closed on its line, expected one whole "
        + "object")]
    [InlineData("28-space-after-comma-header/d.csv", "", "d.csv:2: a quote inside the unquoted field \" \"tune\" (character "
        + "2); take the blank")]
    [InlineData("35-trailing-delimiter/d.csv", "", "d.csv:2: 3 columns, expected 2 as in the first row; the row ends in a "
        + "comma, and")]
    [InlineData("41-lone-cr-in-text/d.csv", "", "d.csv:15: 1 column, expected 2 as in the first row; a CR without LF (U+000D) "
        + "ends")]
    [InlineData("44-zip/d.csv.zip", "", "d.csv.zip:1: the file is a zip archive, expected UTF-8 text; unpack it")]
    [InlineData("44-zip/d2.csv", "", "d2.csv:1: the file is a zip archive, expected UTF-8 text; unpack it")]
    [InlineData("45-xlsx/d.xlsx", "", "d.xlsx:1: the file is an Excel workbook (.xlsx), expected UTF-8 text; save the sheet as "
        + "CSV")]
    [InlineData("46-parquet/d.parquet", "", "d.parquet:1: the file is a Parquet file, expected UTF-8 text; write it as CSV or "
        + "JSON lines")]
    [InlineData("51-nul-bytes/d.csv", "", "d.csv:14: byte 13 is NUL, expected text; take NUL out of the file")]
    [InlineData("145-label-with-tab/d.jsonl", "", "d.jsonl:1: the label \"c d\" holds a line end (U+000A), expected one line "
        + "of text")]
    [InlineData("154-tsv-named-csv/d.csv", "", "d.csv:2: \" he said, tune 0\" after the closing quote of a "
        + "field", "or give --format tsv")]
    [InlineData("157-json-nested-text/d.jsonl", "--text-column data.text", "d.jsonl:1: key \"data.text\" stands inside "
        + "\"data\", and only the keys")]
    [InlineData("160-bz2-xz-zst/d.csv.bz2", "", "d.csv.bz2:1: the file is bzip2 data", "or compress it with gzip, which is read")]
    [InlineData("160-bz2-xz-zst/d.csv.xz", "", "d.csv.xz:1: the file is xz data", "or compress it with gzip, which is read")]
    [InlineData("198-short-rows/d.csv", "", "d.csv:2: 2 columns, expected 3 as in the first row; give the row every column")]
    public void Is_refused_in_one_line_that_says_why(string file, string options, params string[] expected)
    {
        CommandRun run = Train(file, options);
        Assert.Equal(2, run.ExitCode);
        Assert.All(expected, part => Assert.Contains(part, run.Error, StringComparison.Ordinal));
        Assert.StartsWith("error: " + expected[0], run.Error, StringComparison.Ordinal);
        Assert.Equal(run.Error.Length - 1, run.Error.IndexOf('\n', StringComparison.Ordinal));
    }

    private static CommandRun Train(string file, string options)
    {
        string path = SharedData.Case(file);
        string folder = Path.GetDirectoryName(path)! + Path.DirectorySeparatorChar;
        // A blank inside quotes is one of the word.
        string[] words = options.StartsWith("--class-weights ", StringComparison.Ordinal)
            ? ["--class-weights", options["--class-weights ".Length..]]
            : [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        CommandRun run = CommandRun.Of(
            ["train", path, .. Small,
                .. words.Select(word => word.EndsWith(".json", StringComparison.Ordinal) ? folder + word : word)]);
        return run with { Error = run.Error.Replace(folder, "", StringComparison.Ordinal) };
    }
}
