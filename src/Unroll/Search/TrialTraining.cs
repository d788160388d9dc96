using System.Diagnostics;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Training;

namespace Unroll.Search;

/// <summary>Trains a trial up to a rung, from where it stands in its checkpoint.</summary>
/// <param name="trial">The trial.</param>
/// <param name="rows">The rows.</param>
/// <param name="epochs">The epochs of a whole training: schedules go by them at every rung.</param>
/// <param name="state">The file of its checkpoint.</param>
/// <param name="threads">How many threads train.</param>
internal sealed class TrialTraining(SearchTrial trial, SearchRows rows, int epochs, string state, int threads)
{
    private readonly TrainingOptions _options = trial.Options with
    {
        Epochs = epochs,
        Threads = threads,
        GradientFlow = null,
        Checkpoint = new CheckpointOptions(state) { Resume = true },
    };

    /// <summary>Trains up to a rung and measures on the dev rows.</summary>
    /// <param name="rung">Which rung.</param>
    /// <param name="until">The epochs of that rung.</param>
    /// <param name="cancellationToken">Stops it between two steps; it goes on from there.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public TrialResult Run(int rung, int until, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        TrialResult result;
        try
        {
            result = until < epochs ? Part(rung, until, cancellationToken) : Whole(rung, cancellationToken);
        }
        catch (TrainingDivergedException e)
        {
            result = new TrialResult(trial.Number, rung, until) { Failure = e.Message };
        }
        return result with
        {
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
            Ended = DateTimeOffset.UtcNow,
        };
    }

    /// <summary>Makes the model of a trial that was trained to the end, and measures it on the rows that no trial saw.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How it ended, and the model.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public (SearchOutcome Outcome, SentenceClassifier Model) Finish(CancellationToken cancellationToken)
    {
        ClassifierTraining training = Prepared(leavesDevRows: false, cancellationToken);
        training.Finish(training.Fit(cancellationToken: cancellationToken), cancellationToken: cancellationToken);
        IReadOnlyList<int> testRows = rows.TestRows ?? [.. Enumerable.Range(0, rows.Test.Count)];
        EvaluationResult test = training.Measure(rows.Test, testRows).Model;
        return (new SearchOutcome(trial.Number, test.Rows, test.Accuracy, test.MacroF1, test.Loss), training.Classifier);
    }

    private TrialResult Part(int rung, int until, CancellationToken cancellationToken)
    {
        ClassifierTraining training = Prepared(leavesDevRows: true, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A worker that ended behind its last step and before it told the result leaves nothing to train.
        if (TrainingCheckpoint.ReportsIn(state).Count >= until)
            end.Cancel();
        var watch = new EpochWatch(until, end);
        IReadOnlyList<EpochReport> reports;
        try
        {
            // It ends by itself where patience does.
            reports = training.Fit(watch, end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reports = TrainingCheckpoint.ReportsIn(state);
        }
        EpochReport kept = reports.Last(report => report.IsBest);
        return ResultOf(rung, reports, kept.DevLoss!.Value, kept.DevAccuracy!.Value, kept.DevMacroF1!.Value);
    }

    private TrialResult Whole(int rung, CancellationToken cancellationToken)
    {
        ClassifierTraining training = Prepared(leavesDevRows: true, cancellationToken);
        IReadOnlyList<EpochReport> reports = training.Fit(cancellationToken: cancellationToken);
        EvaluationResult dev = training.Finish(reports, cancellationToken: cancellationToken).Dev!;
        return ResultOf(rung, reports, dev.Loss, dev.Accuracy, dev.MacroF1);
    }

    private ClassifierTraining Prepared(bool leavesDevRows, CancellationToken cancellationToken)
    {
        var training = new ClassifierTraining(rows.Split, _options)
        {
            LeavesDevRows = leavesDevRows,
            RequiresEmbedding = trial.RequiresEmbedding,
        };
        training.Prepare(cancellationToken);
        return training;
    }

    private TrialResult ResultOf(
        int rung, IReadOnlyList<EpochReport> reports, double loss, double accuracy, double macroF1) =>
        new(trial.Number, rung, reports.Count)
        {
            Score = Measure(loss, accuracy, macroF1),
            DevLoss = loss,
            DevAccuracy = accuracy,
            DevMacroF1 = macroF1,
            Curve =
            [
                .. reports.Select(
                    report => Measure(report.DevLoss!.Value, report.DevAccuracy!.Value, report.DevMacroF1!.Value)),
            ],
        };

    private double Measure(double loss, double accuracy, double macroF1) => _options.Best switch
    {
        DevMeasure.Loss => -loss,
        DevMeasure.Accuracy => accuracy,
        DevMeasure.F1 => macroF1,
        _ => throw new InvalidOperationException($"no measure {_options.Best}"),
    };

    // Told on the training thread, so that the training stops before the next step.
    private sealed class EpochWatch(int until, CancellationTokenSource end) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Finished?.Epoch >= until)
                end.Cancel();
        }
    }
}
