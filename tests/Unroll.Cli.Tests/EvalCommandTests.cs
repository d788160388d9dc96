using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

public class EvalCommandTests
{
    // Right: 1, 2, 4. Wrong: 3 (surely) and 5 (a tie, so neg). 6 (a tie, so neg) and 7 (pos) have a label that the model does not
    // know: they are wrong too, and the loss and the calibration error are over the other five.
    private const string Rows = "label\ttext\npos\tgood\nneg\tbad bad\npos\tbad\npos\tgood film good\npos\tgood "
        + "bad\nmeh\tfilm\nmeh\tgood\n";

    [Fact]
    public void It_shows_numbers_labels_confusions_and_the_worst_mistakes()
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.tsv", Rows);
        CommandRun run = CommandRun.Of("eval", PolarityModel.Save(folder), rows);
        const string expected = """
            rows      7
            unknown   2 with labels the model does not know: "meh" (2)
            accuracy  0.4286
            macro-F1  0.3238
            loss      0.9630
            ECE       0.2762

            label  precision  recall      F1  support
            neg       0.2500  1.0000  0.4000        1
            pos       0.6667  0.5000  0.5714        4

            truth \ predicted  neg  pos
            neg                [1]   .
            pos                 2   [2]

            worst mistakes: line, truth → prediction (its probability), text
                  4  pos → neg (0.9820)  bad
                  6  pos → neg (0.5000)  good bad

            """;
        Assert.Equal(expected, run.Output);
        Assert.Equal((0, $"warning: {UnknownLabels(rows)}\n"), (run.ExitCode, run.Error));
    }

    private static string UnknownLabels(string rows) =>
        $"2 rows of {rows} have labels that the model does not know: \"meh\" (2); they count as wrong in accuracy and macro-F1 " +
        "and not in loss and calibration, in train and in eval";

    [Fact]
    public void Json_has_everything()
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of(
            "eval", PolarityModel.Save(folder), folder.Write("rows.tsv", Rows), "--json", "--mistakes", "1");
        JsonElement json = JsonDocument.Parse(Assert.Single(run.OutputLines)).RootElement;
        Assert.Equal(
            (string[])[
                "version", "rows", "unknown_label_rows", "accuracy", "macro_f1", "ece", "loss", "labels", "confusion",
                "unknown_labels", "mistakes"],
            json.EnumerateObject().Select(field => field.Name));
        Assert.Equal((7, 2), (json.GetProperty("rows").GetInt32(), json.GetProperty("unknown_label_rows").GetInt32()));
        Assert.Equal(3.0 / 7, json.GetProperty("accuracy").GetDouble(), 1e-12);
        // scikit-learn: f1_score(average="macro") over neg, pos and meh.
        Assert.Equal((0.4 + 4.0 / 7 + 0) / 3, json.GetProperty("macro_f1").GetDouble(), 1e-12);
        double third = -Math.Log(1 - PolarityModel.Sure);
        double loss = (2 * -Math.Log(PolarityModel.Sure) + third + Math.Log(1 + Math.Exp(-8.0 / 3)) + Math.Log(2)) / 5;
        Assert.Equal(loss, json.GetProperty("loss").GetDouble(), 1e-5);
        Assert.Equal("[[1,0],[2,2]]", json.GetProperty("confusion").GetRawText());
        Assert.Equal(1, json.GetProperty("labels").GetProperty("neg").GetProperty("recall").GetDouble());
        Assert.Equal("""{"meh":2}""", json.GetProperty("unknown_labels").GetRawText());
        JsonElement mistake = Assert.Single(json.GetProperty("mistakes").EnumerateArray());
        Assert.Equal(
            (4, "bad", "pos", "neg"), (mistake.GetProperty("line").GetInt32(), Text("text"), Text("label"), Text("predicted")));
        Assert.Equal(PolarityModel.Sure, mistake.GetProperty("probability").GetDouble(), 1e-6);
        Assert.Equal(third, mistake.GetProperty("loss").GetDouble(), 1e-5);

        string? Text(string key) => mistake.GetProperty(key).GetString();
    }

    [Fact]
    public void Many_batches_give_what_one_gives_and_keep_the_worst_of_all()
    {
        using var folder = new TemporaryFolder();
        string rows = "label\ttext\n" + string.Concat(Enumerable.Range(1, 5000).Select(i =>
        {
            IEnumerable<string> words = Enumerable.Range(0, i % 50 + 1).Select(n => n * 7 % 3 == 0 ? "bad" : "good");
            return $"pos\t{string.Join(' ', words)}{(i == 3001 ? " bad bad" : "")}\n";
        }));
        string[] args = ["eval", PolarityModel.Save(folder), folder.Write("rows.tsv", rows), "--json", "--mistakes", "3"];
        JsonElement json = JsonDocument.Parse(CommandRun.Of(args).Output).RootElement;
        Assert.Equal(5000, json.GetProperty("rows").GetInt32());
        double[] losses = [
            .. json.GetProperty("mistakes").EnumerateArray().Select(mistake => mistake.GetProperty("loss").GetDouble())];
        Assert.Equal(losses.OrderDescending(), losses);
        // Every fiftieth row is "bad" alone, the worst there is; the first of them are kept.
        Assert.Equal(
            [51, 101, 151],
            json.GetProperty("mistakes").EnumerateArray().Select(mistake => mistake.GetProperty("line").GetInt32()));
    }

    [Fact]
    public void More_than_twenty_labels_show_the_largest_confusions()
    {
        using var folder = new TemporaryFolder();
        string[] more = [.. Enumerable.Range(1, 19).Select(i => $"other{i}")];
        CommandRun run = CommandRun.Of(
            "eval", PolarityModel.Save(folder, more), folder.Write("rows.tsv", Rows + "other7\tgood\n"));
        Assert.Contains(
            "18 other labels of the model: no row has them and none was predicted\n", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "\nlargest confusions\n      2  pos → neg\n      1  other7 → pos\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("truth \\ predicted", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_a_known_label_or_word_are_one_line()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.SaveClosed(folder);
        string other = folder.Write("other.tsv", "label\ttext\na\tgood\nb\tbad\n");
        Check(other, $"error: {other}: no row has a label of the model; found \"a\", \"b\", the model knows \"neg\", \"pos\"; "
            + $"take the data the model is for\n");
        string words = folder.Write("words.tsv", "label\ttext\npos\tgood\nneg\tbad film\n");
        Check(words, $"error: {words}:3: unknown word \"film\"; known words: good, bad\n");

        void Check(string data, string expected)
        {
            CommandRun run = CommandRun.Of("eval", model, data);
            Assert.Equal((2, "", expected), (run.ExitCode, run.Output, run.Error));
        }
    }
}
