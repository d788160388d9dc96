using Xunit;

namespace Unroll.Cli.Tests;

/// <content>What was damaged or changed in the folder of a search.</content>
public sealed partial class SearchCommandTests
{
    [Theory]
    [InlineData(
        "search.json", "{\"data\"",
        "search.json:1: not JSON at byte 8; expected an object such as the one it began with; restore it")]
    [InlineData(
        "search.json", "[]", "search.json: holds a JSON array, expected an object such as the one it began with; restore it")]
    [InlineData("space.json", null, "space.json: cannot be read")]
    [InlineData("journal.jsonl", "{}\n", "one: holds a search that is not of this version")]
    [InlineData("journal.jsonl", "{\"kind\n", "journal.jsonl:1: not JSON at byte 7, expected a line as it was written")]
    public void A_damaged_folder_is_one_line_for_the_same_command(string name, string? content, string expected)
    {
        Assert.Equal(0, Search("one").ExitCode);
        if (content is null)
            File.Delete(_folder[$"one/{name}"]);
        else
            File.WriteAllText(_folder[$"one/{name}"], content);
        CommandRun run = Search("one");
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        string line = Assert.Single(
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => line.StartsWith("error", StringComparison.Ordinal));
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_space_that_was_edited_does_not_go_on()
    {
        Assert.Equal(0, Search("one").ExitCode);
        File.WriteAllText(_folder["one/space.json"], Space.Replace("0.001", "0.002", StringComparison.Ordinal));
        Assert.Contains(
            "one: trial 0 began with lr=", CommandRun.Of("search", "--resume", _folder["one"]).Error, StringComparison.Ordinal);
    }
}
