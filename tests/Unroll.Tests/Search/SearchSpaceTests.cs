using System.Globalization;
using System.Text;
using Unroll.Search;
using Xunit;

namespace Unroll.Tests.Search;

public class SearchSpaceTests
{
    private const string Json =
        """
        {"lr": {"from": 0.0001, "to": 0.1, "log": true}, "hidden": {"from": 8, "to": 11}, "cell": ["gru", "lstm"],
         "linear": [true, false]}
        """;

    [Fact]
    public void A_setting_follows_from_seed_trial_and_name_alone()
    {
        SearchSpace space = Parse(Json);
        Assert.Equal(space.Draw(7, 3), space.Draw(7, 3));
        // Other settings beside it, and another order, change nothing.
        SearchSpace other = Parse("""{"cell": ["gru", "lstm"], "lr": {"from": 0.0001, "to": 0.1, "log": true}}""");
        KeyValuePair<string, string>[] fewer = [.. other.Draw(7, 3)];
        Assert.Equal(space.Draw(7, 3).First(setting => setting.Key == "lr"), fewer[1]);
        Assert.NotEqual(space.Draw(7, 3)[0].Value, space.Draw(7, 4)[0].Value);
        Assert.NotEqual(space.Draw(7, 3)[0].Value, space.Draw(8, 3)[0].Value);
        // Journals of one version are those of the next: these values stay.
        Assert.Equal(
            Golden, string.Join(' ', space.Draw(42, 0).Concat(space.Draw(42, 1)).Select(setting => setting.Value)));
    }

    // The same in Python: int.from_bytes(hashlib.sha256(b"42/0/lr").digest()[:8], "big") >> 11, and so on.
    private const string Golden = "0.00312 9 gru false 0.0002548 9 gru true";

    [Fact]
    public void Draws_fill_their_range()
    {
        SearchSpace space = Parse(Json);
        string[][] drawn =
            [.. Enumerable.Range(0, 2000).Select(trial => space.Draw(1, trial).Select(setting => setting.Value).ToArray())];
        double[] rates = [.. drawn.Select(values => double.Parse(values[0], CultureInfo.InvariantCulture))];
        Assert.All(rates, rate => Assert.InRange(rate, 0.0001, 0.1));
        // A third of a logarithmic range over three powers of ten is each power.
        Assert.InRange(rates.Count(rate => rate < 0.001), 580, 750);
        Assert.InRange(rates.Count(rate => rate >= 0.01), 580, 750);
        Assert.Equal(["10", "11", "8", "9"], drawn.Select(values => values[1]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(drawn.CountBy(values => values[1]), each => Assert.InRange(each.Value, 430, 570));
        Assert.Equal(["gru", "lstm"], drawn.Select(values => values[2]).Distinct().Order());
        Assert.Equal(["false", "true"], drawn.Select(values => values[3]).Distinct().Order());
    }

    /// <summary>Such as a shell's <c>--space &lt;(…)</c>.</summary>
    [Fact]
    public async Task It_is_read_from_a_pipe_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs mkfifo, and Linux's way to open one");
        using var folder = new TemporaryFolder();
        string pipe = folder.WritePipe("space");
        Task<SearchSpace> reads = Task.Run(() => SearchSpace.Load(pipe, name => name == "hidden"));
        await File.WriteAllTextAsync(pipe, Json, TestContext.Current.CancellationToken);
        Assert.Equal(Parse(Json).Draw(7, 3), (await reads).Draw(7, 3));
    }

    [Fact]
    public void It_is_written_as_it_is_read()
    {
        SearchSpace space = Parse(Json);
        string written = Storage.JsonLine.OfValue(space.WriteTo);
        Assert.Equal(space.Draw(5, 9), Parse(written).Draw(5, 9));
        Assert.Equal(written, Storage.JsonLine.OfValue(Parse(written).WriteTo));
    }

    [Theory]
    [InlineData("[1]", "space.json: holds a JSON array, expected an object such as {\"hidden\": ")]
    [InlineData("{}", "space.json: has no setting")]
    [InlineData("{\"lr\": 0.1", "space.json:1: not JSON at byte")]
    [InlineData("{\"lr\": [1], \"lr\": [2]}", "expected each key once")]
    [InlineData("{\"lr\": 0.1}", "\"lr\" is one value, expected a list of values")]
    [InlineData("{\"lr\": null}", "\"lr\" is null")]
    [InlineData("{\"lr\": []}", "\"lr\" has no values")]
    [InlineData("{\"lr\": [[1]]}", "\"lr\" holds a list or an object among its values")]
    [InlineData("{\"lr\": [1, 1]}", "\"lr\" has a value twice")]
    [InlineData("{\"lr\": {\"from\": 1}}", "\"lr\" has no number under \"to\"")]
    [InlineData("{\"lr\": {\"from\": 1, \"to\": \"2\"}}", "\"lr\" has no number under \"to\"")]
    [InlineData("{\"lr\": {\"from\": 1, \"to\": 2, \"step\": 1}}", "\"lr\" has the key \"step\"")]
    [InlineData("{\"lr\": {\"from\": 1, \"to\": 2, \"log\": 1}}", "\"lr\" has \"log\": 1, expected true or false")]
    [InlineData("{\"lr\": {\"from\": 2, \"to\": 1}}", "\"lr\" goes from 2 to 1, expected the smaller number first")]
    [InlineData("{\"lr\": {\"from\": 0, \"to\": 1, \"log\": true}}", "\"lr\" goes from 0 on a logarithmic range")]
    [InlineData("{\"hidden\": {\"from\": 1.5, \"to\": 3}}", "\"hidden\" goes from 1.5 to 3, expected whole numbers")]
    public void What_cannot_be_drawn_is_refused_in_one_line(string json, string expected)
    {
        string message = Assert.Throws<InputException>(() => Parse(json)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static SearchSpace Parse(string json) =>
        SearchSpace.Parse(Encoding.UTF8.GetBytes(json), "space.json", name => name == "hidden");
}
