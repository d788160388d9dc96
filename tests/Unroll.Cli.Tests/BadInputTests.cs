using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Every bad input is one line on standard error and exit code 2, and nothing is written.</summary>
public class BadInputTests
{
    [Theory]
    [InlineData("lab --cell lstm", "unroll lab: --cell is lstm, expected rnn, the only one there is yet")]
    [InlineData("lab --epochs 0", "unroll lab: --epochs is 0, expected a whole number of at least 1")]
    [InlineData("lab --epochs many", "unroll lab: --epochs is many, expected a whole number of at least 1")]
    [InlineData("lab --lr -1", "unroll lab: --lr is -1, expected a positive number")]
    [InlineData("lab --lr NaN", "unroll lab: --lr is NaN, expected a positive number")]
    [InlineData("lab --hidden 0", "unroll lab: --hidden is 0, expected a whole number of at least 1")]
    [InlineData("lab --seed -1", "unroll lab: --seed is -1, expected a whole number of at least 0")]
    [InlineData("lab --seed", "unroll lab: --seed has no value, expected --seed N; see unroll lab --help")]
    [InlineData("lab --frobnicate", "unroll lab: unknown option --frobnicate; see unroll lab --help")]
    [InlineData(
        "train empty.tsv --adversarail 0.1",
        "unroll train: unknown option --adversarail; did you mean --adversarial? see unroll train --help")]
    [InlineData(
        "train --adversarail 0.1 empty.tsv",
        "unroll train: unknown option --adversarail; did you mean --adversarial? see unroll train --help")]
    [InlineData(
        "train empty.tsv --no-bidirectional",
        "unroll train: unknown option --no-bidirectional; did you mean --bidirectional=false? see")]
    [InlineData(
        "train empty.tsv --lrr=0.1", "unroll train: unknown option --lrr=0.1; did you mean --lr? see unroll train --help")]
    [InlineData("predict --nope taken text", "unroll predict: unknown option --nope; see unroll predict --help")]
    [InlineData("predict taken -- --nope", "taken/config.json: no such file")]
    [InlineData(
        "train empty.tsv --dev --test rows.tsv",
        "unroll train: --dev has no value, expected --dev FILE; see unroll train --help")]
    [InlineData(
        "train rows.tsv rows.tsv", "unroll train: unexpected argument rows.tsv, expected only DATA; see unroll train --help")]
    [InlineData("export taken", "unroll export: no file given, expected one of --onnx FILE, --csharp FILE and --out PATH; see")]
    [InlineData("eval taken", "unroll eval: no DATA given, expected labelled rows: TSV")]
    [InlineData("lab surplus", "unroll lab: unexpected argument surplus")]
    [InlineData("lab --test film", "unknown word \"film\"; known words: The, movie, is, good, bad")]
    [InlineData("", "no verb given, expected one of lab, play, train, search, eval, predict")]
    [InlineData("fly", "unknown verb fly, expected one of lab, play, train, search, eval, predict")]
    [InlineData("--fly", "unroll: unknown option --fly")]
    [InlineData("train", "unroll train: no DATA given, expected a file of labelled texts")]
    [InlineData("train none.tsv", "none.tsv: no such file; expected a UTF-8 file")]
    [InlineData("train empty.tsv", "empty.tsv: empty file; expected")]
    [InlineData("train no-tab.tsv", "no-tab.tsv:3: no tab in \"neg dull\", expected label<TAB>text")]
    [InlineData("train one-label.tsv", "one-label.tsv: every row has the label \"pos\", expected at least two labels")]
    [InlineData("train latin1.tsv", "latin1.tsv:3: 0xE9 at byte 8 is not UTF-8; save the file as UTF-8 (iconv -f WINDOWS-1252")]
    [InlineData("train no-header.tsv", "no-header.tsv:1: header")]
    [InlineData(
        "train rows.tsv --dev one-label.tsv --dev none.tsv",
        "unroll train: --dev is given twice, expected once")]
    [InlineData(
        "train rows.tsv --linear=maybe",
        "unroll train: unexpected argument maybe, expected only DATA (--linear takes true or")]
    [InlineData("train rows.tsv none.tsv --json", "unroll train: unexpected argument none.tsv, expected only DATA; see")]
    [InlineData("train rows.tsv --class-weights pos=-1", "--class-weights has pos=-1, expected balanced or LABEL=NUMBER (0 or a")]
    [InlineData(
        "train rows.tsv --dev other-labels.tsv", "other-labels.tsv:2: label \"5\" is not in rows.tsv, expected one of neg, pos")]
    [InlineData("train rows.tsv --out taken", "taken: exists already; choose another --out, or give --overwrite")]
    [InlineData("train rows.tsv --out taken --overwrite", "taken: exists and is no model folder")]
    [InlineData("train rows.tsv --out rows.tsv", "rows.tsv: is a file")]
    [InlineData("lab --out taken", "taken: exists already; choose another --out, or give --overwrite")]
    [InlineData("train - --dev -", "standard input can be read once, expected it as one of DATA, --dev, --test and --unlabelled")]
    [InlineData("train rows.tsv --cell tree", "unroll train: --cell is tree, expected rnn or gru or lstm or mingru or minlstm")]
    [InlineData("train rows.tsv --dropout 1", "dropout is 1, expected a share of at least 0 and below 1")]
    [InlineData("train rows.tsv --truncate 5 --bidirectional", "truncate needs one direction")]
    [InlineData("train rows.tsv --clip x", "unroll train: --clip is x, expected 0 or a positive number")]
    [InlineData(
        "predict", "unroll predict: no MODEL given, expected a model: its folder, or one .zip file; see unroll predict --help")]
    [InlineData("predict none text", "none: no such folder, expected a model folder")]
    [InlineData("predict taken text", "taken/config.json: no such file; a model folder holds")]
    public void One_line_and_exit_code_2(string commandLine, string expected)
    {
        using var folder = new TemporaryFolder();
        TrainCommandTests.WriteRows(folder);
        folder.Write("empty.tsv", "");
        folder.Write("no-tab.tsv", "label\ttext\npos\tfine\nneg dull\n");
        folder.Write("one-label.tsv", "label\ttext\npos\tfine\npos\tso fine\n");
        folder.Write("no-header.tsv", "pos\tfine\nneg\tdull\n");
        folder.Write("other-labels.tsv", "label\ttext\n5\tfine\n");
        File.WriteAllBytes(folder["latin1.tsv"], [.. "label\ttext\npos\tfine\nneg\tcaf"u8, 0xE9, (byte)'\n']);
        Directory.CreateDirectory(folder["taken"]);
        folder.Write("taken/mine", "precious");
        string[] before = Directory.GetFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories);

        string[] args = [.. commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(InFolder)];
        CommandRun run = CommandRun.Of(args);
        string error = run.Error.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: " + expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories));
        Assert.Equal("precious", File.ReadAllText(folder["taken/mine"]));

        string InFolder(string arg) =>
            arg.EndsWith(".tsv", StringComparison.Ordinal) || arg is "taken" or "none" ? folder[arg] : arg;
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("vocabulary.txt")]
    [InlineData("model.safetensors")]
    public void A_missing_truncated_or_altered_file_of_a_model_is_named(string file)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, CommandRun.Of("lab", "--epochs", "1", "--out", folder["model"]).ExitCode);
        string path = Path.Combine(folder["model"], file);
        byte[] whole = File.ReadAllBytes(path);

        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        AssertRefused();
        whole[whole.Length / 2] ^= 2;
        File.WriteAllBytes(path, whole);
        AssertRefused();
        File.Delete(path);
        AssertRefused();

        void AssertRefused()
        {
            CommandRun run = CommandRun.Of("predict", folder["model"], "good");
            Assert.Equal((2, ""), (run.ExitCode, run.Output));
            Assert.StartsWith($"error: {path}: ", run.Error, StringComparison.Ordinal);
            Assert.Equal(run.Error.Length - 1, run.Error.IndexOf('\n', StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Overwrite_replaces_a_model()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, CommandRun.Of("lab", "--epochs", "1", "--out", folder["model"]).ExitCode);
        byte[] before = File.ReadAllBytes(folder["model/model.safetensors"]);
        Assert.Equal(2, CommandRun.Of("lab", "--epochs", "2", "--out", folder["model"]).ExitCode);
        Assert.Equal(before, File.ReadAllBytes(folder["model/model.safetensors"]));
        Assert.Equal(0, CommandRun.Of("lab", "--epochs", "2", "--out", folder["model"], "--overwrite").ExitCode);
        Assert.NotEqual(before, File.ReadAllBytes(folder["model/model.safetensors"]));
    }

    [Fact]
    public void A_failure_while_working_is_exit_code_1_and_shows_its_origin_on_demand()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string[] args = [
            "train", data, "--cell", "rnn", "--nonlinearity", "relu", "--optimizer", "sgd", "--clip", "0", "--lr", "1e38",
            "--out", folder["model"]];
        CommandRun run = CommandRun.Of(args);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("try a smaller --lr", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["model/model.safetensors"]));
        Assert.Contains("   at ", CommandRun.Of([.. args, "--overwrite", "--verbose"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_set_of_kernels_is_refused_and_a_known_one_gives_the_same_lab()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("sets the variable with env, which Windows does not have");
        CommandRun unknown = WithKernels("avx9");
        Assert.Equal(2, unknown.ExitCode);
        Assert.StartsWith(
            "error: UNROLL_KERNELS is avx9, expected one of vector512, vector256, vector128, scalar", unknown.Error,
            StringComparison.Ordinal);
        Assert.Equal(LabCommandTests.Expected, WithKernels("scalar").Output);

        static CommandRun WithKernels(string name) =>
            Repository.Run("env", $"UNROLL_KERNELS={name}", Repository.Command, "lab");
    }

    [Fact]
    public void Help_shows_every_verb_and_option()
    {
        CommandRun root = CommandRun.Of("--help");
        Assert.Equal(0, root.ExitCode);
        Assert.All(
            (string[])["lab", "train", "predict", "export", "import"],
            verb => Assert.Contains(verb, root.Output, StringComparison.Ordinal));
        Assert.Contains("--keep-case", CommandRun.Of("train", "--help").Output, StringComparison.Ordinal);
    }
}
