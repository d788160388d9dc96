using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Optimization;

/// <summary>
/// Turns gradients into updates of parameters in one arena, and keeps momentum and moments in arenas of the same layout.
/// </summary>
public sealed unsafe class Optimizer
{
    private readonly IKernels _kernels;
    private readonly OptimizerSettings _choices;
    private readonly AlignedBuffer? _first;
    private readonly AlignedBuffer? _second;
    private UpdateSettings _settings;
    private long _steps;

    /// <summary>Starts with zero momentum and moments.</summary>
    /// <param name="kernels">The kernels that compute.</param>
    /// <param name="settings">The kind of optimizer and its numbers.</param>
    /// <param name="length">Values of the arena.</param>
    internal Optimizer(IKernels kernels, OptimizerSettings settings, int length)
    {
        (_kernels, _choices) = (kernels, settings);
        bool adam = settings.Kind switch
        {
            OptimizerKind.Sgd => false,
            OptimizerKind.Adam or OptimizerKind.AdamW => true,
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Kind, "no such optimizer"),
        };
        if (adam || settings.Momentum > 0)
            _first = new AlignedBuffer(length);
        if (adam)
            _second = new AlignedBuffer(length);
        if (_first is not null && settings.DenseUpdates)
            Missed = new MissedSteps(settings);
    }

    /// <summary>How many steps were begun; set when a training goes on from a checkpoint.</summary>
    public long Steps
    {
        get => _steps;
        set
        {
            _steps = value;
            Missed?.Restored();
        }
    }

    /// <summary>Momentum or first moments, in the arena's layout; empty where the optimizer has none.</summary>
    public Memory<float> First => _first is null ? default : _first.Memory;

    /// <summary>Second moments, in the arena's layout; empty where the optimizer has none.</summary>
    public Memory<float> Second => _second is null ? default : _second.Memory;

    /// <summary>What rows of tables missed; null without dense updates, when there is nothing to make up for.</summary>
    internal MissedSteps? Missed { get; }

    /// <summary>Fixes the numbers of the next step.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="gradientNorm">The global norm of all gradients.</param>
    /// <returns>Whether the norm was clipped.</returns>
    public bool Begin(float learningRate, double gradientNorm)
    {
        _steps++;
        Missed?.Add(learningRate);
        // PyTorch's formula, its 1e-6 included.
        double scale = _choices.ClipNorm is { } most ? Math.Min(1, most / (gradientNorm + 1e-6)) : 1;
        _settings = new UpdateSettings
        {
            LearningRate = learningRate,
            WeightDecay = _choices.WeightDecay,
            DecoupledDecay = _choices.Kind == OptimizerKind.AdamW,
            Momentum = _choices.Momentum,
            Nesterov = _choices.Nesterov,
            Beta1 = _choices.Beta1,
            Beta2 = _choices.Beta2,
            Epsilon = _choices.Epsilon,
            FirstCorrection = (float)(1 / (1 - Math.Pow(_choices.Beta1, Steps))),
            SecondCorrection = (float)(1 / Math.Sqrt(1 - Math.Pow(_choices.Beta2, Steps))),
            GradientScale = (float)scale,
            ClipValue = _choices.ClipValue ?? float.PositiveInfinity,
        };
        return scale < 1;
    }

    /// <summary>Updates a part of the arena; parts may be updated at the same time.</summary>
    /// <param name="start">Its first value.</param>
    /// <param name="count">Its values.</param>
    /// <param name="parameters">The arena of parameters.</param>
    /// <param name="gradients">The gradients of this part.</param>
    public void Update(int start, int count, float* parameters, float* gradients)
    {
        float* first = _first is null ? null : _first.Pointer + start;
        if (_second is null)
            _kernels.SgdUpdate(count, parameters + start, gradients, first, _settings);
        else
            _kernels.AdamUpdate(count, parameters + start, gradients, first, _second.Pointer + start, _settings);
    }

    /// <summary>Does the steps that a part of the arena missed; parts may be updated at the same time.</summary>
    /// <param name="start">Its first value.</param>
    /// <param name="count">Its values.</param>
    /// <param name="parameters">The arena of parameters.</param>
    /// <param name="settings">What it missed.</param>
    internal void CatchUp(int start, int count, float* parameters, in CatchUpSettings settings)
    {
        if (_second is null)
            _kernels.SgdCatchUp(count, parameters + start, _first!.Pointer + start, settings);
        else
            _kernels.AdamCatchUp(count, parameters + start, _first!.Pointer + start, _second.Pointer + start, settings);
    }
}
