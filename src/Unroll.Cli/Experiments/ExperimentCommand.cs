using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text;
using Unroll.Cli.Report;
using Unroll.Data;
using Unroll.Storage;

namespace Unroll.Cli.Experiments;

/// <summary><c>unroll experiment</c>: the measured answers to "why are RNNs hard to train?".</summary>
internal sealed class ExperimentCommand
{
    /// <summary>Every experiment.</summary>
    public static readonly IExperiment[] All =
    [
        new VanishingExperiment(), new ExplodingExperiment(), new MemoryExperiment(), new SequenceExperiment(new AddingTask()),
        new SequenceExperiment(new CopyTask()), new ChaosExperiment(), new OrderExperiment(), new SeedsExperiment(),
    ];

    private readonly Argument<string> _name = new("NAME") { Description = $"One of: {string.Join(", ", All.Select(experiment => experiment.Name))}" };
    private readonly Option<string?> _cells = Options.Text("--cells", $"Recurrent layers to compare: {string.Join(",", CellChoice.All.Select(cell => cell.Name))}", "LIST");
    private readonly Option<string?> _lengths = Options.Text("--lengths", "Lengths of the sequences: 10,50,100", "LIST");
    private readonly Option<string?> _radii = Options.Text("--radii", "Spectral radii of the recurrent weights: 0.9,1,1.5", "LIST");
    private readonly Option<int?> _seeds = Options.OptionalInteger("--seeds", "How often each run is repeated, with the seeds 1, 2, …", 1);
    private readonly Option<int?> _steps = Options.OptionalInteger("--steps", "Training steps of a run at most; for order, epochs", 1);
    private readonly Option<string?> _data = Options.Text("--data", $"Labelled rows for order [default: {OrderExperiment.Samples}]", "FILE");
    private readonly Option<string?> _dev = Options.Text("--dev", "Rows to measure on for order [default: a tenth of --data]", "FILE");
    private readonly Option<bool> _full = new("--full") { Description = "The published sizes; hours rather than minutes" };
    private readonly Option<string?> _output = Options.Text("--out", "Folder that gets NAME.jsonl, the measurements, and NAME.html, their charts", "DIR");
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace NAME.jsonl and NAME.html if they exist" };
    private readonly Option<bool> _json = Options.Json("Print JSON lines instead of tables");
    private readonly Terminal _terminal;

    private ExperimentCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var experiment = new ExperimentCommand(terminal);
        string questions = string.Join("\n", All.Select(one => $"  {one.Name,-10} {one.Question}"));
        var command = new Command("experiment", $"Measure why recurrent networks are hard to train, and what helps:\n{questions}") { experiment._name };
        foreach (Option option in experiment.AllOptions)
            command.Add(option);
        command.SetAction(experiment.Run);
        return command;
    }

    private Option[] AllOptions => [_cells, _lengths, _radii, _seeds, _steps, _data, _dev, _full, _output, _overwrite, _json];

    private int Run(ParseResult parsed)
    {
        IExperiment experiment = Find(parsed.GetRequiredValue(_name));
        ExperimentSettings settings = Settings(experiment, parsed);
        string? path = parsed.GetValue(_output) is { } folder ? Path.Combine(folder, experiment.Name + ".jsonl") : null;
        bool overwrite = parsed.GetValue(_overwrite);
        string? page = Path.ChangeExtension(path, ".html");
        if (path is not null)
        {
            DurableFile.RequirePath(path, overwrite);
            DurableFile.RequirePath(page!, overwrite);
        }
        using var interrupted = new Interruption();
        var log = new ExperimentLog(experiment.Name, _terminal, parsed.GetValue(_json));
        try
        {
            experiment.Run(settings, log, interrupted.Token);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException($"interrupted; {(path is null ? "nothing was saved" : $"{path} was not written")}");
        }
        if (path is null)
            return 0;
        DurableFile.Write(path, overwrite, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(log.Lines.Select(line => line + "\n")))));
        _terminal.Error.WriteLine($"Saved the measurements in {path}");
        string command = CommandLine.OfExperiment(experiment.Name, GivenOptions(parsed));
        PageFile.TryWrite(page!, _terminal, () => PageFile.Write(page!, overwrite: true, json => WritePage(json, experiment, command, log)));
        return 0;
    }

    // What changes the results, and the folder by its name alone.
    private IEnumerable<(string Name, string? Value)> GivenOptions(ParseResult parsed)
    {
        foreach (Option option in AllOptions)
        {
            if (option == _overwrite || option == _json || parsed.GetResult(option) is not { Implicit: false } given)
                continue;
            string? value = given.Tokens.Count == 0 ? null : given.Tokens[0].Value;
            yield return (option.Name, option == _output ? RunFiles.NameOf(value!) : value);
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
        All.FirstOrDefault(experiment => experiment.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new InputException($"there is no experiment {name}, expected one of {string.Join(", ", All.Select(one => one.Name))}{Nearest(name, All.Select(one => one.Name))}");

    private ExperimentSettings Settings(IExperiment experiment, ParseResult parsed)
    {
        ExperimentSettings defaults = experiment.Defaults(parsed.GetValue(_full));
        (Option Option, bool Has)[] mayHave =
        [
            (_cells, defaults.Cells is not null), (_lengths, defaults.Lengths is not null), (_radii, defaults.Radii is not null),
            (_seeds, defaults.Seeds is not null), (_steps, defaults.Steps is not null), (_data, experiment.ReadsData), (_dev, experiment.ReadsData),
        ];
        foreach ((Option option, bool has) in mayHave)
        {
            if (!has && parsed.GetResult(option) is { Implicit: false })
            {
                string others = string.Join(", ", mayHave.Where(other => other.Has).Select(other => other.Option.Name));
                throw new InputException($"{option.Name} means nothing to the experiment {experiment.Name}, which takes {others}; leave it out");
            }
        }
        return defaults with
        {
            Cells = parsed.GetValue(_cells) is { } cells ? List("--cells", cells, text => Cell(experiment, text)) : defaults.Cells,
            Lengths = parsed.GetValue(_lengths) is { } lengths ? List("--lengths", lengths, text => Length(text, defaults.LeastLength)) : defaults.Lengths,
            Radii = parsed.GetValue(_radii) is { } radii ? List("--radii", radii, Radius) : defaults.Radii,
            Seeds = parsed.GetValue(_seeds) ?? defaults.Seeds,
            Steps = parsed.GetValue(_steps) ?? defaults.Steps,
            Data = parsed.GetValue(_data),
            Dev = parsed.GetValue(_dev),
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
            ?? throw new InputException($"--cells has {name}, expected some of {string.Join(",", names)}{Nearest(name, names)}");
    }

    private static int Length(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length >= least && length <= 100_000
            ? length
            : throw new InputException($"--lengths has {text}, expected whole numbers from {least} to 100000 with commas");

    private static double Radius(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double radius) && radius > 0 && double.IsFinite(radius)
            ? radius
            : throw new InputException($"--radii has {text}, expected positive numbers with commas");

    private static string Nearest(string name, IEnumerable<string> known) =>
        NearestName.Of(name, known) is { } near ? $"; did you mean {near}?" : "";
}
