using Unroll.Engine.Numerics;

namespace Unroll.Training;

/// <summary>How far the training of one network has come, beside what all networks of a model share.</summary>
internal sealed class NetworkPosition
{
    /// <summary>
    /// The random numbers as they stood when the epoch began: they gave its order of rows. Null before the first.
    /// </summary>
    public byte[]? GeneratorAtEpoch { get; set; }

    /// <summary>The mean loss of the last steps, the last ones counting most; null before the first.</summary>
    public double? RecentLoss { get; set; }

    /// <summary>Whether the next step is an adversarial one, where some are asked for.</summary>
    public bool Defends { get; set; }

    /// <summary>What no training can have written, for a position that was read; null if nothing is wrong.</summary>
    /// <param name="began">Whether there was a step.</param>
    public string? FaultIn(bool began) =>
        !double.IsFinite(RecentLoss ?? 0) ? "mean of the losses"
            : began && GeneratorAtEpoch is null ? "no random numbers"
            : GeneratorAtEpoch is { } generator && !TorchGenerator.IsState(generator) ? "random numbers"
            : null;
}
