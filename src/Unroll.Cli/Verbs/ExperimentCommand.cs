using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Cli.Runs;
using Unroll.Data;
using Unroll.Experiments;
using Unroll.Storage;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll experiment</c>: the measured answers to "why are RNNs hard to train?".</summary>
internal sealed class ExperimentCommand
{
    /// <summary>The rows that are read where none are named.</summary>
    private const string Samples = "samples/reviews.tsv";

    private const int MostHidden = 4096;

    private static readonly string[] Names = [.. ExperimentCatalog.All.Select(experiment => experiment.Name)];

    private static readonly string Reading =
        string.Join(", ", ExperimentCatalog.All.Where(experiment => experiment.ReadsData).Select(experiment => experiment.Name));

    private readonly Argument<string> _name = new("NAME") { Description = $"One of: {string.Join(", ", Names)}" };
    private readonly Option<string?> _cells = Options.Text(
        "--cells", $"Recurrent layers to compare: {string.Join(",", CellChoice.All.Select(cell => cell.Name))}", "LIST");

    private readonly Option<string?> _lengths = Options.Text("--lengths", "Lengths of the sequences: 10,50,100", "LIST");
    private readonly Option<string?> _radii =
        Options.Text("--radii", "Spectral radii of the recurrent weights: 0.9,1,1.5", "LIST");

    private readonly Option<string?> _sizes = Options.Text("--sizes", "Sizes of the hidden state: 8,16,64", "LIST");
    private readonly Option<string?> _rates = Options.Text("--rates", "Learning rates: 0.001,0.003,0.01", "LIST");
    private readonly Option<int?> _seeds =
        Options.OptionalInteger("--seeds", "How often each run is repeated, with the seeds 1, 2, …", 1);

    private readonly Option<int?> _steps =
        Options.OptionalInteger("--steps", "Training steps of a run at most; for order, epochs", 1);

    private readonly Option<string?> _data = Options.Text("--data", $"Labelled rows for {Reading} [default: {Samples}]", "FILE");
    private readonly Option<string?> _dev =
        Options.Text("--dev", $"Rows to measure on for {Reading} [default: split off --data]", "FILE");

    private readonly Option<bool> _full = new("--full") { Description = "The published sizes; hours rather than minutes" };
    private readonly Option<string?> _output =
        Options.Text("--out", "Folder that gets NAME.jsonl, the measurements, NAME.html, their charts, and NAME.svg, the " +
        "picture", "DIR");

    private readonly Option<bool> _overwrite =
        new("--overwrite") { Description = "Replace NAME.jsonl, NAME.html and NAME.svg if they exist" };

    private readonly Option<bool> _json = Options.Json("Print JSON lines instead of tables");
    private readonly Terminal _terminal;

    private ExperimentCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var experiment = new ExperimentCommand(terminal);
        string questions = string.Join("\n", ExperimentCatalog.All.Select(one => $"  {one.Name,-10} {one.Question}"));
        string description = $"Measure why recurrent networks are hard to train, and what helps:\n{questions}";
        var command = new Command("experiment", description) { experiment._name };
        foreach (Option option in experiment.AllOptions)
            command.Add(option);
        command.SetAction(experiment.Run);
        return command;
    }

    private Option[] AllOptions =>
    [
        _cells, _lengths, _radii, _sizes, _rates, _seeds, _steps, _data, _dev, _full, _output, _overwrite, _json,
    ];

    private int Run(ParseResult parsed)
    {
        IExperiment experiment = Find(parsed.GetRequiredValue(_name));
        ExperimentSettings settings = Settings(experiment, parsed);
        string? path = parsed.GetValue(_output) is { } folder ? Path.Combine(folder, experiment.Name + ".jsonl") : null;
        bool overwrite = parsed.GetValue(_overwrite);
        string? page = Path.ChangeExtension(path, ".html");
        string? picture = Path.ChangeExtension(path, ".svg");
        if (path is not null)
        {
            DurableFile.RequirePath(path, overwrite);
            DurableFile.RequirePath(page!, overwrite);
            DurableFile.RequirePath(picture!, overwrite);
            DurableFile.RequireWritable(path);
        }
        if (experiment.ReadsData)
            settings = settings with { Rows = Rows(experiment, parsed.GetValue(_data), parsed.GetValue(_dev)) };
        using var interrupted = new Interruption();
        var log = new ExperimentLog(
            experiment.Name, new ExperimentDisplay(experiment.Name, _terminal, parsed.GetValue(_json)));
        try
        {
            experiment.Run(settings, log, interrupted.Token);
        }
        catch (OperationCanceledException)
        {
            string lost = path is null ? "nothing was saved" : $"{path} was not written";
            throw new OperationCanceledException($"interrupted; {lost}");
        }
        if (path is null)
            return 0;
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(log.Lines.Select(line => line + "\n")));
        DurableFile.Write(path, overwrite, stream => stream.Write(lines));
        _terminal.Error.WriteLine($"Saved the measurements in {path}");
        byte[] drawn = Encoding.UTF8.GetBytes(ChartPicture.Of(log.Charts));
        DurableFile.Write(picture!, overwrite, stream => stream.Write(drawn));
        string command = RepeatingCommand.OfExperiment(experiment.Name, GivenOptions(parsed));
        PageFile.TryWrite(
            page!, _terminal, () => PageFile.Write(page!, overwrite: true, json => WritePage(json, experiment, command, log)));
        return 0;
    }

    // What changes the results, and files and the folder by their names alone.
    private IEnumerable<(string Name, string? Value)> GivenOptions(ParseResult parsed)
    {
        foreach (Option option in AllOptions)
        {
            if (option == _overwrite || option == _json || parsed.GetResult(option) is not { Implicit: false } given)
                continue;
            string? value = given.Tokens.Count == 0 ? null : given.Tokens[0].Value;
            bool isPath = option == _output || option == _data || option == _dev;
            yield return (option.Name, isPath ? RunFiles.NameOf(value!) : value);
        }
    }

    private static void WritePage(Utf8JsonWriter json, IExperiment experiment, string command, ExperimentLog log)
    {
        json.WriteString("title", experiment.Question);
        json.WriteStartArray("runs");
        json.WriteEndArray();
        json.WriteStartArray("sentences");
        json.WriteEndArray();
        json.WriteStartObject("experiment");
        json.WriteString("name", experiment.Name);
        json.WriteString("command", command);
        log.WriteTo(json);
        json.WriteEndObject();
    }

    private static IExperiment Find(string name) =>
        ExperimentCatalog.All.FirstOrDefault(experiment => experiment.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new InputException(
            $"there is no experiment {name}, expected one of {string.Join(", ", Names)}{Nearest(name, Names)}");

    private ExperimentRows Rows(IExperiment experiment, string? data, string? dev)
    {
        if (data is null && dev is not null)
            throw new InputException("--dev measures what --data trains, and there is no --data; give both");
        string path = data ?? Samples;
        if (data is null && !File.Exists(path))
        {
            throw new InputException(
                $"{path}: no such file here, expected the sample reviews; name a file of labelled rows with --data");
        }
        TrainData rows = TrainData.Read(
            path, dev, test: null, unlabelled: null, new DataFormat(), experiment.Tokenizer, _terminal);
        return new ExperimentRows(Path.GetFileName(dev ?? path), rows.Train, rows.Dev);
    }

    private ExperimentSettings Settings(IExperiment experiment, ParseResult parsed)
    {
        ExperimentSettings defaults = experiment.Defaults(parsed.GetValue(_full));
        (Option Option, bool Has)[] mayHave =
        [
            (_cells, defaults.Cells is not null), (_lengths, defaults.Lengths is not null), (_radii, defaults.Radii is not null),
            (_sizes, defaults.Sizes is not null), (_rates, defaults.Rates is not null),
            (_seeds, defaults.Seeds is not null), (_steps, defaults.Steps is not null), (_data, experiment.ReadsData),
            (_dev, experiment.ReadsData),
        ];
        foreach ((Option option, bool has) in mayHave)
        {
            if (!has && parsed.GetResult(option) is { Implicit: false })
            {
                string others = string.Join(", ", mayHave.Where(other => other.Has).Select(other => other.Option.Name));
                throw new InputException(
                    $"{option.Name} means nothing to the experiment {experiment.Name}, which takes {others}; leave it out");
            }
        }
        return defaults with
        {
            Cells = parsed.GetValue(_cells) is { } cells
                ? List("--cells", cells, text => Cell(experiment, text))
                : defaults.Cells,
            Lengths = parsed.GetValue(_lengths) is { } lengths
                ? List("--lengths", lengths, text => Length(text, defaults.LeastLength, defaults.GreatestLength))
                : defaults.Lengths,
            Radii = parsed.GetValue(_radii) is { } radii
                ? List("--radii", radii, text => Positive("--radii", text))
                : defaults.Radii,
            Sizes = parsed.GetValue(_sizes) is { } sizes ? List("--sizes", sizes, Size) : defaults.Sizes,
            Rates = parsed.GetValue(_rates) is { } rates
                ? List("--rates", rates, text => Positive("--rates", text))
                : defaults.Rates,
            Seeds = parsed.GetValue(_seeds) ?? defaults.Seeds,
            Steps = parsed.GetValue(_steps) ?? defaults.Steps,
        };
    }

    private static T[] List<T>(string name, string list, Func<string, T> parse)
    {
        string[] texts = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (texts.Length == 0)
            throw new InputException($"{name} is empty, expected a list with commas");
        return [.. texts.Select(parse).Distinct()];
    }

    private static CellChoice Cell(IExperiment experiment, string name)
    {
        IEnumerable<string> names = experiment.Cells.Select(cell => cell.Name);
        return experiment.Cells.FirstOrDefault(cell => cell.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException(
                $"--cells has {name}, expected some of {string.Join(",", names)}{Nearest(name, names)}");
    }

    private static int Length(string text, int least, int greatest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length >= least && length <= greatest
            ? length
            : throw new InputException($"--lengths has {text}, expected whole numbers from {least} to {greatest} with commas");

    private static int Size(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= 1 and <= MostHidden
            ? size
            : throw new InputException($"--sizes has {text}, expected whole numbers from 1 to {MostHidden} with commas");

    private static double Positive(string option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value > 0 && double.IsFinite(value)
            ? value
            : throw new InputException($"{option} has {text}, expected positive numbers with commas");

    private static string Nearest(string name, IEnumerable<string> known) =>
        NearestName.Of(name, known) is { } near ? $"; did you mean {near}?" : "";
}
