using System.Diagnostics;
using System.Text.Json;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

public class TrainCommandTests
{
    private static readonly string[] Small = ["--embedding", "6", "--hidden", "6", "--batch", "2", "--lr", "0.01"];

    [Fact]
    public void It_trains_prints_a_line_an_epoch_and_saves_a_model_that_predicts()
    {
        using var folder = new TemporaryFolder();
        string data = WriteRows(folder);
        CommandRun run = CommandRun.Of(["train", data, "--dev", data, "--out", folder["model"], "--epochs", "40", .. Small]);
        Assert.Equal(0, run.ExitCode);
        string[] epochs = [.. run.OutputLines.Where(line => line.StartsWith("Epoch", StringComparison.Ordinal))];
        Assert.Equal(40, epochs.Length);
        Assert.Matches(@"^Epoch 1/40: loss \d\.\d{4}, dev loss \d\.\d{4}, accuracy \d\.\d{4}, macro-F1 \d\.\d{4} \*$", epochs[0]);
        Assert.Contains("accuracy 1.0000", epochs[^1], StringComparison.Ordinal);
        Assert.Contains("2 labels, 7 tokens in the vocabulary", run.Error, StringComparison.Ordinal);
        Assert.Contains($"Saved the model after 40 epochs in {folder["model"]}", run.Error, StringComparison.Ordinal);

        CommandRun predicted = CommandRun.Of("predict", folder["model"], "a Fine film", "dull");
        Assert.Matches(@"^pos\t0\.\d{4}\ta Fine film\nneg\t0\.\d{4}\tdull\n$", predicted.Output);
        CommandRun piped = CommandRun.With("a Fine film\ndull\n", onScreen: false, "predict", folder["model"]);
        Assert.Equal(predicted.Output, piped.Output);

        using JsonDocument json = JsonDocument.Parse(
            CommandRun.Of("predict", folder["model"], "--json", "un café").OutputLines[0]);
        Assert.Equal("un café", json.RootElement.GetProperty("text").GetString());
        double sum = json.RootElement.GetProperty("probabilities").EnumerateObject().Sum(p => p.Value.GetDouble());
        Assert.Equal(1, sum, 1e-6);
    }

    [Theory]
    [InlineData("neg")]
    [InlineData("pos")]
    public void The_best_of_the_simpler_models_is_named_where_one_is_better(string frequent)
    {
        using var folder = new TemporaryFolder();
        string rare = frequent == "neg" ? "pos" : "neg";
        string data = folder.Write(
            "rows.tsv",
            "label\ttext\n" + string.Concat(
                Enumerable.Repeat($"{frequent}\tdull film\n", 6)) + string.Concat(Enumerable.Repeat($"{rare}\tfine film\n", 4)));
        // A model that learned nothing gives all texts one label: of the two frequencies, the rare label's for one.
        CommandRun run = CommandRun.Of(
            [
                "train", data, "--dev", data, "--epochs", "1", "--embedding", "6", "--hidden", "6", "--lr", "1e-9",
                "--linear=false",
            ]);
        Assert.Contains(
            "A simpler model does better here: linear part alone. The network did not learn: its loss is 0.", run.Output,
            StringComparison.Ordinal);
        Assert.Contains(
            "0.673 is that of knowing the classes alone. Try more --epochs, or a smaller --lr.", run.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Test_rows_with_labels_that_no_training_row_has_count_as_wrong_as_in_eval()
    {
        using var folder = new TemporaryFolder();
        string data = WriteRows(folder);
        string test = folder.Write("test.tsv", File.ReadAllText(data) + "Pos\tfine film\nmeh\tso so\nmeh\tfilm\n");
        CommandRun run = CommandRun.Of(
            ["train", data, "--dev", data, "--test", test, "--out", folder["model"], "--epochs", "2", "--json", .. Small]);
        Assert.Equal(0, run.ExitCode);
        const string counting = "(2), \"Pos\" (1, the model knows \"pos\"); they count as wrong in accuracy and macro-F1 " +
            "and not in loss and calibration, in train and in eval\n";
        Assert.Contains(
            $"warning: 3 rows of test have labels that the model does not know: \"meh\" {counting}", run.Error,
            StringComparison.Ordinal);
        JsonElement summary = JsonDocument.Parse(run.OutputLines[^1]).RootElement;
        Assert.Equal(3, summary.GetProperty("test_unknown_label_rows").GetInt32());
        JsonElement parts = JsonDocument.Parse(run.OutputLines[0]).RootElement.GetProperty("data").GetProperty("parts");
        Assert.Equal([0, 3], parts.EnumerateArray().Skip(1).Select(part => part.GetProperty("unknown_label_rows").GetInt32()));

        CommandRun eval = CommandRun.Of("eval", folder["model"], test, "--json");
        Assert.Contains(
            $"warning: 3 rows of {test} have labels that the model does not know: \"meh\" {counting}", eval.Error,
            StringComparison.Ordinal);
        JsonElement evaluated = JsonDocument.Parse(eval.Output).RootElement;
        foreach ((string ofTraining, string ofEval) in (
            (string, string)[])[("test_accuracy", "accuracy"), ("test_macro_f1", "macro_f1")])
        {
            Assert.Equal(summary.GetProperty(ofTraining).GetDouble(), evaluated.GetProperty(ofEval).GetDouble());
        }
        int known = evaluated.GetProperty("rows").GetInt32() - 3;
        Assert.True(evaluated.GetProperty("accuracy").GetDouble() <= known / (known + 3.0));
    }

    [Fact]
    public void Dev_rows_with_labels_that_no_training_row_has_count_as_wrong()
    {
        using var folder = new TemporaryFolder();
        string data = WriteRows(folder);
        string dev = folder.Write("dev.tsv", File.ReadAllText(data) + "meh\tso so\n");
        CommandRun run = CommandRun.Of(
            ["train", data, "--dev", dev, "--out", folder["model"], "--epochs", "40", .. Small]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(
            "warning: 1 row of dev has a label that the model does not know: \"meh\" (1); it counts as wrong", run.Error,
            StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder["model"], "evaluation.json")));
        int rows = json.RootElement.GetProperty("rows").GetInt32();
        Assert.Equal(1, json.RootElement.GetProperty("unknown_label_rows").GetInt32());
        Assert.Equal((rows - 1.0) / rows, json.RootElement.GetProperty("accuracy").GetDouble(), 1e-12);
    }

    [Fact]
    public void A_loss_that_exploded_and_stayed_finite_saves_nothing_over_an_older_model()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write(
            "rows.tsv", "label\ttext\n" + string.Concat(Enumerable.Repeat("pos\tso so\nneg\tso so\n", 20)));
        string[] args = ["train", data, "--out", folder["model"], "--epochs", "3", "--overwrite", "--batch", "5"];
        Assert.Equal(0, CommandRun.Of(args).ExitCode);
        byte[] before = File.ReadAllBytes(Path.Combine(folder["model"], "model.safetensors"));
        CommandRun run = CommandRun.Of([.. args, "--lr", "1e6"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Matches(
            @"\nerror: epoch \d, step \d+: the loss exploded to \S+, where guessing gives 0\.693 \(gradient norm \S+\); " +
            @"try a smaller --lr \(it is 1000000\)\n$",
            run.Error);
        Assert.DoesNotContain("Saved", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(folder["model"], "model.safetensors")));
        CommandRun resumed = CommandRun.Of("train", "--resume", folder["model"]);
        Assert.Equal((1, run.Error.Split('\n')[^2]), (resumed.ExitCode, resumed.Error.Split('\n')[^2]));
    }

    [Fact]
    public void A_sound_model_of_a_training_whose_loss_was_high_is_saved_with_a_warning()
    {
        using var folder = new TemporaryFolder();
        // Steps so large throw the model about, and the best epoch is kept.
        string data = folder.Write(
            "rows.tsv", "label\ttext\n" + string.Concat(Enumerable.Repeat("pos\tfine film\nneg\tdull film\n", 40)));
        CommandRun run = CommandRun.Of(
            "train", data, "--dev", data, "--out", folder["model"], "--epochs", "6", "--batch", "4", "--hidden", "6",
            "--embedding", "6", "--optimizer", "sgd", "--schedule", "constant", "--lr", "300", "--dropout", "0.9",
            "--adversarial", "0");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(
            @"warning: the loss was \S+ in epoch \d, where guessing gives 0\.693; the model of epoch \d is kept; " +
            @"try a smaller --lr \(it is 300\)\n",
            run.Error);
        Assert.Contains("Saved the model after 6 epochs", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_object_an_epoch()
    {
        using var folder = new TemporaryFolder();
        string data = WriteRows(folder);
        CommandRun run = CommandRun.Of(["train", data, "--dev", data, "--epochs", "2", "--json", .. Small]);
        Assert.Equal(4, run.OutputLines.Length);
        Assert.StartsWith("{\"version\":1,\"data\":{", run.OutputLines[0], StringComparison.Ordinal);
        Assert.StartsWith("{\"version\":1,\"kept_epoch\":", run.OutputLines[3], StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(run.OutputLines[2]);
        Assert.Equal(
            (string[])["version", "epoch", "train_loss", "dev_loss", "dev_accuracy", "dev_macro_f1", "learning_rate",
                "gradient_norm", "clipped_share", "train_seconds", "tokens_per_second", "best", "peak_mb"],
            json.RootElement.EnumerateObject().Select(field => field.Name));
        Assert.Contains("not saved", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_folder_says_how_gradients_flowed_in_each_epoch()
    {
        using var folder = new TemporaryFolder();
        string data = WriteRows(folder);
        string[] args = ["train", data, "--dev", data, "--out", folder["run"], "--cell", "lstm", "--overwrite", .. Small];
        Assert.Equal(0, CommandRun.Of([.. args, "--epochs", "4"]).ExitCode);
        Assert.Equal(0, CommandRun.Of([.. args, "--epochs", "3"]).ExitCode);
        string[] lines = File.ReadAllLines(Path.Combine(folder["run"], "gradients.jsonl"));
        Assert.Equal(3, lines.Length);
        for (int epoch = 1; epoch <= lines.Length; epoch++)
        {
            using JsonDocument json = JsonDocument.Parse(lines[epoch - 1]);
            Assert.Equal(
                (string[])["epoch", "samples", "hidden_norm", "by_step", "spectral_norm", "spectral_radius", "jacobian_samples",
                    "jacobian_norm"],
                json.RootElement.EnumerateObject().Select(field => field.Name));
            Assert.Equal(epoch, json.RootElement.GetProperty("epoch").GetInt32());
            Assert.Equal(2, json.RootElement.GetProperty("samples").GetInt32());
            Assert.All(json.RootElement.GetProperty("hidden_norm").EnumerateArray(), norm => Assert.True(norm.GetDouble() > 0));
            double radius = json.RootElement.GetProperty("spectral_radius").GetDouble();
            Assert.InRange(json.RootElement.GetProperty("spectral_norm").GetDouble(), radius * 0.999, 10);
        }
    }

    [Fact]
    public void Rows_from_standard_input_are_evaluated_as_those_of_a_file()
    {
        using var folder = new TemporaryFolder();
        // Nobody can tell these apart, so there are mistakes to show.
        string data = folder.Write(
            "rows.tsv", "label\ttext\n" + string.Concat(Enumerable.Repeat("pos\tso so\nneg\tso so\n", 20)));
        string[] options = ["--epochs", "2", "--threads", "1", .. Small];
        Assert.Equal(0, CommandRun.Of(["train", data, "--out", folder["file"], .. options]).ExitCode);
        CommandRun piped = CommandRun.With(
            File.ReadAllText(data), onScreen: false, ["train", "-", "--out", folder["piped"], .. options]);
        Assert.Equal(0, piped.ExitCode);
        foreach (string name in (string[])["evaluation.json", "data.json", "model.safetensors"])
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(folder["file"], name)), File.ReadAllBytes(Path.Combine(folder["piped"], name)));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder["piped"], "evaluation.json")));
        Assert.Equal("so so", json.RootElement.GetProperty("mistakes")[0].GetProperty("text").GetString());
    }

    [Fact]
    public void Stanford_sentiment_trains_with_falling_loss()
    {
        string train = Repository.SharedData("sst2/train.tsv");
        string dev = Repository.SharedData("sst2/dev.tsv");
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of(
            "train", train, "--dev", dev, "--out", folder["model"], "--cell", "rnn", "--epochs", "3", "--hidden", "32",
                "--embedding", "32");
        Assert.Equal(0, run.ExitCode);
        double[] losses = [
            .. run.OutputLines[..3].Select(
                line => double.Parse(line.Split("loss ")[1][..6], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.True(losses[2] < losses[0], string.Join(", ", losses));
        Assert.Matches(
            @"^[01]\t0\.\d{4}\ta gorgeous , witty film\n$",
            CommandRun.Of("predict", folder["model"], "a gorgeous , witty film").Output);
    }

    // The signal comes at many different moments: before the first epoch, in the middle, near the save.
    [Fact]
    public void Interrupting_leaves_no_model_or_a_whole_one()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("sends SIGINT with kill, which Windows does not have");
        using var folder = new TemporaryFolder();
        string data = WriteRows(folder, copies: 200);
        int whole = 0;
        for (int attempt = 0; attempt < 8; attempt++)
        {
            string model = folder[$"model{attempt}"];
            using Process process = Repository.Start(
                Repository.Command, ["train", data, "--out", model, "--epochs", "100000", .. Small]);
            _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            if (attempt > 0)
                Assert.StartsWith("Epoch 1/", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
            Thread.Sleep(attempt * 7);
            using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
                kill.WaitForExit();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(Directory.GetFiles(folder.Root, "*.tmp", SearchOption.AllDirectories) is []);
            if (File.Exists(Path.Combine(model, "model.safetensors")))
            {
                whole++;
                Assert.Equal(130, process.ExitCode);
                Assert.True(File.Exists(Path.Combine(model, "checkpoint", "state.safetensors")));
                Assert.Equal(0, CommandRun.Of("predict", model, "fine").ExitCode);
            }
            else
            {
                Assert.Equal(0, attempt);
            }
        }
        Assert.True(whole >= 7, $"{whole} of 8 interrupted runs saved a model");
    }

    internal static string WriteRows(TemporaryFolder folder, int copies = 1) =>
        folder.Write("rows.tsv", "label\ttext\n" + string.Concat(Enumerable.Repeat(
            "pos\ta fine film\nneg\ta dull film\npos\tso fine\nneg\tdull\n", copies)));
}
