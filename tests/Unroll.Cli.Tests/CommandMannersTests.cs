using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>What a person expects of a command beside its work.</summary>
public class CommandMannersTests
{
    private const string Rows = "label\ttext\ngood\tlovely film\nbad\tdull film\ngood\tlovely story\nbad\tdull story\n";

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help train", "train --help")]
    [InlineData("help lab new", "lab new --help")]
    public void Help_is_a_verb_too(string asked, string same)
    {
        CommandRun run = CommandRun.Of(asked.Split(' '));
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(CommandRun.Of(same.Split(' ')).Output, run.Output);
        Assert.NotEmpty(run.Output);
    }

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("evaluate", "eval")]
    [InlineData("predcit", "predict")]
    [InlineData("exprot", "export")]
    public void A_mistyped_verb_is_told_the_nearest(string typed, string near)
    {
        CommandRun run = CommandRun.Of(typed, "x");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(
            $"error: unknown verb {typed}; did you mean {near}? see unroll --help", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[suggest]", "unroll tr", "train")]
    [InlineData("[suggest:9]", "unroll pr", "predict")]
    [InlineData("[suggest]", "unroll train --epo", "--epochs")]
    [InlineData("[suggest:19]", "unroll predict m --js --top 2", "--json")]
    [InlineData("[suggest]", "unroll train x --pooling ", "attention")]
    [InlineData("[suggest]", "unroll train x --cell ", "gru")]
    [InlineData("[suggest]", "unroll completion ", "zsh")]
    [InlineData("[suggest]", "ev", "eval")]
    public void Words_are_completed(string directive, string line, string expected)
    {
        CommandRun run = CommandRun.Of(directive, line);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(expected, run.OutputLines);
    }

    [Fact]
    public void Completion_scripts_are_shells_own()
    {
        foreach (string shell in (string[])["bash", "zsh"])
        {
            CommandRun run = CommandRun.Of("completion", shell);
            Assert.Equal(0, run.ExitCode);
            Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
        }
        Assert.Contains("expected bash or zsh", CommandRun.Of("completion", "fish").Error, StringComparison.Ordinal);
        if (!File.Exists("/bin/bash"))
            Assert.Skip("needs bash");
        using var folder = new TemporaryFolder();
        string script = folder.Write("completion.sh", CommandRun.Of("completion", "bash").Output);
        CommandRun completed = Repository.Run(
            "/bin/bash", "-c",
            $"unroll() {{ '{Repository.Command}' \"$@\"; }}; . '{script}'; COMP_LINE='unroll tra' COMP_POINT=10 COMP_CWORD=1; " +
            "COMP_WORDS=(unroll tra); _unroll_complete; echo \"${COMPREPLY[@]}\"");
        Assert.Equal("train\n", completed.Output);
    }

    [Fact]
    public void Quiet_leaves_results_errors_and_warnings()
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.tsv", Rows);
        string[] train =
            ["train", rows, "--epochs", "1", "--hidden", "4", "--embedding", "4", "--beta1", "0.8", "--optimizer", "sgd"];
        CommandRun loud = CommandRun.Of(train), quiet = CommandRun.Of([.. train, "--quiet"]);
        Assert.Equal(loud.Output, quiet.Output);
        Assert.Equal(
            loud.Error.Split('\n').Where(line => line.StartsWith("warning:", StringComparison.Ordinal)),
            quiet.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("--beta1 has no effect here", quiet.Error, StringComparison.Ordinal);
        Assert.StartsWith("error: ", CommandRun.Of("predict", "none", "x", "--quiet").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("experiment vanishing")]
    [InlineData("predict")]
    [InlineData("import")]
    public void Help_shows_values_as_they_are_typed(string verb)
    {
        string help = CommandRun.Of([.. verb.Split(' '), "--help"]).Output;
        Assert.DoesNotMatch(@"\[default: [A-Z]", help);
    }

    [Fact]
    public void Help_of_train_has_every_option_once_and_the_frequent_ones_first()
    {
        string help = CommandRun.Of("train", "--help").Output;
        string[] headings = ["Often:", "Rows:", "The model:", "A Transformer:", "Learning:", "The run:"];
        int[] places = [.. headings.Select(heading => help.IndexOf(heading, StringComparison.Ordinal))];
        Assert.All(places, place => Assert.True(place > 0));
        Assert.Equal(places.Order(), places);
        Assert.DoesNotContain("Options:", help, StringComparison.Ordinal);
        using JsonDocument config = JsonDocument.Parse(CommandRun.Of("train", "x", "--print-config").Output);
        string[] settings =
        [
            .. config.RootElement.EnumerateObject().Select(setting => $"--{setting.Name}").Where(name => name != "--data"),
        ];
        Assert.True(settings.Length > 20);
        string[] lines = help.Split('\n');
        Assert.All(settings, name => Assert.Single(
            lines, line => line.StartsWith($"  {name} ", StringComparison.Ordinal) || line == $"  {name}"));
        Assert.Contains("[default: gru]", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_JSON_has_the_version_of_its_form_first()
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.tsv", Rows), model = PolarityModel.Save(folder);
        string labelled = folder.Write("labelled.tsv", "label\ttext\npos\tgood\nneg\tbad\n");
        string[][] calls =
        [
            ["predict", model, "good", "--json"],
            ["eval", model, labelled, "--json"],
            ["inspect", model, "good", "--json"],
            ["export", model, "--onnx", folder["model.onnx"], "--json"],
            ["lab", "--epochs", "1", "--json"],
            ["lab", "new", folder["sheet.cs"], "--json"],
            ["lab", "check", "--json"],
            ["train", rows, "--epochs", "1", "--hidden", "4", "--embedding", "4", "--json"],
            ["train", rows, "--cell", "none", "--folds", "2", "--json"],
            ["train", rows, "--cell", "none", "--seeds", "2", "--dev-share", "0.5", "--json"],
            ["train", rows, "--hidden", "4", "--embedding", "4", "--find-lr", "--json"],
            ["experiment", "words", "--json"],
        ];
        foreach (string[] call in calls)
        {
            CommandRun run = CommandRun.Of(call);
            Assert.True(run.ExitCode == 0, $"{string.Join(' ', call)}: {run.Error}");
            Assert.NotEmpty(run.OutputLines);
            foreach (string line in run.OutputLines)
            {
                using JsonDocument document = JsonDocument.Parse(line);
                JsonProperty first = document.RootElement.EnumerateObject().First();
                Assert.True(first is { Name: "version" } && first.Value.GetInt32() == JsonOutput.Version, $"{call[0]}: {line}");
            }
        }
    }
}
