using System.Diagnostics;
using Unroll.Engine.Batches;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Evaluation;

namespace Unroll.Training;

/// <summary>The training loop: batches, steps, reports; epoch by epoch, until the last or until dev rows say enough.</summary>
internal sealed class Trainer
{
    private const double MostSecondsLeft = 3e9;
    private const int MostRowsToJudge = 1000;

    // An adversarial step defends what was learned; before there is something it only keeps the network from learning. So it
    // begins when the loss of the last twenty steps or so is below this share of the loss of knowing the classes alone, and ends
    // where it rises to the other.
    private const double Memory = 0.95;
    private const double LearnedAt = 0.9;
    private const double ForgottenAt = 0.98;

    private readonly Network _network;
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
    private readonly double _chance;
    private readonly int _stretch;
    private TrainingPosition _position = new();

    /// <summary>Makes ready to train a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">Resolved settings.</param>
    /// <param name="unknownId">The id of unknown words; null for a closed vocabulary.</param>
    /// <param name="generator">Where the order of rows comes from.</param>
    /// <param name="pool">The threads that compute.</param>
    /// <param name="train">Rows to train on.</param>
    /// <param name="dev">Rows to measure on; null for none.</param>
    /// <param name="model">What tells this model from others: a checkpoint of another one is refused.</param>
    public Trainer(
        Network network, TrainingOptions options, int? unknownId, TorchGenerator generator, WorkerPool pool, EncodedTexts train,
        EncodedTexts? dev, ReadOnlyMemory<byte> model)
    {
        (_network, _options, _generator, _train, _dev) = (network, options, generator, train, dev);
        _evaluator = new Evaluator(network, pool);
        _step = new TrainingStep(network, options.ToStepSettings(unknownId), pool);
        _kept = network.Parameters.Clone();
        int batches = BatchOrder.BatchCount(train.Count, options.BatchSize);
        _epochs = options.Epochs ?? TrainingOptions.EpochsFor(train.TokenCount, batches);
        _totalSteps = (long)_epochs * batches;
        _chance = train.LossOfChance(network.Config.Classes, options.ClassWeights);
        _stretch = options.StretchTokens > 0 && options.TruncateSteps is null ? options.StretchTokens : int.MaxValue;
        if (options.Checkpoint is { } checkpoint)
            _checkpoint = new TrainingCheckpoint(
                checkpoint, _step, _kept, TrainingCheckpoint.RunHash(model.Span, options, train, dev));
        if (options.GradientFlow is not null)
            _jacobians = new JacobianNorms(network, train, pool);
    }

    /// <summary>
    /// Trains to the end. The parameters are then those of the best epoch on the dev rows, or of the last one without dev rows;
    /// also when it is cancelled, when a checkpoint says how to go on from the very step.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    public IReadOnlyList<EpochReport> Run(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        if (_checkpoint?.Restore() is { } position)
        {
            if (position.FaultIn(_epochs, BatchOrder.BatchCount(_train.Count, _options.BatchSize), _train.Count, _dev is not null)
                is { } fault)
            {
                throw TrainingCheckpoint.Damaged(_options.Checkpoint!.Path, fault);
            }
            _position = position;
            _network.Pack();
            if (position.GeneratorAtEpoch is { } generator)
                _generator.RestoreState(generator);
        }
        try
        {
            while (!_position.Finished)
                RunEpoch(progress, cancellationToken);
            RequireSound();
            _checkpoint?.Write(_position);
        }
        catch (OperationCanceledException)
        {
            _checkpoint?.Write(_position);
            throw;
        }
        finally
        {
            _network.Parameters.CopyFrom(_kept.Values);
            _network.Pack();
        }
        return _position.Reports;
    }

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
            _kept.CopyFrom(_network.Parameters.Values);
        TrainingProgress finished = Progress(report);
        ReportGradientFlow(at);
        at.Reports.Add(report);
        at.NextEpoch();
        at.GeneratorAtEpoch = _generator.SaveState();
        at.Finished = at.Epoch > _epochs || report.Epoch - at.Best!.Epoch >= _options.Patience;
        progress?.Report(finished);
        if (LossExplosion.IsHopeless(report, Classes) && LossExplosion.IsIn(at.Best!, Classes))
            throw LossExplosion.Error(report, Classes, at.Steps, _options);
        if (!at.Finished)
            _checkpoint?.WriteIfDue(at);
    }

    private int Classes => _network.Config.Classes;

    // Without dev rows the kept parameters are the last ones: those that are measured here.
    private void RequireSound()
    {
        EpochReport best = _position.Best!;
        if (LossExplosion.IsIn(best, Classes) && (_dev is not null || LossExplosion.IsExploded(LossOnTrainingRows(), Classes)))
            throw LossExplosion.Error(best, Classes, _position.Steps, _options);
    }

    private double LossOnTrainingRows()
    {
        var scoring = new Scoring(Classes, temperature: 1);
        _evaluator.ForEach(
            _train, null, Math.Min(_train.Count, MostRowsToJudge), (row, logits) => scoring.Add(logits, _train.LabelOf(row)));
        return scoring.Result.Loss;
    }

    private void RunStep(int[] rows, float learningRate)
    {
        TrainingPosition at = _position;
        bool sampled = _options.GradientFlow is not null && at.StepsInEpoch % GradientFlowSums.EverySteps == 0;
        _step.TakesAdversarialSteps = at.Defends;
        StepResult step = _step.Run(_train, rows, learningRate, sampled ? at.GradientFlow : null);
        at.Steps++;
        if (!double.IsFinite(step.Loss) || !double.IsFinite(step.GradientNorm))
            throw Diverged(step.Loss, step.GradientNorm);
        at.StepsInEpoch++;
        at.RecentLoss = Memory * (at.RecentLoss ?? _chance) + (1 - Memory) * step.Loss;
        at.Defends = at.RecentLoss < (at.Defends ? ForgottenAt : LearnedAt) * _chance;
        at.LossSum += step.Loss * rows.Length;
        at.NormSum += step.GradientNorm;
        at.Clipped += step.Clipped ? 1 : 0;
        at.Rows += rows.Length;
        foreach (int row in rows)
            at.Tokens += Math.Min(_train.LengthOf(row), _stretch);
    }

    private TrainingDivergedException Diverged(double loss, double norm)
    {
        string found = double.IsFinite(loss)
            ? FormattableString.Invariant($"the gradient's norm became {norm} (the loss is {loss:G3})")
            : FormattableString.Invariant($"the loss became {loss} (gradient norm {norm:G3})");
        return new(
            FormattableString.Invariant($"epoch {_position.Epoch}, step {_position.Steps}: {found}; ")
            + LossExplosion.Advice(_options));
    }

    private EpochReport Report(int steps, float learningRate)
    {
        TrainingPosition at = _position;
        _step.CatchUp();
        EvaluationResult? onDev = _dev is null ? null : _evaluator.Evaluate(_dev);
        // The last update of the epoch is the one whose loss no step has seen.
        if (!double.IsFinite(onDev?.Loss ?? _network.SumOfSquares()))
            throw Diverged(onDev?.Loss ?? double.NaN, at.NormSum / steps);
        var report = new EpochReport(
            at.Epoch, at.LossSum / at.Rows, onDev?.Loss, onDev?.Accuracy, onDev?.MacroF1, learningRate, at.NormSum / steps,
            (double)at.Clipped / steps, at.Seconds, at.Tokens / at.Seconds, IsBest: true);
        return report with { IsBest = at.Best is not { } best || _dev is null || Score(report) > Score(best) };
    }

    private void ReportGradientFlow(TrainingPosition at)
    {
        if (_options.GradientFlow is null)
            return;
        var spectrum = RecurrentSpectrum.Of(_network);
        GradientFlowSums sums = at.GradientFlow;
        _options.GradientFlow.Report(new GradientFlow(
            at.Epoch, sums.Samples, sums.MeansByDistance, sums.MeansByStep, spectrum.Norm, spectrum.Radius, _jacobians!.Sentences,
            _jacobians.Measure()));
    }

    private double Score(EpochReport report) => _options.Best switch
    {
        DevMeasure.Loss => -report.DevLoss!.Value,
        DevMeasure.Accuracy => report.DevAccuracy!.Value,
        DevMeasure.F1 => report.DevMacroF1!.Value,
        _ => throw new InvalidOperationException($"no measure {_options.Best}"),
    };

    private TrainingProgress Progress(EpochReport? finished)
    {
        TrainingPosition at = _position;
        double done = (double)at.Rows / _train.Count;
        double seconds = at.Seconds + at.Reports.Sum(report => report.TrainSeconds);
        double left = seconds * (_epochs - (at.Epoch - 1 + done)) / (at.Epoch - 1 + done);
        var remaining = TimeSpan.FromSeconds(Math.Clamp(left, 0, MostSecondsLeft));
        return new TrainingProgress(
            at.Epoch, _epochs, at.Rows, _train.Count, at.LossSum / at.Rows, at.Tokens / at.Seconds, remaining, finished);
    }
}
