using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Unroll.Storage;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

public class ExportImportTests
{
    [Fact]
    public void Export_writes_one_file_and_says_what_it_takes_and_gives()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, CommandRun.Of("lab", "--epochs", "1", "--out", folder["model"]).ExitCode);
        CommandRun run = CommandRun.Of("export", folder["model"], "--onnx", folder["model.onnx"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(
            @"^\S+model\.onnx: ONNX operator set 17, \d+ bytes; " +
            @"ids \[batch,time\] and lengths \[batch\] → probabilities and logits \[batch,2\]\n$",
            run.Output);
        using JsonDocument json = JsonDocument.Parse(
            CommandRun.Of("export", folder["model"], "--onnx", folder["model.onnx"], "--overwrite", "--json").Output);
        Assert.Equal(new FileInfo(folder["model.onnx"]).Length, json.RootElement.GetProperty("bytes").GetInt64());
    }

    [Theory]
    [InlineData("small.zip")]
    [InlineData("small")]
    public void A_model_is_made_small_and_every_verb_takes_it(string name)
    {
        using var folder = new TemporaryFolder();
        string rows = folder.Write("rows.tsv", "label\ttext\n" + string.Concat(
            Enumerable.Range(0, 200).Select(i => $"good\tlovely film {i * 7 % 150}\nbad\tdull film {i * 11 % 170}\n")));
        string[] sizes = ["--hidden", "8", "--embedding", "16", "--epochs", "3", "--threads", "1"];
        Assert.Equal(0, CommandRun.Of(["train", rows, .. sizes, "--out", folder["model.zip"]]).ExitCode);
        CommandRun run = CommandRun.Of(
            "export", folder["model.zip"], "--max-size", "12 kB", "--data", rows, "--out", folder[name]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(
            @"^as it is: \d+ words, [\d,]+ terms; accuracy 1\.0000, loss [\d.]+\ntried: [\d,]+ bytes, \d+ words, ", run.Error);
        Assert.Matches(@"\ntaken: \d+ words, [\d,]+ terms; accuracy (1\.0000|0\.99\d\d), loss ", run.Error);
        long bytes = long.Parse(Regex.Match(run.Output, @"(\d+) bytes").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(bytes, 1, 12_000);
        Assert.StartsWith("good\t", CommandRun.Of("predict", folder[name], "lovely film").Output, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("export", folder[name], "--onnx", folder["small.onnx"]).ExitCode);
        Assert.Equal(0, CommandRun.Of("inspect", folder[name], "lovely film").ExitCode);
        Assert.Equal(0, CommandRun.Of(["train", rows, "--from", folder[name], "--epochs", "1"]).ExitCode);
        string foreign = folder.Write("foreign.tsv", "label\ttext\nham\tlovely film\n");
        CommandRun refused = CommandRun.Of(
            "export", folder["model.zip"], "--max-size", "12 kB", "--data", foreign, "--out", folder["no"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal(
            $"error: {foreign}: no row has a label of the model; found \"ham\", the model knows \"bad\", \"good\"; " +
            "take the data the model is for\n",
            refused.Error);
    }

    [Theory]
    [InlineData("export model", "unroll export: no file given, expected one of --onnx FILE, --csharp FILE and --out PATH")]
    [InlineData("export none --onnx new.onnx", "none: no such folder, expected a model folder")]
    [InlineData(
        "export model --onnx taken.onnx", "taken.onnx: exists already; choose another name, or give --overwrite to replace it")]
    [InlineData("export model --onnx model --overwrite", "model: is a folder, expected the name of a file")]
    [InlineData("export model --out new --max-size 1mb", "--max-size SIZE goes with --out PATH and --data FILE")]
    [InlineData("export model --out new --data words.txt", "--max-size SIZE goes with --out PATH and --data FILE")]
    [InlineData("export model --onnx new --max-size 1mb --data words.txt", "--max-size SIZE goes with --out PATH and --data")]
    [InlineData(
        "export model --out new --max-size much --data words.txt", "--max-size is much, expected a size such as 500kb, 1.5mb or")]
    [InlineData("import", "unroll import: no --vocabulary given, expected --vocabulary FILE")]
    [InlineData("import state.safetensors --labels bad,good", "unroll import: no --vocabulary given, expected --vocabulary FILE")]
    [InlineData(
        "import none.safetensors --vocabulary words.txt --labels bad,good",
        "none.safetensors: no such file; expected a state dict saved as safetensors")]
    [InlineData("import words.txt --vocabulary words.txt --labels bad,good", "words.txt: ")]
    [InlineData(
        "import state.safetensors --vocabulary none.txt --labels bad,good",
        "none.txt: no such file; expected a UTF-8 file with one token a line")]
    [InlineData(
        "import state.safetensors --vocabulary words.txt --labels bad", "--labels is bad, expected at least two different names")]
    [InlineData(
        "import state.safetensors --vocabulary words.txt --labels a,b,c",
        "state.safetensors: 3 labels, but fc.weight has 2 rows; give --labels one name for each row")]
    [InlineData(
        "import state.safetensors --vocabulary words.txt --labels a,b --pooling best",
        "unroll import: --pooling is best, expected last or mean or max or attention")]
    [InlineData(
        "import state.safetensors --vocabulary words.txt --labels a,b --out model",
        "model: exists already; choose another --out, or give --overwrite")]
    [InlineData("import state.safetensors --vocabulary words.txt --labels a,b --out taken.onnx", "taken.onnx: is a file")]
    public void Bad_input_is_one_line_and_nothing_is_written(string commandLine, string expected)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, CommandRun.Of("lab", "--epochs", "1", "--out", folder["model"]).ExitCode);
        WriteStateDict(folder);
        folder.Write("taken.onnx", "precious");
        string[] before = Directory.GetFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories);

        CommandRun run = CommandRun.Of(
            [.. commandLine.Split(' ').Select(
                arg => arg is "model" or "none" || arg.Contains('.', StringComparison.Ordinal) ? folder[arg] : arg)]);
        string error = run.Error.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("error: " + expected, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories));
        Assert.Equal("precious", File.ReadAllText(folder["taken.onnx"]));
    }

    [Fact]
    public void Import_says_what_it_found_saves_a_model_that_predicts_and_replaces_only_when_told()
    {
        using var folder = new TemporaryFolder();
        WriteStateDict(folder);
        string[] args = [
            "import", folder["state.safetensors"], "--vocabulary", folder["words.txt"], "--labels", "bad, good", "--pooling",
            "mean", "--ignore", "aux"];
        CommandRun look = CommandRun.Of(args);
        Assert.Equal(0, look.ExitCode);
        Assert.Equal(
            $"{folder["state.safetensors"]}: gru, embedding 3, hidden 2, 1 layer, one direction, pooling mean, 2 labels, 4 "
                + $"tokens\n",
            look.Output);
        Assert.Contains(
            "\nwarning: left out: aux.weight; if forward() reads that when it predicts, this is another model and its answers "
                + "are "
                + "wrong: compare some with PyTorch's\nThe model was not saved; give --out DIR to save it\n",
            look.Error, StringComparison.Ordinal);
        Assert.Contains("note: the file does not say how texts are cut: at white space, lower-cased; give --tokens or "
            + "--keep-case",
            look.Error, StringComparison.Ordinal);

        CommandRun saved = CommandRun.Of([.. args, "--out", folder["model"]]);
        Assert.EndsWith($"Saved the model in {folder["model"]}\n", saved.Error, StringComparison.Ordinal);
        Assert.Matches(@"^good\t0\.\d{4}\tFine\n$", CommandRun.Of("predict", folder["model"], "Fine").Output);
        Assert.Equal(2, CommandRun.Of([.. args, "--out", folder["model"]]).ExitCode);

        CommandRun json = CommandRun.Of([.. args, "--out", folder["model"], "--overwrite", "--json"]);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.Equal("mean", document.RootElement.GetProperty("pooling").GetString());
        Assert.StartsWith(
            "left out: aux.weight", Assert.Single(document.RootElement.GetProperty("warnings").EnumerateArray()).GetString(),
            StringComparison.Ordinal);
        Assert.Equal("token", document.RootElement.GetProperty("unknown").GetString());
        Assert.All(
            document.RootElement.GetProperty("notes").EnumerateArray(),
            note => Assert.DoesNotContain("TorchImportOptions", note.GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void What_train_writes_import_reads_back()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string[] size = [
            "--embedding", "6", "--hidden", "6", "--epochs", "2", "--cell", "gru", "--layers", "2", "--bidirectional",
            "--pooling", "attention"];
        Assert.Equal(0, CommandRun.Of(["train", data, "--out", folder["model"], .. size]).ExitCode);
        CommandRun run = CommandRun.Of(
            "import", folder["model/model.safetensors"], "--vocabulary", folder["model/vocabulary.txt"], "--labels", "neg,pos",
                "--out", folder["again"]);
        Assert.Contains(
            "gru, embedding 6, hidden 6, 2 layers, both directions, pooling attention, 2 labels", run.Output,
            StringComparison.Ordinal);
        Assert.Equal(
            CommandRun.Of("predict", folder["model"], "a fine film").Output,
            CommandRun.Of("predict", folder["again"], "a fine film").Output);
    }

    // A GRU whose second label wins by its bias.
    private static void WriteStateDict(TemporaryFolder folder)
    {
        folder.Write("words.txt", "<pad>\n<unk>\nfine\ndull\n");
        (string Name, int[] Shape)[] shapes =
        [
            ("emb.weight", [4, 3]), (
                "enc.gru.weight_ih_l0", [6, 3]), ("enc.gru.weight_hh_l0", [6, 2]), ("enc.gru.bias_ih_l0", [6]),
            ("enc.gru.bias_hh_l0", [6]), ("fc.weight", [2, 2]), ("fc.bias", [2]), ("aux.weight", [9]),
        ];
        NamedTensor[] tensors =
        [
            .. shapes.Select(tensor => new NamedTensor(
                tensor.Name, tensor.Shape, tensor.Name == "fc.bias"
                    ? new float[] { -1, 1 }
                    : new float[tensor.Shape.Aggregate((a, b) => a * b)])),
        ];
        using FileStream stream = File.Create(folder["state.safetensors"]);
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string>());
    }
}
