using System.Diagnostics;
using Unroll.Batches;
using Unroll.Evaluation;
using Unroll.Numerics;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>The training loop: batches, forward, loss, backward, update; epoch by epoch.</summary>
internal sealed class Trainer(Network network, Parameters parameters, TrainingOptions options, TorchGenerator generator)
{
    private const int EvaluationBatchSize = 64;

    private readonly Parameters _gradients = parameters.ZerosLike();
    private readonly ForwardState _state = new();
    private readonly Batch _batch = new();

    /// <summary>Trains for all epochs. When it is cancelled, the parameters are those after the last whole epoch.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public IReadOnlyList<EpochReport> Run(
        EncodedTexts train, EncodedTexts? dev, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var reports = new List<EpochReport>();
        Parameters lastEpoch = parameters.Clone();
        long started = Stopwatch.GetTimestamp();
        for (int epoch = 1; epoch <= options.Epochs; epoch++)
        {
            try
            {
                reports.Add(RunEpoch(epoch, train, dev, progress, started, cancellationToken));
            }
            catch (Exception e) when (e is OperationCanceledException or TrainingDivergedException)
            {
                lastEpoch.Values.CopyTo(parameters.Values);
                throw;
            }
            parameters.Values.CopyTo(lastEpoch.Values);
        }
        return reports;
    }

    /// <summary>One step on one batch: forward, loss, backward, update.</summary>
    /// <returns>The mean loss of the batch before the update.</returns>
    public double Step(Batch batch)
    {
        network.Forward(parameters, batch, _state);
        double loss = Network.Loss(batch, _state);
        _gradients.Values.Clear();
        network.Backward(parameters, _gradients, batch, _state);
        Sgd.Step(options.LearningRate, _gradients.Values, parameters.Values);
        return loss;
    }

    /// <summary>Loss and accuracy on labelled texts; nothing is changed.</summary>
    public EvaluationResult Evaluate(EncodedTexts texts)
    {
        double loss = 0;
        int right = 0;
        foreach (int[] rows in BatchOrder.InOrder(texts.Count, EvaluationBatchSize))
        {
            _batch.Fill(texts, rows);
            network.Forward(parameters, _batch, _state);
            loss += Network.Loss(_batch, _state) * rows.Length;
            int classes = _state.Logits.Length / rows.Length;
            for (int b = 0; b < rows.Length; b++)
            {
                if (Argmax.Of(_state.Logits.Slice(b * classes, classes)) == _batch.Labels[b])
                    right++;
            }
        }
        return new EvaluationResult(texts.Count, loss / texts.Count, (double)right / texts.Count);
    }

    private EpochReport RunEpoch(
        int epoch, EncodedTexts train, EncodedTexts? dev, IProgress<TrainingProgress>? progress, long started,
        CancellationToken cancellationToken)
    {
        long epochStarted = Stopwatch.GetTimestamp();
        double total = 0;
        int rowsDone = 0;
        int tokensDone = 0;
        IReadOnlyList<int[]> order = options.Shuffle
            ? BatchOrder.Shuffled(train, options.BatchSize, generator)
            : BatchOrder.InOrder(train.Count, options.BatchSize);
        foreach (int[] rows in order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _batch.Fill(train, rows);
            double loss = Step(_batch);
            if (!double.IsFinite(loss))
            {
                throw new TrainingDivergedException(
                    $"epoch {epoch}, row {rowsDone + 1} of {train.Count}: the loss became {loss}; try a smaller --lr (it is {options.LearningRate})");
            }
            total += loss * rows.Length;
            rowsDone += rows.Length;
            tokensDone += _batch.TokenCount;
            if (rowsDone < train.Count)
                progress?.Report(At(epoch, null));
        }
        double trainSeconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
        EvaluationResult? onDev = dev is null ? null : Evaluate(dev);
        var report = new EpochReport(
            epoch, total / rowsDone, onDev?.Loss, onDev?.Accuracy, options.LearningRate, trainSeconds, tokensDone / trainSeconds);
        progress?.Report(At(epoch, report));
        return report;

        TrainingProgress At(int epoch, EpochReport? finished)
        {
            double done = epoch - 1 + (double)rowsDone / train.Count;
            TimeSpan remaining = Stopwatch.GetElapsedTime(started) * ((options.Epochs - done) / done);
            double seconds = Stopwatch.GetElapsedTime(epochStarted).TotalSeconds;
            return new TrainingProgress(
                epoch, options.Epochs, rowsDone, train.Count, total / rowsDone, tokensDone / seconds, remaining, finished);
        }
    }
}
