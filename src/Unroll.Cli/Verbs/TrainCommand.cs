using System.CommandLine;
using Unroll.Cli.Runs;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Training;
using Unroll.Web;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll train</c>: from a file of labelled texts to a model folder.</summary>
internal sealed class TrainCommand
{
    private const string Name = "train";

    private readonly RunSettings _settings = new();
    private readonly Option<string?> _output = Options.Output();
    private readonly Option<bool> _overwrite = Options.Overwrite();
    private readonly Option<string?> _config =
        Options.Text("--config", "Settings in JSON, by the options' names; the command line goes before it", "FILE");

    private readonly Option<bool> _printConfig = new("--print-config") { Description = "Print the settings as JSON and end" };
    private readonly Option<string?> _resume =
        Options.Text("--resume", "Go on with the training in a folder that --out made", "DIR");

    private readonly Option<int?> _folds =
        Options.OptionalInteger(
            "--folds", "Cross-validate: train and measure K times; processes with the same --out share them", 2);

    private readonly Option<int?> _seeds = Options.OptionalInteger(
        "--seeds",
        "Train and measure with N seeds from --seed on, print mean and 95 % interval; processes with the same --out share " +
        "them", 2);

    private readonly Option<bool> _findRate =
        new("--find-lr") { Description = "Draw the loss against the learning rate, suggest one, and end" };

    private readonly Option<bool?> _mpi = new("--mpi")
    {
        Description = "Train one model over the processes of mpirun or srun [default: where they started this one]",
    };

    private readonly Option<bool> _json = Options.Json("Print one JSON object an epoch, and one at the end");
    private readonly Terminal _terminal;

    private TrainCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var train = new TrainCommand(terminal);
        var command = new Command(Name, "Train a classifier on labelled sentences and save it") { train._settings.Data };
        foreach (Option option in (Option[])[
            train._output, train._overwrite, .. train._settings.Flags.All, train._settings.Training.Threads, train._config,
            train._printConfig, train._resume, train._folds, train._seeds, train._findRate, train._mpi, train._json])
        {
            command.Add(option);
        }
        command.SetAction(train.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_printConfig))
            return Run(parsed, job: null);
        // Several trainings are shared through their folder, one training through the ranks.
        bool isRepeated = parsed.GetValue(_folds) is not null || parsed.GetValue(_seeds) is not null;
        if (isRepeated && LaunchedRank.IsLaunched && parsed.GetValue(_mpi) is null && parsed.GetValue(_output) is null)
        {
            throw new InputException(
                "several processes share seeds and folds through a folder, and none is named; give --out DIR, a folder that " +
                "all of them see, or --mpi=false for processes that know nothing of each other");
        }
        return RankJob.Run(
            parsed.GetValue(_mpi) ?? (isRepeated ? false : null), job => Run(parsed, job), e => UnrollCommand.Tell(
                e, _terminal with { Error = _terminal.LastWords ?? _terminal.Error }, Name,
                parsed.Tokens.Any(token => token.Value == "--verbose")));
    }

    private int Run(ParseResult parsed, RankJob? job)
    {
        if (parsed.GetValue(_resume) is { } resumed)
        {
            OptionClash.RefuseBesideResume(
                parsed, _settings.Data, [_settings.Training.Threads, _mpi, _json, _resume], "training");
            if (job is { IsFirst: false })
                return job.FromFirst(null) is { } settings ? Run(Resumed(resumed, parsed, settings), null, job) : ExitCode.Done;
            using var folder = RunFolder.Resume(resumed);
            byte[]? content = folder.IsUnfinished ? File.ReadAllBytes(folder.Settings) : null;
            job?.FromFirst(content);
            // What a training that has ended lacks, one process makes.
            if (folder.IsUnfinished || folder.LacksEvaluation)
                return Run(Resumed(resumed, parsed, content), folder, folder.IsUnfinished ? job : null);
            if (folder.LacksReport && ReportPage.IsBuilt)
            {
                RunPage.WriteInto(resumed, _terminal);
                return 0;
            }
            _terminal.Error.WriteLine($"The training in {resumed} is finished; there is nothing left to do");
            return 0;
        }
        if (parsed.GetValue(_config) is { } config)
        {
            parsed = SettingsFile.Merge(
                config, parsed, _settings.Flags, _settings.Data, written => SettingsFile.PathOf(config, written));
        }
        if (!parsed.GetValue(_printConfig))
            return Run(parsed, null, job);
        _terminal.Output.WriteLine(System.Text.Encoding.UTF8.GetString(_settings.ToJson(parsed, path => path)).TrimEnd());
        return 0;
    }

    private int Run(ParseResult parsed, RunFolder? resumed, RankJob? job)
    {
        string data = parsed.GetValue(_settings.Data)
            ?? throw new InputException(
                "unroll train: no DATA given, expected a file of labelled texts; see unroll train --help");
        if (parsed.GetValue(_folds) is not null)
        {
            Refuse(
                parsed, "--folds trains and measures on DATA alone and saves nothing",
                [_settings.Dev, _settings.Test, _settings.Vectors, _settings.From, _findRate, _seeds]);
        }
        if (parsed.GetValue(_settings.From) is not null)
            Refuse(parsed, "--from trains a model further that is what it is", _settings.Training.OfModel);
        if (job is not null)
            RequireOneModel(parsed, data);
        bool writes = job is null or { IsFirst: true };
        SentenceClassifier? from = parsed.GetValue(_settings.From) is { } model ? SavedModel.Load(model, _terminal) : null;
        if (parsed.GetValue(_seeds) is not null)
            Refuse(parsed, "--seeds trains several models and saves none", [_findRate]);
        if (parsed.GetValue(_findRate))
            Refuse(parsed, "--find-lr saves nothing", [_output]);
        bool isRepeated = parsed.GetValue(_folds) is not null || parsed.GetValue(_seeds) is not null;
        string? output = isRepeated ? null : parsed.GetValue(_output);
        // A model in one file has no run beside it: no checkpoints, and no page.
        string? archive = output is not null && SentenceClassifier.IsArchiveName(output) ? output : null;
        if (archive is not null && writes)
        {
            SentenceClassifier.RequireSavePath(archive, parsed.GetValue(_overwrite));
            DurableFile.RequireWritable(archive);
        }
        using RunFolder? begun =
            output is null || archive is not null || !writes ? null : RunFolder.Take(output, parsed.GetValue(_overwrite));
        RunFolder? folder = resumed ?? begun;
        string devFile = parsed.GetValue(_settings.Dev) ?? data;
        // The texts of mistakes are read again at the end; a pipe gives them once.
        bool isReadAgain = devFile == DataInput.StandardInput && folder is not null;
        using InputCopy? copy = isReadAgain ? new InputCopy(_terminal.OpenInput) : null;
        Terminal terminal = copy is null ? _terminal : _terminal with { OpenInput = copy.Open };
        TrainData rows = TrainData.Read(
            data, parsed.GetValue(_settings.Dev), parsed.GetValue(_settings.Test),
            parsed.GetValue(_settings.Unlabelled), _settings.Format.Get(parsed),
            from?.Config.Tokens ?? _settings.Training.Tokenizer(parsed), terminal, _settings.Training.StreamsRows(parsed),
            job?.Communicator);
        string? old = parsed.GetValue(_settings.Old);
        TrainingOptions options = _settings.Training.Read(parsed, Labels(rows, data, from)) with
        {
            Communicator = job?.Communicator,
        };
        options.Validate();
        IReadOnlyDictionary<string, double>? shares = null;
        if (from is not null)
        {
            options = Further(parsed, options, from);
            if (old is not null)
            {
                shares = rows.AddOld(
                    old, parsed.GetValue(_settings.OldShare), options.Seed, _settings.Format.Get(parsed), terminal);
            }
        }
        if (options.Networks > 0 || from is null)
        {
            UnusedSettings.Warn(
                _terminal, options, hasDev: rows.Dev is not null || options.DevShare > 0,
                hasVectors: parsed.GetValue(_settings.Vectors) is not null);
        }
        var run = new TrainRun(rows, options, terminal, parsed.GetValue(_json))
        {
            Unlabelled = parsed.GetValue(_settings.Unlabelled),
            Vectors = parsed.GetValue(_settings.Vectors),
            EmbeddingIsGiven = _settings.Training.EmbeddingIsGiven(parsed),
            Baselines = !parsed.GetValue(_settings.NoBaselines),
            // Dev rows that are split off are partly those of the other file.
            DevFile = old is not null && rows.Dev is null ? null : (devFile, _settings.Format.Get(parsed)),
            From = from,
            Pull = parsed.GetValue(_settings.Pull),
            TakenShares = shares,
            Archive = archive is null || !writes ? null : (archive, parsed.GetValue(_overwrite)),
        };
        if (parsed.GetValue(_folds) is { } folds)
            return run.TrainFolds(folds, Repeated(parsed, $"{folds} folds", rows));
        if (parsed.GetValue(_seeds) is { } seeds)
            return run.TrainSeeds(seeds, Repeated(parsed, "seeds", rows));
        if (parsed.GetValue(_findRate))
            return run.FindLearningRate();
        if (resumed is { IsUnfinished: false })
        {
            if (!run.IsMadeByTrainingAlone(resumed))
                return run.Complete(resumed);
            _terminal.Error.WriteLine("The model has learned its dev rows since: training again, to measure on them before");
            resumed.BeginAgain();
        }
        begun?.Begin(_settings.ToJson(parsed, path => RunPaths.Written(begun.Path, path)));
        string? resumedFolder = parsed.GetValue(_resume);
        if ((resumedFolder ?? (archive is null ? output : null)) is { } path)
        {
            if (job is not null)
                job.Folder = path;
            run.Save(folder, new CheckpointOptions(RunFolder.StateIn(path))
            {
                EverySteps = parsed.GetValue(_settings.CheckpointSteps),
                Every = TimeSpan.FromMinutes(parsed.GetValue(_settings.CheckpointMinutes)),
                Resume = resumedFolder is not null,
            });
        }
        return run.Train();
    }

    private RepeatedFolder? Repeated(ParseResult parsed, string what, TrainData rows) => parsed.GetValue(_output) is { } folder
        ? new RepeatedFolder(folder, what, _settings.ToJson(parsed, path => RunPaths.Written(folder, path)), rows)
        : null;

    // The learning rate of a new model is too large for one that knows much already.
    private TrainingOptions Further(ParseResult parsed, TrainingOptions options, SentenceClassifier from)
    {
        TrainingOptions further = options.ForModel(from.Config);
        return _settings.Training.LearningRateIsGiven(parsed)
            ? further
            : further with { LearningRate = FineTuningOptions.UsualLearningRate };
    }

    private static IReadOnlyList<string> Labels(TrainData rows, string data, SentenceClassifier? from)
    {
        if (from is not null)
        {
            return
            [
                .. from.Config.Labels,
                .. rows.Train.LabelNames.Except(from.Config.Labels, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ];
        }
        return rows.Labels(data);
    }

    private ParseResult Resumed(string folder, ParseResult parsed, byte[]? content) => SettingsFile.Merge(
        RunFolder.SettingsIn(folder), parsed, _settings.Flags, _settings.Data, written => RunPaths.Read(folder, written),
        content);

    // Each rank reads the files; standard input goes to the first alone.
    private void RequireOneModel(ParseResult parsed, string data)
    {
        const string why = "ranks train one model together";
        Refuse(parsed, why, [_folds, _seeds, _findRate]);
        Option<string?>[] others = [_settings.Dev, _settings.Test, _settings.Unlabelled, _settings.Old];
        if (others.Select(parsed.GetValue).Append(data).Contains(DataInput.StandardInput))
        {
            throw new InputException(
                $"{why}, and standard input goes to one of them alone; name a file that every rank can read");
        }
    }

    private static void Refuse(ParseResult parsed, string why, IEnumerable<Option> options) =>
        OptionClash.Refuse(parsed, why, options, "training");
}
