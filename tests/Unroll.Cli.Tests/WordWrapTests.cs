using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>On a screen of 80 columns lines break between words.</summary>
public class WordWrapTests
{
    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("one two three", 13, "one two three")]
    [InlineData("  one two three", 9, "  one two|  three")]
    [InlineData("incomprehensible word", 6, "incomprehensible|word")]
    [InlineData("a  b", 2, "a|b")]
    [InlineData("one two   ", 7, "one two   ")]
    [InlineData("", 5, "")]
    [InlineData("漢字 漢字 漢字", 9, "漢字 漢字|漢字")]
    public void Lines_break_between_words_and_stay_indented(string text, int width, string lines) =>
        Assert.Equal(lines.Split('|'), WordWrap.Lines(text, width));

    [Fact]
    public void Json_and_what_is_written_in_pieces_stay_whole()
    {
        using var screen = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var writer = new WrappingWriter(screen);
        string words = string.Join(' ', Enumerable.Repeat("word", 30));
        writer.WriteLine($"{{\"text\": \"{words}\"}}");
        writer.Write("│");
        writer.WriteLine(words);
        writer.Write($"{words}\n{words}\nlast");
        writer.WriteLine();
        string[] lines = screen.ToString().Split('\n');
        Assert.Equal($"{{\"text\": \"{words}\"}}", lines[0]);
        Assert.Equal($"│{words}", lines[1]);
        Assert.All(lines[2..], line => Assert.InRange(line.Length, 0, 80));
        Assert.Equal(["last", ""], lines[^2..]);
        Assert.Equal($"{words} {words}", string.Join(' ', lines[2..^2]));
    }

    [Theory]
    [InlineData("experiment", "rate", "--cells", "rnn,gru", "--lengths", "4", "--seeds", "1", "--steps", "2")]
    [InlineData("experiment", "exploding", "--lengths", "4", "--seeds", "1", "--steps", "2")]
    [InlineData("lab", "--help")]
    [InlineData("train", "--help")]
    [InlineData("lab")]
    public void Nothing_is_wider_than_the_screen(params string[] args)
    {
        CommandRun run = CommandRun.With("", onScreen: true, args);
        Assert.Equal(0, run.ExitCode);
        Assert.All(run.OutputLines, line => Assert.InRange(line.Length, 0, 80));
        CommandRun piped = CommandRun.Of(args);
        Assert.Equal(0, piped.ExitCode);
    }

    [Fact]
    public void A_table_that_is_too_wide_goes_on_below_with_its_first_column()
    {
        Assert.Equal([[1, 2], [3], [4]], ExperimentDisplay.Blocks([10, 20, 20, 40, 90], screen: 60));
        Assert.Equal([[1, 2, 3, 4]], ExperimentDisplay.Blocks([10, 20, 20, 40, 90], screen: int.MaxValue));
        string[] rows =
        [
            .. CommandRun.With(
                "", onScreen: true, "experiment", "rate", "--cells", "rnn", "--lengths", "4", "--seeds", "1", "--steps", "2")
                .OutputLines.Where(line => line.StartsWith("rnn  ", StringComparison.Ordinal)),
        ];
        Assert.Equal(2, rows.Length);
        Assert.EndsWith("of 13", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_of_a_screen_is_json()
    {
        CommandRun run = CommandRun.With("", onScreen: true, "lab", "--epochs", "3", "--json");
        using var lab = JsonDocument.Parse(run.Output);
        Assert.Equal(3, lab.RootElement.GetProperty("loss_history").GetArrayLength());
    }
}
