using System.CommandLine;
using Unroll.Cli.Runs;
using Unroll.Models;
using Unroll.Search;
using Unroll.Storage;
using Unroll.Training;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll search</c>: the settings that are best on dev rows, by many trainings that share their time.</summary>
internal sealed class SearchCommand
{
    private const string Verb = "search";

    private readonly SearchSettings _settings = new();
    private readonly Option<string?> _output = Options.Text(
        "--out", "Folder that keeps the search: the same command again, or a second process, takes part in it", "DIR");

    private readonly Option<string?> _resume =
        Options.Text("--resume", "Go on with the search in a folder that --out made", "DIR");

    private readonly Option<int> _workers =
        Options.Integer("--workers", "Trials that are trained at once in this process, which share --threads", 1, 1);

    private readonly Option<string?> _config = Options.Text(
        "--config", "Settings of all trials in JSON, by the options' names; the command line goes before it", "FILE");

    private readonly Option<bool> _json = Options.Json("Print one JSON object a result, and one at the end");
    private readonly Terminal _terminal;

    private SearchCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var search = new SearchCommand(terminal);
        var command = new Command(
            Verb, "Search for settings: many trials train a little, the best of them on dev rows go on (ASHA)")
        {
            search._settings.Run.Data,
        };
        foreach (Option option in (Option[])[
            search._output, search._resume, search._workers, .. search._settings.All, search._settings.Run.Training.Threads,
            search._config, search._json])
        {
            command.Add(option);
        }
        command.SetAction(search.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_resume) is { } resumed)
            return RunIn(resumed, Resumed(resumed, parsed));
        if (parsed.GetValue(_config) is { } config)
        {
            parsed = SettingsFile.Merge(
                config, parsed, _settings.Run.Flags, _settings.Run.Data, written => SettingsFile.PathOf(config, written));
        }
        if (parsed.GetValue(_output) is { } folder)
            return RunIn(folder, parsed);
        if (LaunchedRank.IsLaunched)
        {
            throw new InputException(
                "several processes share a search through its folder, and none is named; give --out DIR, a folder that all of " +
                "them see");
        }
        string temporary = TemporaryFolder();
        try
        {
            return RunIn(temporary, parsed, isKept: false);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static string TemporaryFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("unroll-search-").FullName;
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw new InputException(
                $"{Path.GetTempPath()}: no folder can be made there, expected one that can keep the trials; let TMPDIR name it" +
                ", or give --out DIR", e);
        }
    }

    private ParseResult Resumed(string folder, ParseResult parsed)
    {
        OptionClash.RefuseBesideResume(
            parsed, _settings.Run.Data, [_resume, _workers, _settings.Run.Training.Threads, _json], Verb);
        return SettingsFile.Merge(
            SearchFolder.SettingsOf(folder), parsed, _settings.Run.Flags, _settings.Run.Data,
            written => RunPaths.Read(folder, written));
    }

    private int RunIn(string folder, ParseResult parsed, bool isKept = true)
    {
        string data = parsed.GetValue(_settings.Run.Data)
            ?? throw new InputException(
                "unroll search: no DATA given, expected a file of labelled texts; see unroll search --help");
        // What cannot be drawn is refused before any row is read.
        SearchSpace space = _settings.ReadSpace(parsed);
        string? test = parsed.GetValue(_settings.Run.Test);
        TrainData rows = TrainData.Read(
            data, parsed.GetValue(_settings.Run.Dev), test, unlabelled: null, _settings.Run.Format.Get(parsed),
            _settings.Run.Training.Tokenizer(parsed), _terminal);
        var trials = new TrialCommands(
            space, _settings.SourceOf(parsed), data, _settings.SharedWords(parsed), rows.Labels(data));
        int count = parsed.GetValue(_settings.Trials);
        trials.RequireAll(count);
        TrainingOptions shared = trials.Shared;
        var searched = SearchRows.Of(rows.Train, rows.Dev, rows.Test, parsed.GetValue(_settings.TestShare), shared);
        var halving = SuccessiveHalving.Of(
            count, parsed.GetValue(_settings.Eta), shared.Epochs ?? UsualEpochs(searched, shared),
            parsed.GetValue(_settings.Rungs));
        if (parsed.GetValue(_resume) is null)
            SearchFolder.Begin(folder, _settings.ToJson(parsed, folder), space);
        var search = new ModelSearch(folder, halving, searched, trials.Of);
        Tell(searched, halving, space);
        string measure = MeasureOf(shared.Best);
        bool hasEnded = Work(search, parsed, new SearchDisplay(_terminal, halving, measure, parsed.GetValue(_json)));
        SearchProgress progress = search.Progress();
        string? command = progress.Outcome is { } outcome
            ? trials.Training(progress.Settings[outcome.Trial], halving.Rungs[^1])
            : null;
        if (command is not null)
        {
            string? model = isKept ? Path.Combine(folder, ModelSearch.ModelName) : null;
            new SearchSummary(progress, command, model, test is not null).Write(_terminal, parsed.GetValue(_json));
        }
        if (isKept && LaunchedRank.Own == 0 && progress.Started is not null)
        {
            var page = new SearchPage($"search {RunFiles.NameOf(folder)}", halving, space, measure);
            page.Write(folder, progress, command, _terminal);
        }
        if (!hasEnded)
        {
            _terminal.Error.WriteLine(
                isKept ? $"Interrupted; go on with unroll search --resume {folder}" : "Interrupted; nothing was kept");
            return ExitCode.Interrupted;
        }
        return ExitCode.Done;
    }

    // Whether it was worked to the end.
    private bool Work(ModelSearch search, ParseResult parsed, SearchDisplay display)
    {
        using var interrupted = new Interruption();
        CancellationToken token = interrupted.Token;
        int threads = parsed.GetValue(_settings.Run.Training.Threads);
        Task work = Task.Factory.StartNew(
            () => search.Run(parsed.GetValue(_workers), threads, token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        WaitHandle ended = ((IAsyncResult)work).AsyncWaitHandle;
        display.Run(search.Progress, () => ended.WaitOne(TimeSpan.FromMilliseconds(250)));
        try
        {
            work.GetAwaiter().GetResult();
            return true;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Tell(SearchRows rows, SuccessiveHalving halving, SearchSpace space)
    {
        int train = rows.Split.TrainRows?.Count ?? rows.Split.Train.Count;
        _terminal.Error.WriteLine(
            $"{train} rows to train on, {rows.Split.DevCount} dev rows that decide, " +
            $"{rows.TestRows?.Count ?? rows.Test.Count} rows that no trial sees");
        string rungs = halving.Top == 0
            ? $"each of {halving.Rungs[0]} epoch{(halving.Rungs[0] == 1 ? "" : "s")}"
            : $"compared after {string.Join(", ", halving.Rungs.SkipLast(1))} of {halving.Rungs[^1]} epochs, where one in " +
                $"{halving.Eta} goes on";
        _terminal.Error.WriteLine(
            $"{halving.Trials} trials over {string.Join(", ", space.Ranges.Select(range => range.Name))}, {rungs}");
    }

    private static int UsualEpochs(SearchRows rows, TrainingOptions shared)
    {
        var training = new ClassifierTraining(rows.Split, shared);
        training.Prepare();
        return training.Epochs;
    }

    private static string MeasureOf(DevMeasure measure) => measure switch
    {
        DevMeasure.Loss => "loss",
        DevMeasure.Accuracy => "accuracy",
        DevMeasure.F1 => "macro-F1",
        _ => throw new InvalidOperationException($"no measure {measure}"),
    };
}
