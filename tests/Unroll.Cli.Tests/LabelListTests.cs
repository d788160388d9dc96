using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Labels with commas and quotes can be given, on the command line and in a settings file.</summary>
public class LabelListTests
{
    private static readonly string[] Small = ["--epochs", "1", "--hidden", "4", "--embedding", "4", "--no-baselines"];

    [Theory]
    [InlineData("neg,pos", "neg", "pos")]
    [InlineData(" neg , pos ", "neg", "pos")]
    [InlineData("\"food, drink\",arts", "food, drink", "arts")]
    [InlineData("arts, \"food, drink\"", "arts", "food, drink")]
    [InlineData("\"say \"\"so\"\"\",don\"t", "say \"so\"", "don\"t")]
    [InlineData("a,", "a", "")]
    public void One_value_is_cut_at_its_commas(string value, params string[] expected) =>
        Assert.Equal(expected, QuotedList.Words("--labels", [value]));

    [Fact]
    public void Several_values_are_a_word_each() =>
        Assert.Equal(["food, drink", "a,b", "c"], QuotedList.Words("--labels", ["food, drink", "\"a,b\"", "c"]));

    [Theory]
    [InlineData("\"a", "--labels has \"\"a\", whose quote is not closed; close it")]
    [InlineData("\"a\"b,c", "--labels has \"\"a\"b\", expected a comma behind the closing quote")]
    public void Quotes_that_do_not_fit_are_refused(string value, string expected) => Assert.StartsWith(
        expected, Assert.Throws<InputException>(() => QuotedList.Words("--labels", [value])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--class-weights", "food, drink=2,a=b=1")]
    [InlineData("--class-weights", "\"food, drink\"=2,a=b=1")]
    [InlineData("--class-weights", "food, drink=2", "--class-weights", "a=b=1")]
    [InlineData("--class-weights", "food, drink=2")]
    [InlineData("--class-weights", "food, drink =2, a=b = 1")]
    [InlineData("--class-weights", " food, drink =2", "--class-weights", "a=b =1")]
    [InlineData("--class-weights", "\"food, drink\"=2", "--class-weights", "\"a=b\"=1")]
    public void Weights_of_such_labels_are_the_same_in_every_form(params string[] options)
    {
        using var folder = new TemporaryFolder();
        string data = Rows(folder);
        string expected = Config(folder, data, "{\"class-weights\": {\"food, drink\": 2, \"a=b\": 1}}");
        Assert.NotEqual(expected, Loss(CommandRun.Of(["train", data, .. Small])));
        Assert.Equal(expected, Loss(CommandRun.Of(["train", data, .. Small, .. options])));

        // What a run writes down says the same.
        CommandRun printed = CommandRun.Of(["train", data, .. Small, .. options, "--print-config"]);
        Assert.Equal(expected, Loss(CommandRun.Of("train", "--config", folder.Write("printed.json", printed.Output))));
    }

    [Theory]
    [InlineData("{\"class-weights\": {\"food, drink\": 2}}")]
    [InlineData("{\"class-weights\": {\"food, drink\": \"2\"}}")]
    [InlineData("{\"class-weights\": [\"food, drink=2\"]}")]
    [InlineData("{\"class-weights\": [\"food, drink=2\", \"a=b=1\"]}")]
    [InlineData("{\"class-weights\": \"food, drink=2,a=b=1\"}")]
    public void A_settings_file_has_an_object_a_list_or_a_text(string config)
    {
        using var folder = new TemporaryFolder();
        string data = Rows(folder);
        Assert.Equal(
            Loss(CommandRun.Of(["train", data, .. Small, "--class-weights", "\"food, drink\"=2"])), Config(folder, data, config));
    }

    [Theory]
    [InlineData("{\"class-weights\": {\"a=b\": [1]}}", "\"class-weights\" holds a JSON array, expected a number for each label")]
    [InlineData("{\"class-weights\": [1]}", "\"class-weights\" holds a JSON number, expected strings such as \"good=2\"")]
    [InlineData("{\"cell\": [\"gru\"]}", "\"cell\" is a JSON array, expected a string, a number, true or false")]
    public void Other_values_are_refused_with_the_file(string config, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("c.json", config);
        CommandRun run = CommandRun.Of("train", Rows(folder), "--config", path);
        Assert.Equal((2, $"error: {path}: {expected}\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Balanced_and_weights_of_unknown_labels()
    {
        using var folder = new TemporaryFolder();
        string data = Rows(folder);
        Assert.Equal(0, CommandRun.Of(["train", data, .. Small, "--class-weights", "Balanced"]).ExitCode);
        Assert.Equal(
            "error: --class-weights names the label x, which no row has; expected labels among a=b, \"food, drink\"\n",
            CommandRun.Of(["train", data, .. Small, "--class-weights", "x=2"]).Error);
        Assert.Equal(
            "error: --class-weights names the label \" a=b\", which no row has; expected labels among a=b, \"food, drink\"\n",
            CommandRun.Of(["train", data, .. Small, "--class-weights", "\" a=b\"=2"]).Error);
    }

    private static string Rows(TemporaryFolder folder) => folder.Write(
        "d.csv", "label,text\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"\"food, drink\",tune {i}\na=b,song "
            + $"{i % 3}\n")));

    private static string Config(TemporaryFolder folder, string data, string config) =>
        Loss(CommandRun.Of(["train", data, .. Small, "--config", folder.Write("c.json", config)]));

    private static string Loss(CommandRun run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Error.Split('\n').Concat(run.OutputLines).First(line => line.StartsWith("Epoch 1", StringComparison.Ordinal));
    }
}
