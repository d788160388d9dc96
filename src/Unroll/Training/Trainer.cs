using System.Diagnostics;
using Unroll.Engine.Batches;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Evaluation;

namespace Unroll.Training;

/// <summary>
/// The training loop: batches, steps, reports; epoch by epoch, until the last or until dev rows say enough. Several networks
/// learn side by side, a step each in turn, and dev rows measure what they say together.
/// </summary>
internal sealed class Trainer
{
    private const double MostSecondsLeft = 3e9;
    private const int MostRowsToJudge = 1000;

    private readonly IReadOnlyList<Network> _networks;
    private readonly TrainingOptions _options;
    private readonly Evaluator _evaluator;
    private readonly NetworkTraining[] _trainings;
    private readonly EncodedTexts _train;
    private readonly EncodedTexts? _dev;
    private readonly TrainingCheckpoint? _checkpoint;
    private readonly TrainingRanks? _ranks;
    private readonly bool _measuresFlow;
    private readonly JacobianNorms? _jacobians;
    private readonly int _epochs;
    private readonly long _totalSteps;
    private readonly int _steps;
    private readonly int _stretch;
    private TrainingPosition _position;

    /// <summary>Makes ready to train a model's networks.</summary>
    /// <param name="networks">The networks, at least one, of the same sizes.</param>
    /// <param name="options">Resolved settings.</param>
    /// <param name="unknownId">The id of unknown words; null for a closed vocabulary.</param>
    /// <param name="generators">Where the order of rows comes from, for each network.</param>
    /// <param name="pool">The threads that compute.</param>
    /// <param name="train">Rows to train on.</param>
    /// <param name="dev">Rows to measure on; null for none.</param>
    /// <param name="model">What tells this model from others: a checkpoint of another one is refused.</param>
    public Trainer(
        IReadOnlyList<Network> networks, TrainingOptions options, int? unknownId, IReadOnlyList<TorchGenerator> generators,
        WorkerPool pool, EncodedTexts train, EncodedTexts? dev, ReadOnlyMemory<byte> model)
    {
        (_networks, _options, _train, _dev) = (networks, options, train, dev);
        _evaluator = new Evaluator(networks, Classes, pool, communicator: options.Communicator);
        double chance = train.LossOfChance(Classes, options.ClassWeights);
        _trainings =
        [
            .. networks.Select((network, k) => new NetworkTraining(
                network, options.ToStepSettings(unknownId, train.Sets, k), options, generators[k], pool, train, chance)),
        ];
        _position = new TrainingPosition { Networks = [.. networks.Select(_ => new NetworkPosition())] };
        _steps = BatchOrder.BatchCount(train.Count, options.BatchSize);
        _epochs = options.Epochs ?? TrainingOptions.EpochsFor(train.TokenCount, _steps);
        _totalSteps = (long)_epochs * _steps;
        _stretch = options.StretchTokens > 0 && options.TruncateSteps is null ? options.StretchTokens : int.MaxValue;
        var agreement = RankAgreement.Of(options.Communicator);
        string run = options.Checkpoint is not null || agreement is not null
            ? TrainingCheckpoint.RunHash(model.Span, options, train, dev)
            : "";
        if (agreement is not null)
            _ranks = new TrainingRanks(agreement, run, options, networks);
        _measuresFlow = _ranks?.MeasuresFlow ?? options.GradientFlow is not null;
        if (options.Checkpoint is { } checkpoint)
            _checkpoint = new TrainingCheckpoint(checkpoint, _trainings, run, agreement);
        if (options.GradientFlow is not null && JacobianNorms.CanMeasure(networks[0]))
            _jacobians = new JacobianNorms(networks[0], train, pool);
    }

    /// <summary>Pulls parameters towards what they were, after every step; null for nothing.</summary>
    public ParameterPull? Pull { get; init; }

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
            if (position.FaultIn(_epochs, _steps, _train.Count, _dev is not null, _networks.Count) is { } fault)
                throw TrainingCheckpoint.Damaged(_options.Checkpoint!.Path, fault);
            _position = position;
            ForEach((training, at) => training.Restore(at));
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
            ForEach((training, _) => training.TakeKept());
        }
        return _position.Reports;
    }

    private void ForEach(Action<NetworkTraining, NetworkPosition> action)
    {
        for (int k = 0; k < _trainings.Length; k++)
            action(_trainings[k], _position.Networks[k]);
    }

    private void RunEpoch(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        TrainingPosition at = _position;
        long started = Stopwatch.GetTimestamp();
        double secondsBefore = at.Seconds;
        ForEach((training, network) => training.BeginEpoch(network));
        float learningRate = _options.LearningRate;
        while (at.StepsInEpoch < _steps)
        {
            ThrowIfCancelled(cancellationToken);
            learningRate = (float)(_options.LearningRate * _options.Schedule.Factor(at.Steps, _totalSteps));
            RunStep(learningRate);
            at.Seconds = secondsBefore + Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (at.StepsInEpoch == _steps)
                break;
            progress?.Report(Progress(null));
            _checkpoint?.WriteIfDue(at);
        }
        EpochReport report = Report(learningRate);
        if (report.IsBest)
            ForEach((training, _) => training.Keep());
        TrainingProgress finished = Progress(report);
        ReportGradientFlow(at);
        at.Reports.Add(report);
        at.NextEpoch();
        ForEach((training, network) => training.EndEpoch(network));
        at.Finished = at.Epoch > _epochs || report.Epoch - at.Best!.Epoch >= _options.Patience;
        progress?.Report(finished);
        if (LossExplosion.IsHopeless(report, Choices) && LossExplosion.IsIn(at.Best!, Choices))
            throw LossExplosion.Error(report, Choices, at.Steps, _options);
        if (!at.Finished)
            _checkpoint?.WriteIfDue(at);
    }

    // Ranks stop all at the same step.
    private void ThrowIfCancelled(CancellationToken cancellationToken)
    {
        if (_ranks is null)
            cancellationToken.ThrowIfCancellationRequested();
        else if (_ranks.AreCancelled(cancellationToken))
            throw new OperationCanceledException(cancellationToken);
    }

    private int Classes => _networks[0].Config.Classes;

    // Among how many answers a guess is made.
    private int Choices => _train.Sets is null ? Classes : 2;

    // Without dev rows the kept parameters are the last ones: those that are measured here.
    private void RequireSound()
    {
        EpochReport best = _position.Best!;
        if (LossExplosion.IsIn(best, Choices) && (_dev is not null || LossExplosion.IsExploded(LossOnTrainingRows(), Choices)))
            throw LossExplosion.Error(best, Choices, _position.Steps, _options);
    }

    private double LossOnTrainingRows()
    {
        var scoring = new Scoring(Classes, temperature: 1, decision: LabelDecision.Of(_train));
        _evaluator.ForEach(
            _train, null, Math.Min(_train.Count, MostRowsToJudge), (row, logits) => scoring.Add(logits, _train.LabelOf(row)));
        return scoring.Result.Loss;
    }

    // Loss and norm are means over the networks.
    private void RunStep(float learningRate)
    {
        TrainingPosition at = _position;
        int batch = at.StepsInEpoch;
        bool sampled = _measuresFlow && batch % GradientFlowSums.EverySteps == 0;
        at.Steps++;
        for (int k = 0; k < _trainings.Length; k++)
        {
            StepResult step = _trainings[k].Run(
                at.Networks[k], batch, learningRate, sampled && k == 0 ? at.GradientFlow : null);
            if (!double.IsFinite(step.Loss) || !double.IsFinite(step.GradientNorm))
                throw Diverged(step.Loss, step.GradientNorm);
            Pull?.Apply(k, _networks[k], learningRate);
            int[] rows = _trainings[k].RowsOf(batch);
            at.LossSum += step.Loss * rows.Length / _trainings.Length;
            at.NormSum += step.GradientNorm / _trainings.Length;
            at.Clipped += step.Clipped ? 1 : 0;
            foreach (int row in rows)
                at.Tokens += Math.Min(_train.LengthOf(row), _stretch);
        }
        at.StepsInEpoch++;
        at.Rows += _trainings[0].RowsOf(batch).Length;
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

    private EpochReport Report(float learningRate)
    {
        TrainingPosition at = _position;
        ForEach((training, _) => training.Step.CatchUp());
        _ranks?.RequireSameParameters();
        EvaluationResult? onDev = _dev is null ? null : _evaluator.Evaluate(_dev);
        // The last update of the epoch is the one whose loss no step has seen.
        if (!double.IsFinite(onDev?.Loss ?? _networks.Sum(network => network.SumOfSquares())))
            throw Diverged(onDev?.Loss ?? double.NaN, at.NormSum / _steps);
        var report = new EpochReport(
            at.Epoch, at.LossSum / at.Rows, onDev?.Loss, onDev?.Accuracy, onDev?.MacroF1, learningRate, at.NormSum / _steps,
            (double)at.Clipped / _steps / _networks.Count, at.Seconds, at.Tokens / at.Seconds, IsBest: true);
        return report with { IsBest = at.Best is not { } best || _dev is null || Score(report) > Score(best) };
    }

    private void ReportGradientFlow(TrainingPosition at)
    {
        if (_options.GradientFlow is null)
            return;
        var spectrum = RecurrentSpectrum.Of(_networks[0]);
        GradientFlowSums sums = at.GradientFlow;
        _options.GradientFlow.Report(new GradientFlow(
            at.Epoch, sums.Samples, sums.MeansByDistance, sums.MeansByStep, spectrum.Norm, spectrum.Radius,
            _jacobians?.Sentences ?? 0, _jacobians?.Measure() ?? []));
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
