using System.Text;
using System.Text.Json;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Search;

/// <summary>
/// A search for settings: trials that are trained a little, compared on dev rows, and trained further where they are among the
/// best (<see cref="SuccessiveHalving"/>). All that was decided stands in the journal of a folder, so several workers, in one
/// process, in several or on several machines that share the folder, take part in one search, and what a killed one had begun is
/// taken up again from its last checkpoint.
/// </summary>
/// <remarks>
/// The settings of a trial, and what it reaches at a rung, are the same bytes whoever trains it and however often that is
/// interrupted. Which trials are promoted follows from what has ended before: with one worker at a time it is always the same,
/// with several it depends on who ends first.
/// </remarks>
public sealed partial class ModelSearch
{
    /// <summary>In the folder: the model of the best trial.</summary>
    public const string ModelName = "model";

    /// <summary>In the folder: every result by trial and rung, without who computed it and when.</summary>
    public const string ResultsName = "trials.jsonl";

    private const string Format = "unroll-search/1";
    private const string TrialsName = "trials";
    private const string StateName = "state.safetensors";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string _folder;
    private readonly SuccessiveHalving _halving;
    private readonly SearchRows _rows;
    private readonly Func<int, SearchTrial> _trialOf;
    private readonly string _worker = FormattableString.Invariant($"{Environment.MachineName}/{Environment.ProcessId}");
    private readonly WorkJournal _journal;

    /// <summary>Begins a search, or takes part in one that has begun.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="halving">How many trials there are, and when they are compared.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="trialOf">A trial by its number: always the same.</param>
    /// <exception cref="InputException">The folder holds a search over other rows or by other rules, or is damaged.</exception>
    public ModelSearch(string folder, SuccessiveHalving halving, SearchRows rows, Func<int, SearchTrial> trialOf)
    {
        (_folder, _halving, _rows, _trialOf) = (folder, halving, rows, trialOf);
        _journal = new WorkJournal(folder);
        string rules = FormattableString.Invariant($"{halving.Trials} trials, eta {halving.Eta}, rungs ") +
            string.Join(' ', halving.Rungs);
        string hash = RowsHash.Of(rows.Split.Train, rows.Split.Dev, rows.Test);
        _journal.Hold(
            (lines, add) =>
            {
                if (lines.Count == 0)
                {
                    add(json =>
                    {
                        json.WriteString(SearchLines.Kind, SearchLines.Search);
                        json.WriteString("format", Format);
                        json.WriteString("rules", rules);
                        json.WriteString("rows", hash);
                    });
                    return true;
                }
                Require(lines[0], "format", Format, "of this version");
                Require(lines[0], "rules", rules, "by these rules");
                Require(lines[0], "rows", hash, "over these rows");
                RequireSameSettings(ProgressOf(lines));
                return true;
            },
            CancellationToken.None);
    }

    /// <summary>How far a search in a folder has come.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">Its journal is damaged.</exception>
    public static SearchProgress ProgressIn(string folder)
    {
        var journal = new WorkJournal(folder);
        return SearchProgress.Of(journal.Read(), journal.Path, int.MaxValue, int.MaxValue);
    }

    /// <summary>How far the search has come, whoever worked on it.</summary>
    /// <exception cref="InputException">The journal is damaged.</exception>
    public SearchProgress Progress() => ProgressOf(_journal.Read());

    /// <summary>Works until the search has ended, or others do the rest of it and it has ended then.</summary>
    /// <param name="workers">How many trials are trained at once here.</param>
    /// <param name="threads">How many threads they share, at least one each.</param>
    /// <param name="cancellationToken">Stops all between two steps; the same search goes on from there.</param>
    /// <exception cref="InputException">No trial could be trained, or the folder is damaged.</exception>
    /// <exception cref="IOException">A result or a checkpoint cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run(int workers, int threads, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        Thread[] running =
        [
            .. Enumerable.Range(0, workers).Select(worker => new Thread(() =>
            {
                try
                {
                    Work(Math.Max(1, threads / workers + (worker < threads % workers ? 1 : 0)), stop.Token);
                }
                catch (Exception e)
                {
                    // The others stop because of it, and say nothing that is not said.
                    Interlocked.CompareExchange(ref first, e, null);
                    stop.Cancel();
                }
            })
            {
                IsBackground = true,
            }),
        ];
        foreach (Thread thread in running)
            thread.Start();
        foreach (Thread thread in running)
            thread.Join();
        if (first is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }

    private void Work(int threads, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step step = _journal.Hold(Decide, cancellationToken);
            switch (step.Kind)
            {
                case StepKind.Train:
                    Train(step, threads, cancellationToken);
                    break;
                case StepKind.Finish:
                    Finish(step, threads, cancellationToken);
                    break;
                case StepKind.Wait:
                    if (cancellationToken.WaitHandle.WaitOne(Pause))
                        throw new OperationCanceledException(cancellationToken);
                    break;
                case StepKind.Done:
                    return;
                default:
                    throw new InvalidOperationException($"no step {step.Kind}");
            }
        }
    }

    // What a worker holds is being done. The lock of its folder ends with it, and then another takes it up.
    private Step Decide(IReadOnlyList<JsonElement> lines, Action<Action<Utf8JsonWriter>> add)
    {
        SearchProgress progress = ProgressOf(lines);
        if (progress.Outcome is not null)
            return new Step(StepKind.Done);
        bool othersWork = false;
        foreach ((int trial, int rung) in progress.Running.OrderByDescending(job => job.Rung).ThenBy(job => job.Trial).ToArray())
        {
            if (FolderLock.TryTake(FolderOf(trial)) is { } left)
                return Begin(trial, rung, left);
            othersWork = true;
        }
        if (_halving.Next(progress.Scores, progress.Begun) is var (next, to))
            return FolderLock.TryTake(FolderOf(next)) is { } held ? Begin(next, to, held) : new Step(StepKind.Wait);
        if (othersWork)
            return new Step(StepKind.Wait);
        TrialResult best = progress.Best ?? throw new InputException(
            $"all {_halving.Trials} trials broke: {progress.Results[0].Failure ?? "no score"}; take a space with smaller " +
            "learning rates");
        if (FolderLock.TryTake(FolderOf(best.Trial)) is not { } last)
            return new Step(StepKind.Wait);
        // Where all that went on broke, the best of those that are left goes on in their place.
        return best.Rung < _halving.Top
            ? Begin(best.Trial, best.Rung + 1, last)
            : new Step(StepKind.Finish, best.Trial, best.Rung, last);

        Step Begin(int trial, int rung, FolderLock held)
        {
            add(json =>
            {
                json.WriteString(SearchLines.Kind, SearchLines.Begin);
                json.WriteNumber("trial", trial);
                json.WriteNumber("rung", rung);
                if (rung == 0)
                    WriteSettings(json, trial);
                json.WriteString("worker", _worker);
                json.WriteString("at", DateTimeOffset.UtcNow);
            });
            return new Step(StepKind.Train, trial, rung, held);
        }
    }

    private SearchProgress ProgressOf(IReadOnlyList<JsonElement> lines) =>
        SearchProgress.Of(lines, _journal.Path, _halving.Trials, _halving.Rungs.Count);

    private void WriteSettings(Utf8JsonWriter json, int trial)
    {
        json.WriteStartObject("settings");
        foreach ((string name, string value) in _trialOf(trial).Settings)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    private void Train(Step step, int threads, CancellationToken cancellationToken)
    {
        using FolderLock held = step.Held!;
        TrialResult result = TrainingOf(step.Trial, threads).Run(step.Rung, _halving.Rungs[step.Rung], cancellationToken) with
        {
            Worker = _worker,
        };
        _journal.Hold(
            (lines, add) =>
            {
                add(json =>
                {
                    json.WriteString(SearchLines.Kind, SearchLines.Result);
                    result.WriteFields(json);
                    result.WriteCircumstances(json);
                });
                // Before anybody else can decide to go on with it.
                held.Dispose();
                DropStates(ProgressOf(lines));
                return true;
            },
            cancellationToken: CancellationToken.None);
    }

    private void Finish(Step step, int threads, CancellationToken cancellationToken)
    {
        using FolderLock held = step.Held!;
        (SearchOutcome outcome, SentenceClassifier model) = TrainingOf(step.Trial, threads).Finish(cancellationToken);
        model.Save(Path.Combine(_folder, ModelName), overwrite: true);
        _journal.Hold(
            (lines, add) =>
            {
                byte[] results = Encoding.UTF8.GetBytes(string.Concat(
                    ProgressOf(lines).Results.OrderBy(result => result.Trial).ThenBy(result => result.Rung)
                        .Select(result => LineOf(result) + "\n")));
                DurableFile.Replace(Path.Combine(_folder, ResultsName), stream => stream.Write(results));
                add(json =>
                {
                    json.WriteString(SearchLines.Kind, SearchLines.Outcome);
                    outcome.WriteFields(json);
                });
                held.Dispose();
                WorkJournal.RemoveState(Path.Combine(_folder, TrialsName));
                return true;
            },
            CancellationToken.None);
    }

    private string LineOf(TrialResult result) => JsonLine.Of(json =>
    {
        result.WriteFields(json);
        WriteSettings(json, result.Trial);
    });

    private TrialTraining TrainingOf(int trial, int threads) => new(
        _trialOf(trial) with { Number = trial }, _rows, _halving.Rungs[^1], Path.Combine(FolderOf(trial), StateName), threads);

    // A state that is missed after all would only be trained again.
    private void DropStates(SearchProgress progress)
    {
        foreach (int trial in _halving.Dropped(progress.Scores, progress.Begun))
            WorkJournal.RemoveState(FolderOf(trial));
    }

    private string FolderOf(int trial) => Path.Combine(_folder, TrialsName, FormattableString.Invariant($"{trial:D4}"));

    private enum StepKind
    {
        Train,
        Finish,
        Wait,
        Done,
    }

    private readonly record struct Step(StepKind Kind, int Trial = 0, int Rung = 0, FolderLock? Held = null);
}
