using System.Globalization;
using System.IO.Compression;
using System.Text;
using Unroll.Cli;
using Unroll.Data;
using Unroll.Import;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Bench.Fuzzing;

/// <summary>Every reader of the library and the command, with small files that it reads.</summary>
internal sealed class FuzzTargets : IDisposable
{
    private static readonly string[] ModelFiles = ["config.json", "vocabulary.txt", "model.safetensors"];

    private static readonly byte[] Words = "<pad>\n<unk>\na\nfine\ndull\nfilm\n"u8.ToArray();

    private static readonly string[] Directions = ["", "_reverse"];

    private static readonly string[] Tables =
    [
        "label\ttext\ngood\ta fine film\nbad\ta dull \"film\"\ngood\tquite fine\n",
        "label,text\ngood,a fine film\nbad,\"a dull, slow film\"\n\"good\",\"two\nlines\"\n",
        "text;label\na fine film;1\na dull film;0\nfine;1.0\n",
        "{\"label\": \"good\", \"text\": \"a fine film\"}\n{\"label\": 0, \"text\": \"dull\\nfilm\"}\n",
        "__label__good a fine film\n__label__bad a dull film\n",
        "sep=;\nlabel;text\ngood;fine\nbad;dull\n",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-fuzz-").FullName;
    private readonly LabelledText[] _rows =
    [
        .. Enumerable.Range(0, 12)
            .Select(i => i % 2 == 0 ? new LabelledText("good", "a fine film") : new("bad", "a dull film")),
    ];

    private readonly TrainingOptions _options =
        new() { Embedding = 3, Hidden = 2, Epochs = 2, BatchSize = 4, Threads = 1, DevShare = 0 };

    /// <summary>All of them.</summary>
    public IReadOnlyList<FuzzTarget> All()
    {
        Dictionary<string, byte[]> files = ModelSeeds();
        byte[] bare = WithoutMetadata(files["model.safetensors"]);
        byte[][] tables = [.. Tables.Select(Encoding.UTF8.GetBytes)];
        return
        [
            new("safetensors", [files["model.safetensors"], bare], bytes => SafetensorsFile.Parse(bytes, "file")),
            .. ModelFiles.Select(name => new FuzzTarget(
                $"folder with hashes, {name}", [files[name]], bytes => Load(files, name, bytes))),
            .. ModelFiles.Select(name =>
            {
                var without = new Dictionary<string, byte[]>(files) { ["model.safetensors"] = bare };
                return new FuzzTarget($"folder without hashes, {name}", [without[name]], bytes => Load(without, name, bytes));
            }),
            new("zip", [Zip(files, CompressionLevel.NoCompression), Zip(files, CompressionLevel.Optimal)], bytes =>
                Answer(SentenceClassifier.Load(new MemoryStream(bytes)))),
            new("checkpoint", [Checkpoint()], Resume),
            new("checkpoint with a right hash", [Position()], ResumeAt),
            new("state dict", [StateDict(), StateDict(gates: 3, directions: 2)], Import),
            new("vocabulary of a state dict", [Words, "{\"a\": 0, \"b\": 1}"u8.ToArray()], ImportWith),
            new("vectors", ["3 2\na 1 2\nfine 0.5 -1e-3\nfilm 3 4"u8.ToArray(), "a 1 2 3\nfine 4 5 6"u8.ToArray()], ReadVectors),
            new("data", tables, bytes => ReadData(bytes, new DataFormat())),
            .. Enum.GetValues<DataKind>().Select(kind => new FuzzTarget(
                $"data as {kind}", tables, bytes => ReadData(bytes, new DataFormat { Kind = kind }))),
            new("gzip", [.. tables.Select(Gzip)], bytes => ReadData(bytes, new DataFormat())),
            new("table", tables, ReadTable),
            new("config", [Encoding.UTF8.GetBytes(Settings())], ReadSettings),
            .. RunFolderTargets(),
        ];
    }

    /// <summary>Removes the files.</summary>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    private Dictionary<string, byte[]> ModelSeeds()
    {
        SentenceClassifier.Train(_rows, _options).Save(PathOf("seed"));
        return ModelFiles.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(PathOf("seed"), name)));
    }

    private static byte[] WithoutMetadata(byte[] file)
    {
        var tensors = SafetensorsFile.Parse(file, "seed");
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            [
                .. tensors.Tensors.OrderBy(tensor => tensor.Value.Begin).Select(tensor => new NamedTensor(
                    tensor.Key, [.. tensor.Value.Shape.Select(size => (int)size)], tensors.ReadSingles(tensor.Key))),
            ],
            new Dictionary<string, string>());
        return stream.ToArray();
    }

    private static void Load(Dictionary<string, byte[]> files, string name, byte[] bytes) =>
        Answer(SentenceClassifier.Of(Storage.ModelFiles.Read("model", each => each == name ? bytes : files[each])));

    // A model that was read answers with numbers, or refuses.
    private static void Answer(SentenceClassifier classifier)
    {
        foreach (Prediction prediction in classifier.Predict(["a fine film", "", "other"]))
        {
            if (!prediction.Probabilities.All(each => each.Value is >= 0 and <= 1))
                throw new InvalidOperationException("a probability that is none");
        }
    }

    private static byte[] Zip(Dictionary<string, byte[]> files, CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in files)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    private byte[] Checkpoint()
    {
        if (!File.Exists(PathOf("state")))
            Fit(new CheckpointOptions(PathOf("state")) { EverySteps = 4 }, stopAfter: 5);
        return File.ReadAllBytes(PathOf("state"));
    }

    private void Fit(CheckpointOptions checkpoint, int stopAfter = int.MaxValue)
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        var stopper = new Reporter(() =>
        {
            if (++steps == stopAfter)
                source.Cancel();
        });
        try
        {
            TrainingOptions options = _options with { Checkpoint = checkpoint };
            SentenceClassifier.Train(_rows, options, progress: stopper, cancellationToken: source.Token);
        }
        catch (OperationCanceledException)
        {
            // As it shall be.
        }
    }

    private void Resume(byte[] bytes) => Fit(new CheckpointOptions(Write("resumed", bytes)) { Resume = true });

    private byte[] Position()
    {
        var file = SafetensorsFile.Parse(Checkpoint(), "seed");
        return Encoding.UTF8.GetBytes(file.Metadata["position"]);
    }

    private void ResumeAt(byte[] position)
    {
        string text = Encoding.UTF8.GetString(position);
        Write("resumed", CheckpointSeal.WithPosition(Checkpoint(), text));
        Fit(new CheckpointOptions(PathOf("resumed")) { Resume = true });
    }

    private static byte[] StateDict(int gates = 1, int directions = 1)
    {
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => (i % 7 - 3) * 0.1f)];
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            [
                new("embedding.weight", [6, 2], Values(12)),
                .. Directions.Take(directions).SelectMany(end => (NamedTensor[])
                [
                    new($"rnn.weight_ih_l0{end}", [2 * gates, 2], Values(4 * gates)),
                    new($"rnn.weight_hh_l0{end}", [2 * gates, 2], Values(4 * gates)),
                    new($"rnn.bias_ih_l0{end}", [2 * gates], Values(2 * gates)),
                    new($"rnn.bias_hh_l0{end}", [2 * gates], Values(2 * gates)),
                ]),
                new("fc.weight", [2, 2 * directions], Values(4 * directions)), new("fc.bias", [2], Values(2)),
            ],
            new Dictionary<string, string> { ["format"] = "pt" });
        return stream.ToArray();
    }

    private void Import(byte[] bytes) => Import(bytes, Words);

    private void ImportWith(byte[] vocabulary) => Import(StateDict(), vocabulary);

    private void Import(byte[] tensors, byte[] vocabulary) => Answer(TorchImport.Read(
        Write("dict.safetensors", tensors),
        new TorchImportOptions { Vocabulary = Write("words.txt", vocabulary), Labels = ["bad", "good"] }).Classifier);

    private void ReadVectors(byte[] bytes)
    {
        var vectors = WordVectors.Read(
            Write("vectors.txt", bytes), new Vocabulary(["<pad>", "<unk>", "a", "fine", "film"], UnknownWords.Token));
        foreach (float value in vectors.Values)
        {
            if (!float.IsFinite(value))
                throw new InvalidOperationException("a vector with a number that is none");
        }
    }

    private static void ReadData(byte[] bytes, DataFormat format)
    {
        foreach (LabelledText row in DataFile.Read(new MemoryStream(bytes), format, "data"))
            ArgumentNullException.ThrowIfNull(row.Text);
    }

    private static void ReadTable(byte[] bytes)
    {
        using DataTable table = DataTable.Open(new MemoryStream(bytes), new DataFormat { TextColumn = "text" }, "table");
        foreach (TableRow row in table.Rows())
            ArgumentNullException.ThrowIfNull(row.Fields[table.TextColumn]);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return stream.ToArray();
    }

    private static string Settings()
    {
        (_, string output, _) = Command("train", "--print-config", "rows.tsv");
        return output;
    }

    private void ReadSettings(byte[] bytes) =>
        Require(Command("train", "--config", Write("settings.json", bytes), "--print-config"));

    private IEnumerable<FuzzTarget> RunFolderTargets()
    {
        string run = PathOf("run");
        string data = Write("rows.tsv", Encoding.UTF8.GetBytes(
            "label\ttext\n" + string.Concat(_rows.Select(row => $"{row.Label}\t{row.Text}\n"))));
        Require(Command(
            "train", data, "--dev", data, "--out", run, "--epochs", "2", "--hidden", "2", "--embedding", "3", "--threads", "1"));
        Require(Command("lab", "--epochs", "2", "--out", PathOf("lab")));
        foreach (string file in Directory.GetFiles(run).Where(file => Path.GetExtension(file) is ".json" or ".jsonl"))
            yield return Report(run, Path.GetFileName(file));
        yield return Report(PathOf("lab"), "lab.json");
    }

    private FuzzTarget Report(string run, string name)
    {
        byte[] seed = File.ReadAllBytes(Path.Combine(run, name));
        return new FuzzTarget($"run folder, {name}", [seed], bytes =>
        {
            File.WriteAllBytes(Path.Combine(run, name), bytes);
            try
            {
                Require(Command("report", run, "--out", PathOf("page.html"), "--overwrite"));
            }
            finally
            {
                File.WriteAllBytes(Path.Combine(run, name), seed);
            }
        });
    }

    private static (int Code, string Output, string Error) Command(params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var terminal = new Terminal(TextReader.Null, output, error, OutputIsTerminal: false, ErrorIsTerminal: false);
        int code = UnrollCommand.Run(args, terminal);
        return (code, output.ToString(), error.ToString());
    }

    private static void Require((int Code, string Output, string Error) run)
    {
        if (run.Code == ExitCode.Done)
            return;
        string message = run.Error.TrimEnd('\n');
        throw run.Code == ExitCode.WrongInput
            ? new InputException(message[message.IndexOf("error: ", StringComparison.Ordinal)..])
            : new InvalidOperationException(message);
    }

    private sealed class Reporter(Action report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report();
    }
}
