namespace Unroll.Live.Sessions;

/// <summary>A session as it stood between two updates: what is restored when somebody goes back to it.</summary>
internal sealed record Moment
{
    /// <summary>Updates that were done.</summary>
    public required int Update { get; init; }

    /// <summary>Epochs that were finished.</summary>
    public required int Epoch { get; init; }

    /// <summary>The sentence that is trained next.</summary>
    public required int NextSample { get; init; }

    /// <summary>The sum of the losses of the epoch that is not finished.</summary>
    public required double EpochLoss { get; init; }

    /// <summary>All parameters.</summary>
    public required float[] Values { get; init; }

    /// <summary>The optimizer's first moments; empty where it has none.</summary>
    public required float[] First { get; init; }

    /// <summary>The optimizer's second moments; empty where it has none.</summary>
    public required float[] Second { get; init; }

    /// <summary>V.</summary>
    public required int Words { get; init; }

    /// <summary>How many training sentences there are.</summary>
    public required int Samples { get; init; }

    /// <summary>The learning rate.</summary>
    public required float LearningRate { get; init; }

    /// <summary>The largest norm of the gradients; null for no clipping.</summary>
    public required float? ClipNorm { get; init; }

    /// <summary>Gates that are held.</summary>
    public required IReadOnlyList<GatePin> Pins { get; init; }

    /// <summary>How many actions the journal had.</summary>
    public required int Actions { get; init; }

    /// <summary>Updates of the journal's last action; 0 where it is no step.</summary>
    public required int LastSteps { get; init; }

    /// <summary>What the last update did; null before the first.</summary>
    public required UpdateReport? Last { get; init; }

    /// <summary>Whether it stays when the next one comes: the end of an epoch, or a change by hand.</summary>
    public required bool IsKept { get; init; }

    /// <summary>Floats that it holds.</summary>
    public int Length => Values.Length + First.Length + Second.Length;
}

/// <summary>What one update did.</summary>
/// <param name="Sample">The sentence.</param>
/// <param name="Loss">Its loss before the update, in nats.</param>
/// <param name="GradientNorm">The norm of all gradients, before clipping.</param>
/// <param name="WasClipped">Whether they were clipped.</param>
public sealed record UpdateReport(int Sample, double Loss, double GradientNorm, bool WasClipped);
