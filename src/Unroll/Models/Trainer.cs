using System.Diagnostics;
using Unroll.Batches;
using Unroll.Evaluation;
using Unroll.Numerics;
using Unroll.Threading;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>The training loop: batches, steps, reports; epoch by epoch, until the last or until dev rows say enough.</summary>
internal sealed class Trainer
{
    private readonly SentenceClassifier _classifier;
    private readonly TrainingOptions _options;
    private readonly TorchGenerator _generator;
    private readonly Evaluator _evaluator;
    private readonly TrainingStep _step;
    private readonly EncodedTexts _train;
    private readonly EncodedTexts? _dev;
    private readonly Parameters _kept;
    private readonly TrainingCheckpoint? _checkpoint;
    private readonly JacobianNorms? _jacobians;
    private readonly int _epochs;
    private readonly long _totalSteps;
    private TrainingPosition _position = new();

    public Trainer(
        SentenceClassifier classifier, TrainingOptions options, TorchGenerator generator, WorkerPool pool, EncodedTexts train,
        EncodedTexts? dev)
    {
        options = Settled(train, options, classifier);
        (_classifier, _options, _generator, _train, _dev) = (classifier, options, generator, train, dev);
        _evaluator = new Evaluator(classifier, pool);
        _step = new TrainingStep(classifier.Network, classifier.Parameters, classifier.Vocabulary.Size, options, pool);
        _kept = classifier.Parameters.Clone();
        _epochs = options.Epochs ?? TrainingOptions.EpochsFor(train.TokenCount);
        _totalSteps = (long)_epochs * BatchOrder.BatchCount(train.Count, options.BatchSize);
        if (options.Checkpoint is { } checkpoint)
            _checkpoint = new TrainingCheckpoint(checkpoint, _step, _kept, TrainingCheckpoint.RunHash(classifier, options, train, dev));
        if (options.GradientFlow is not null)
            _jacobians = new JacobianNorms(classifier.Network, train, pool);
    }

    /// <summary>
    /// Trains to the end. The parameters are then those of the best epoch on the dev rows, or of the last one without dev rows;
    /// also when it is cancelled, when a checkpoint says how to go on from the very step.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public IReadOnlyList<EpochReport> Run(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        if (_checkpoint?.Restore() is { } position)
        {
            _position = position;
            _classifier.Network.Pack(_classifier.Parameters);
            if (position.GeneratorAtEpoch is { } generator)
                _generator.RestoreState(generator);
        }
        try
        {
            while (!_position.Finished)
                RunEpoch(progress, cancellationToken);
            _checkpoint?.Write(_position);
        }
        catch (OperationCanceledException)
        {
            _checkpoint?.Write(_position);
            throw;
        }
        finally
        {
            _kept.Values.CopyTo(_classifier.Parameters.Values);
            _classifier.Network.Pack(_classifier.Parameters);
        }
        return _position.Reports;
    }

    /// <summary>The options with the class weights that they ask for and the adversarial step that suits the model.</summary>
    public static TrainingOptions Settled(EncodedTexts train, TrainingOptions options, SentenceClassifier classifier) => options with
    {
        ClassWeights = options.BalancedClasses ? train.BalancedWeights(classifier.Config.Classes) : options.ClassWeights,
        Adversarial = options.Adversarial ?? TrainingOptions.AdversarialFor(classifier.Config.Embedding, classifier.Config.Tokens.Kind),
    };

    private void RunEpoch(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        TrainingPosition at = _position;
        long started = Stopwatch.GetTimestamp();
        double secondsBefore = at.Seconds;
        at.GeneratorAtEpoch ??= _generator.SaveState();
        IReadOnlyList<int[]> order = _options.Shuffle
            ? BatchOrder.Shuffled(_train, _options.BatchSize, _generator)
            : BatchOrder.InOrder(_train.Count, _options.BatchSize);
        float learningRate = _options.LearningRate;
        while (at.StepsInEpoch < order.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            learningRate = (float)(_options.LearningRate * _options.Schedule.Factor(at.Steps, _totalSteps));
            RunStep(order[at.StepsInEpoch], learningRate);
            at.Seconds = secondsBefore + Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (at.StepsInEpoch == order.Count)
                break;
            progress?.Report(Progress(null));
            _checkpoint?.WriteIfDue(at);
        }
        EpochReport report = Report(order.Count, learningRate);
        if (report.IsBest)
            _classifier.Parameters.Values.CopyTo(_kept.Values);
        TrainingProgress finished = Progress(report);
        _options.GradientFlow?.Report(at.GradientFlow.Mean(at.Epoch, RecurrentSpectrum.Of(_classifier.Network), _jacobians!));
        at.Reports.Add(report);
        at.NextEpoch();
        at.GeneratorAtEpoch = _generator.SaveState();
        at.Finished = at.Epoch > _epochs || report.Epoch - at.Best!.Epoch >= _options.Patience;
        progress?.Report(finished);
        if (!at.Finished)
            _checkpoint?.WriteIfDue(at);
    }

    private void RunStep(int[] rows, float learningRate)
    {
        TrainingPosition at = _position;
        bool sampled = _options.GradientFlow is not null && at.StepsInEpoch % GradientFlowSums.EverySteps == 0;
        StepResult step = _step.Run(_train, rows, learningRate, sampled ? at.GradientFlow : null);
        at.Steps++;
        if (!double.IsFinite(step.Loss) || !double.IsFinite(step.GradientNorm))
            throw Diverged(step.Loss, step.GradientNorm);
        at.StepsInEpoch++;
        at.LossSum += step.Loss * rows.Length;
        at.NormSum += step.GradientNorm;
        at.Clipped += step.Clipped ? 1 : 0;
        at.Rows += rows.Length;
        foreach (int row in rows)
            at.Tokens += _train.LengthOf(row);
    }

    private TrainingDivergedException Diverged(double loss, double norm) => new(FormattableString.Invariant(
        $"epoch {_position.Epoch}, step {_position.Steps}: the loss became {loss} (gradient norm {norm:G3}); try a smaller --lr (it is {_options.LearningRate}) or --clip 1"));

    private EpochReport Report(int steps, float learningRate)
    {
        TrainingPosition at = _position;
        EvaluationResult? onDev = _dev is null ? null : _evaluator.Evaluate(_dev);
        // The last update of the epoch is the one whose loss no step has seen.
        if (!double.IsFinite(onDev?.Loss ?? SumOfSquares()))
            throw Diverged(onDev?.Loss ?? double.NaN, at.NormSum / steps);
        var report = new EpochReport(
            at.Epoch, at.LossSum / at.Rows, onDev?.Loss, onDev?.Accuracy, onDev?.MacroF1, learningRate, at.NormSum / steps,
            (double)at.Clipped / steps, at.Seconds, at.Tokens / at.Seconds, IsBest: true);
        return report with { IsBest = at.Best is not { } best || _dev is null || Score(report) > Score(best) };
    }

    private unsafe double SumOfSquares() =>
        _classifier.Network.Kernels.SumOfSquares(_classifier.Parameters.Length, _classifier.Parameters.Pointer);

    private double Score(EpochReport report) => _options.Best switch
    {
        DevMeasure.Loss => -report.DevLoss!.Value,
        DevMeasure.Accuracy => report.DevAccuracy!.Value,
        _ => report.DevMacroF1!.Value,
    };

    private TrainingProgress Progress(EpochReport? finished)
    {
        TrainingPosition at = _position;
        double done = (double)at.Rows / _train.Count;
        double seconds = at.Seconds + at.Reports.Sum(report => report.TrainSeconds);
        var remaining = TimeSpan.FromSeconds(seconds * (_epochs - (at.Epoch - 1 + done)) / (at.Epoch - 1 + done));
        return new TrainingProgress(
            at.Epoch, _epochs, at.Rows, _train.Count, at.LossSum / at.Rows, at.Tokens / at.Seconds, remaining, finished);
    }
}
