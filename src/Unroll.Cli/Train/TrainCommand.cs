using System.CommandLine;
using System.Text.Json;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary><c>unroll train</c>: from a file of labelled texts to a model folder.</summary>
internal sealed class TrainCommand
{
    private const string Name = "train";

    private readonly Flags _flags = new();
    private readonly TrainFlags _settings;
    private readonly DataOptions _format = new();
    private readonly Argument<string?> _data = new("DATA")
    {
        Description = $"Rows to train on: {DataOptions.Formats}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _dev = Options.Text("--dev", "Rows to measure on after every epoch [default: some split off DATA]", "FILE");
    private readonly Option<string?> _test = Options.Text("--test", "Rows to measure on at the end", "FILE");
    private readonly Option<string?> _vectors = Options.Text("--vectors", "Pre-trained word vectors in GloVe's or word2vec's text format", "FILE");
    private readonly Option<bool> _noBaselines = Options.Switch("--no-baselines", "Do not train the linear model to compare with", false);
    private readonly Option<int?> _checkpointSteps = Options.OptionalInteger("--checkpoint-steps", "Steps between two checkpoints", 1);
    private readonly Option<float> _checkpointMinutes = Options.PositiveNumber("--checkpoint-minutes", "Minutes between two checkpoints", 1);
    private readonly Option<string?> _output = Options.Output();
    private readonly Option<bool> _overwrite = Options.Overwrite();
    private readonly Option<string?> _config = Options.Text("--config", "Settings in JSON, by the options' names; the command line goes before it", "FILE");
    private readonly Option<bool> _printConfig = new("--print-config") { Description = "Print the settings as JSON and end" };
    private readonly Option<string?> _resume = Options.Text("--resume", "Go on with the training in a folder that --out made", "DIR");
    private readonly Option<int?> _folds = Options.OptionalInteger("--folds", "Cross-validate: train and measure K times, save nothing", 2);
    private readonly Option<bool> _findRate = new("--find-lr") { Description = "Draw the loss against the learning rate, suggest one, and end" };
    private readonly Option<bool> _json = Options.Json("Print one JSON object an epoch, and one at the end");
    private readonly Terminal _terminal;

    private TrainCommand(Terminal terminal)
    {
        _terminal = terminal;
        _flags.AddPath(_dev);
        _flags.AddPath(_test);
        _format.AddTo(_flags);
        _settings = new TrainFlags(_flags, _vectors);
        _flags.AddPath(_vectors);
        _flags.Add(_noBaselines);
        _flags.Add(_checkpointSteps);
        _flags.Add(_checkpointMinutes);
    }

    public static Command Create(Terminal terminal)
    {
        var train = new TrainCommand(terminal);
        var command = new Command(Name, "Train a classifier on labelled sentences and save it") { train._data };
        foreach (Option option in (Option[])[
            train._output, train._overwrite, .. train._flags.All, train._settings.Threads, train._config, train._printConfig, train._resume,
            train._folds, train._findRate, train._json])
        {
            command.Add(option);
        }
        command.SetAction(train.Run);
        return command;
    }

    /// <summary>The settings of a training that is given none.</summary>
    public static byte[] DefaultSettings(Terminal terminal)
    {
        var train = new TrainCommand(terminal);
        var command = new Command(Name) { train._data };
        foreach (Option option in train._flags.All)
            command.Add(option);
        return train.SettingsJson(command.Parse([]), path => path);
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_resume) is { } resumed)
        {
            RefuseOthers(parsed, "--resume goes on with the settings in the folder", [_settings.Threads, _json, _resume]);
            if (parsed.GetValue(_data) is { } surplus)
                throw new InputException($"--resume goes on with the rows it began with, and {surplus} was given too; leave it out, or begin another training");
            RunFolder folder = RunFolder.Resume(resumed);
            if (folder.IsUnfinished)
                return Run(SettingsFile.Merge(folder.Settings, parsed, _flags, _data), folder);
            _terminal.Error.WriteLine($"The training in {resumed} is finished; there is nothing left to do");
            return 0;
        }
        if (parsed.GetValue(_config) is { } config)
            parsed = SettingsFile.Merge(config, parsed, _flags, _data);
        if (!parsed.GetValue(_printConfig))
            return Run(parsed, null);
        _terminal.Output.WriteLine(System.Text.Encoding.UTF8.GetString(SettingsJson(parsed, path => path)).TrimEnd());
        return 0;
    }

    private int Run(ParseResult parsed, RunFolder? folder)
    {
        string data = parsed.GetValue(_data)
            ?? throw new InputException("unroll train: no DATA given, expected a file of labelled texts; see unroll train --help");
        if (parsed.GetValue(_folds) is not null)
            Refuse(parsed, "--folds trains and measures on DATA alone and saves nothing", [_dev, _test, _vectors, _output, _findRate]);
        if (parsed.GetValue(_findRate))
            Refuse(parsed, "--find-lr saves nothing", [_output]);
        string? output = parsed.GetValue(_output);
        if (output is not null)
            RunFolder.Require(output, parsed.GetValue(_overwrite));
        string devFile = parsed.GetValue(_dev) ?? data;
        // The texts of mistakes are read again at the end; a pipe gives them once.
        using InputCopy? copy = devFile == DataInput.StandardInput && (output ?? folder?.Path) is not null ? new InputCopy(_terminal.OpenInput) : null;
        Terminal terminal = copy is null ? _terminal : _terminal with { OpenInput = copy.Open };
        TrainData rows = TrainData.Read(
            data, parsed.GetValue(_dev), parsed.GetValue(_test), _format.Get(parsed), _settings.Tokenizer(parsed), terminal);
        TrainingOptions options = _settings.Read(parsed, Labels(rows.Train, data));
        IdleSettings.Warn(_terminal, options, hasDev: rows.Dev is not null || options.DevShare > 0);
        var run = new TrainRun(rows, options, terminal, parsed.GetValue(_json))
        {
            Vectors = parsed.GetValue(_vectors),
            EmbeddingIsGiven = _settings.EmbeddingIsGiven(parsed),
            Baselines = !parsed.GetValue(_noBaselines),
            DevFile = (devFile, _format.Get(parsed)),
        };
        if (parsed.GetValue(_folds) is { } folds)
            return new CrossValidation(rows.Train, options, _terminal, parsed.GetValue(_json)).Run(folds);
        if (parsed.GetValue(_findRate))
            return run.FindLearningRate();
        bool resume = folder is not null;
        if (output is not null)
            folder = RunFolder.Begin(output, SettingsJson(parsed, FullPath));
        if (folder is not null)
        {
            run.Save(folder, new CheckpointOptions(folder.State)
            {
                EverySteps = parsed.GetValue(_checkpointSteps),
                Every = TimeSpan.FromMinutes(parsed.GetValue(_checkpointMinutes)),
                Resume = resume,
            });
        }
        return run.Train();
    }

    private static IReadOnlyList<string> Labels(Corpus train, string data)
    {
        try
        {
            return train.DistinctLabels(Enumerable.Range(0, train.Count));
        }
        catch (InputException e)
        {
            throw new InputException($"{DataInput.NameOf(data)}: {e.Message}", e);
        }
    }

    // A training is resumed from any folder.
    private static string FullPath(string path) => path == DataInput.StandardInput ? path : Path.GetFullPath(path);

    private byte[] SettingsJson(ParseResult parsed, Func<string, string> path)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JsonLine.Encoder }))
        {
            json.WriteStartObject();
            if (parsed.GetValue(_data) is { } data)
                json.WriteString(SettingsFile.DataKey, path(data));
            _flags.Write(json, parsed, path);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void RefuseOthers(ParseResult parsed, string why, Option[] allowed) =>
        Refuse(parsed, why, parsed.CommandResult.Command.Options.Except(allowed));

    private static void Refuse(ParseResult parsed, string why, IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other)
            throw new InputException($"{why}, and {other.Name} was given too; leave it out, or begin another training");
    }
}
