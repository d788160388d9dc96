using System.CommandLine;
using Unroll.Data;
using Xunit;

namespace Unroll.Cli.Tests;

public class DataOptionsTests
{
    [Fact]
    public void Nothing_given_is_nothing_known() => Assert.Equal(new DataFormat(), Parse(""));

    [Fact]
    public void Every_option_is_read() => Assert.Equal(
        new DataFormat { Kind = DataKind.Csv, TextColumn = "3", LabelColumn = "Sentiment", Delimiter = '\t', Header = false },
        Parse("--format CSV --text-column 3 --label-column Sentiment --delimiter tab --no-header"));

    [Theory]
    [InlineData("--delimiter |", '|')]
    [InlineData("--delimiter ;", ';')]
    public void A_delimiter_is_one_character(string line, char expected) => Assert.Equal(expected, Parse(line).Delimiter);

    [Theory]
    [InlineData("--format xml", "--format is xml, expected tsv or csv or jsonl or fasttext")]
    [InlineData("--format 1", "--format is 1, expected tsv or csv or jsonl or fasttext")]
    [InlineData("--delimiter ab", "--delimiter is ab, expected one character other than a quote or a letter, or tab")]
    [InlineData("--delimiter x", "--delimiter is x, expected one character")]
    public void Other_values_are_refused(string line, string expected)
    {
        (Command command, _) = Create();
        Assert.StartsWith(expected, Assert.Single(command.Parse(line).Errors).Message, StringComparison.Ordinal);
    }

    private static DataFormat Parse(string line)
    {
        (Command command, DataOptions options) = Create();
        ParseResult parsed = command.Parse(line);
        Assert.Empty(parsed.Errors);
        return options.Get(parsed);
    }

    private static (Command Command, DataOptions Options) Create()
    {
        var command = new Command("verb");
        var options = new DataOptions();
        options.AddTo(command);
        return (command, options);
    }
}
