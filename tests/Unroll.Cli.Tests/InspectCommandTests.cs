using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Tests;
using Unroll.Text;
using Xunit;

namespace Unroll.Cli.Tests;

public class InspectCommandTests
{
    [Fact]
    public void A_line_a_word_says_what_the_model_thinks_so_far_and_what_the_word_did()
    {
        using var folder = new TemporaryFolder();
        // Logits are ± the mean of the words' values: 0, 1, 1/3, 1/4 after each word.
        CommandRun run = CommandRun.Of("inspect", PolarityModel.Save(folder), "good good bad film");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            """
            pos 0.7311
            rnn, 1 hidden unit, 1 layer, one direction, pooling mean

            word          so far         change without it     |dh|    h0
            good          pos       0.98             │███   5.0e-01 +2.00
            good          pos       0.98   0.00      │███   5.0e-01 +2.00
            bad           pos       0.79  -0.19 █████│      5.0e-01  0.00
            film          pos       0.73  -0.06     █│      5.0e-01 +1.00

            change      of the probability of pos by this word
            without it  right: its logit falls without the word; the longest bar is 0.833
            |dh|        size of the gradient of its logit by the hidden state
            h0          hidden state
            unknown     film: read as <unk>

            """.ReplaceLineEndings("\n"),
            run.Output);
    }

    [Fact]
    public void Gradients_beyond_the_largest_number_are_told()
    {
        using var folder = new TemporaryFolder();
        string path = PolarityModel.Save(folder);
        SentenceClassifier classifier = SentenceClassifier.Load(path);
        void Write(string name, params float[] values) => classifier.Parameters.Write(classifier.Parameters.Find(name), values);
        Write("rnn.weight_hh_l0", 10);
        Write("rnn.weight_ih_l0", 0, 0, 0.01f, 0.02f);
        Write("rnn.bias_ih_l0", 0.01f);
        Write("output.weight", -1e38f, 1e38f);
        classifier.Save(path, overwrite: true);
        CommandRun run = CommandRun.Of("inspect", path, "good bad");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("warning: the model's weights are so large", run.Error, StringComparison.Ordinal);
        Assert.Contains("    inf ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", run.Output, StringComparison.Ordinal);
        Assert.All(run.OutputLines, line => Assert.InRange(line.Length, 0, 79));
        Assert.Contains("null", CommandRun.Of("inspect", path, "good bad", "--json").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Cell.Rnn, Pooling.Last, 1)]
    [InlineData(Cell.Gru, Pooling.Attention, 2)]
    [InlineData(Cell.Lstm, Pooling.Attention, 3)]
    public void No_line_is_wider_than_a_terminal(Cell cell, Pooling pooling, int classes)
    {
        using var folder = new TemporaryFolder();
        string model = SaveRandom(folder, cell, pooling, classes);
        foreach (bool onScreen in (bool[])[false, true])
        {
            CommandRun run = WithoutColour(
                CommandRun.With(
                    "", onScreen, "inspect", model, $"w3 {new string('x', 100)} 图书馆图书馆图书馆 w4 \u001b[31m [bold] e\u0301"));
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.All(run.Output.Split('\n'), line => Assert.InRange(ColumnText.WidthOf(line), 0, 79));
            Assert.Contains("\nxxxxxxxxxxxx… ", run.Output, StringComparison.Ordinal);
            Assert.Contains("\n图书馆图书馆… ", run.Output, StringComparison.Ordinal);
            Assert.Contains("\n�[31m ", run.Output, StringComparison.Ordinal);
            Assert.Contains("\n[bold] ", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b", run.Output, StringComparison.Ordinal);
            Assert.Equal(cell == Cell.Lstm, run.Output.Contains("forget |candidate|", StringComparison.Ordinal));
            Assert.Equal(cell == Cell.Gru, run.Output.Contains("update       |new|", StringComparison.Ordinal));
            Assert.Equal(pooling == Pooling.Attention, run.Output.Contains("attention\n", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_linear_part_has_a_column_and_its_strongest_terms_a_line()
    {
        using var folder = new TemporaryFolder();
        // x = (1 + log 2, 1, 1) / 2.206 for good, good good and ▁ba; z is half of the network's 0.5 and of the linear 0.858.
        CommandRun run = CommandRun.Of("inspect", SaveWithLinear(folder), "good good bad film");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            """
            pos 0.7955
            rnn, 1 hidden unit, 1 layer, one direction, pooling mean

            word          so far         change without it     |dh|  linear    h0
            good          pos       0.95             │█████ 2.5e-01   +0.31 +2.00
            good          pos       0.97  +0.01      │█████ 2.5e-01   +0.31 +2.00
            bad           pos       0.82  -0.15 █████│      2.5e-01   -0.18  0.00
            film          pos       0.80  -0.03     █│      2.5e-01    0.00 +1.00

            change      of the probability of pos by this word
            without it  right: its logit falls without the word; the longest bar is 0.672
            |dh|        size of the gradient of its logit by the hidden state
            linear      added to its logit by the linear part, whose share is 0.5
            terms       "good" +0.38, "good good" +0.23, " ▁ba" -0.18
            h0          hidden state
            unknown     film: read as <unk>

            """.ReplaceLineEndings("\n"),
            run.Output);

        // A word that the network does not know and whose pieces the linear part knows says something.
        Assert.Equal(0, CommandRun.Of("inspect", folder["model"], "bat").ExitCode);
        Assert.Equal(2, CommandRun.Of("inspect", folder["model"], "film").ExitCode);
    }

    [Fact]
    public void Json_is_one_object_with_every_number()
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of("inspect", PolarityModel.Save(folder), "good bad", "--json");
        using JsonDocument json = JsonDocument.Parse(Assert.Single(run.OutputLines));
        Assert.Equal("good bad", json.RootElement.GetProperty("text").GetString());
        Assert.Equal(
            ["version", "text", "tokens", "ids", "label", "probability", "probabilities", "model", "states", "prefix",
                "gradient", "attribution", "plane"],
            json.RootElement.EnumerateObject().Select(field => field.Name));
        // The logit of neg is -mean: a word that says good is worth -1/2 here, and its absence 1.
        Assert.Equal(
            [-2, 2],
            json.RootElement.GetProperty("attribution").GetProperty("leave_one_out").EnumerateArray().Select(
                value => Math.Round(value.GetDouble(), 5)));
    }

    [Theory]
    [InlineData("model", "unroll inspect: no text given, expected one; see unroll inspect --help")]
    [InlineData("model|", "unroll inspect: the text is empty, expected at least one word")]
    [InlineData("model| \t", "unroll inspect: the text is empty, expected at least one word")]
    [InlineData("model|good|bad", "unroll inspect: 2 texts given, expected one; put quotes around it")]
    [InlineData(
        "model|some film",
        "unroll inspect: the model knows none of the words of \"some film\", expected at least one; " +
        "its vocabulary.txt lists them")]
    [InlineData("closed|some film", "unknown word \"some\"; known words: good, bad")]
    [InlineData("none|good", "none: no such folder, expected a model folder")]
    [InlineData("closed/config.json|good", "closed/config.json: ")]
    [InlineData("model|good|--html", "unroll inspect: ")]
    public void Bad_input_is_one_line(string commandLine, string expected)
    {
        using var folder = new TemporaryFolder();
        PolarityModel.Save(folder);
        using var other = new TemporaryFolder();
        Directory.Move(PolarityModel.SaveClosed(other), folder["closed"]);
        string[] args = commandLine.Split('|');
        args[0] = folder[args[0]];
        CommandRun run = CommandRun.Of(["inspect", .. args]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        string error = run.Error.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        Assert.StartsWith("error: " + expected, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("film", 6, "film  ")]
    [InlineData("film", 4, "film")]
    [InlineData("films", 4, "fil…")]
    [InlineData("图书馆", 6, "图书馆")]
    [InlineData("图书馆", 5, "图书…")]
    [InlineData("图书馆", 4, "图… ")]
    [InlineData("e\u0301a", 3, "e\u0301a ")]
    public void A_column_is_filled_whatever_the_script(string text, int width, string expected)
    {
        Assert.Equal(expected, ColumnText.Fit(text, width));
        Assert.Equal(width, ColumnText.WidthOf(expected));
    }

    [Fact]
    public void No_line_of_a_linear_part_is_wider_than_a_terminal()
    {
        using var folder = new TemporaryFolder();
        string model = SaveRandom(folder, Cell.Lstm, Pooling.Attention, 3);
        SentenceClassifier classifier = SentenceClassifier.Load(model);
        string[] names = [new string('x', 100), "图书馆图书馆图书馆 图书馆图书馆", "\u001b[31m [bold]"];
        var terms = new TermTable(names, [1, 1, 1], TokenKind.Whitespace);
        classifier.SetLinear(new LinearPart(terms, [.. Enumerable.Range(0, 9).Select(i => 0.5f * (i + 1))], [0, 0, 0]), 0.01);
        classifier.Save(model, overwrite: true);
        CommandRun run = WithoutColour(CommandRun.With(
            "", true, "inspect", model, $"{new string('x', 100)} 图书馆图书馆图书馆 图书馆图书馆 \u001b[31m [bold]"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(run.Output.Split('\n'), line => Assert.InRange(ColumnText.WidthOf(line), 0, 79));
        Assert.Contains("\nterms       \"", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", run.Output, StringComparison.Ordinal);
    }

    private static CommandRun WithoutColour(CommandRun run) =>
        run with { Output = Regex.Replace(run.Output, "\u001b\\[[0-9;]*m", "") };

    private static string SaveWithLinear(TemporaryFolder folder)
    {
        SentenceClassifier classifier = SentenceClassifier.Load(PolarityModel.Save(folder));
        var terms = new TermTable(["good", "good good", " ▁ba"], [1, 1, 1], classifier.Config.Tokens.Kind);
        classifier.SetLinear(new LinearPart(terms, [-1, 1, -1, 1, 0.8f, -0.8f], [0, 0]), 0.5);
        classifier.Save(folder["model"], overwrite: true);
        return folder["model"];
    }

    private static string SaveRandom(TemporaryFolder folder, Cell cell, Pooling pooling, int classes)
    {
        var config = new ModelConfig
        {
            Cell = cell,
            Embedding = 4,
            Hidden = 200,
            Layers = 2,
            Bidirectional = true,
            Pooling = pooling,
            Labels = [.. Enumerable.Range(0, Math.Max(2, classes)).Select(c => $"a very long label of class {c}")],
        };
        var vocabulary = new Vocabulary(["<pad>", "<unk>", .. Enumerable.Range(2, 8).Select(id => $"w{id}")], UnknownWords.Token);
        SentenceClassifier.Create(config, vocabulary).Save(folder["random"]);
        return folder["random"];
    }
}
