using System.Diagnostics;
using Unroll.Batches;
using Unroll.Evaluation;
using Unroll.Numerics;
using Unroll.Threading;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>The training loop: batches, steps, reports; epoch by epoch.</summary>
internal sealed class Trainer(
    SentenceClassifier classifier, TrainingOptions options, TorchGenerator generator, WorkerPool pool)
{
    private readonly TrainingStep _step = new(
        classifier.Network, classifier.Parameters, classifier.Vocabulary.Size, options, pool);

    private long _steps;
    private long _totalSteps;

    /// <summary>Trains for all epochs. When it is cancelled, the parameters are those after the last whole epoch.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public IReadOnlyList<EpochReport> Run(
        EncodedTexts train, EncodedTexts? dev, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var reports = new List<EpochReport>();
        Parameters lastEpoch = classifier.Parameters.Clone();
        _totalSteps = (long)options.Epochs * ((train.Count + options.BatchSize - 1) / options.BatchSize);
        long started = Stopwatch.GetTimestamp();
        for (int epoch = 1; epoch <= options.Epochs; epoch++)
        {
            try
            {
                reports.Add(RunEpoch(epoch, train, dev, progress, started, cancellationToken));
            }
            catch (Exception e) when (e is OperationCanceledException or TrainingDivergedException)
            {
                lastEpoch.Values.CopyTo(classifier.Parameters.Values);
                classifier.Network.Pack(classifier.Parameters);
                throw;
            }
            classifier.Parameters.Values.CopyTo(lastEpoch.Values);
        }
        return reports;
    }

    private EpochReport RunEpoch(
        int epoch, EncodedTexts train, EncodedTexts? dev, IProgress<TrainingProgress>? progress, long started,
        CancellationToken cancellationToken)
    {
        long epochStarted = Stopwatch.GetTimestamp();
        double total = 0;
        double normSum = 0;
        int rowsDone = 0;
        int clipped = 0;
        long tokensDone = 0;
        float learningRate = options.LearningRate;
        IReadOnlyList<int[]> order = options.Shuffle
            ? BatchOrder.Shuffled(train, options.BatchSize, generator)
            : BatchOrder.InOrder(train.Count, options.BatchSize);
        foreach (int[] rows in order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            learningRate = (float)(options.LearningRate * options.Schedule.Factor(_steps++, _totalSteps));
            StepResult step = _step.Run(train, rows, learningRate);
            if (!double.IsFinite(step.Loss))
            {
                throw new TrainingDivergedException(
                    $"epoch {epoch}, step {_steps}: the loss became {step.Loss} (gradient norm {step.GradientNorm:G3}); try a smaller --lr (it is {options.LearningRate}) or --clip 1");
            }
            total += step.Loss * rows.Length;
            normSum += step.GradientNorm;
            clipped += step.Clipped ? 1 : 0;
            rowsDone += rows.Length;
            foreach (int row in rows)
                tokensDone += train.LengthOf(row);
            if (rowsDone < train.Count)
                progress?.Report(At(null));
        }
        double trainSeconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
        EvaluationResult? onDev = dev is null ? null : classifier.Evaluate(dev, pool);
        var report = new EpochReport(
            epoch, total / rowsDone, onDev?.Loss, onDev?.Accuracy, learningRate, normSum / order.Count,
            (double)clipped / order.Count, trainSeconds, tokensDone / trainSeconds);
        progress?.Report(At(report));
        return report;

        TrainingProgress At(EpochReport? finished)
        {
            double done = epoch - 1 + (double)rowsDone / train.Count;
            TimeSpan remaining = Stopwatch.GetElapsedTime(started) * ((options.Epochs - done) / done);
            double seconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
            return new TrainingProgress(
                epoch, options.Epochs, rowsDone, train.Count, total / rowsDone, tokensDone / seconds, remaining, finished);
        }
    }
}
