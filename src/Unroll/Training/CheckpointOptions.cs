namespace Unroll.Training;

/// <summary>
/// Where and how often the whole state of a training is saved: parameters, optimizer, random numbers, place in the epoch, early
/// stopping. A training that goes on from it ends with the same parameters, bit for bit, as one that was never stopped.
/// </summary>
/// <param name="Path">The file; its folder must exist. The old one stays until the new one is whole.</param>
public sealed record CheckpointOptions(string Path)
{
    /// <summary>Steps between two checkpoints; null for no such rule. Default: null.</summary>
    public int? EverySteps { get; init; }

    /// <summary>Time between two checkpoints; null for no such rule. Default: one minute.</summary>
    public TimeSpan? Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether to go on from the file, if it is there. It must be of a training with the same rows and settings, which ends at
    /// once if that was finished: delete the file then. Default: no.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Told when a checkpoint cannot be written, as on a full disk; the old one stays, and training goes on. Null to end the
    /// training with the error. Default: null.
    /// </summary>
    public Action<Exception>? Failed { get; init; }

    internal void Validate()
    {
        if (EverySteps < 1)
            throw new InputException($"CheckpointOptions.EverySteps is {EverySteps}, expected a positive number of steps");
        if (Every <= TimeSpan.Zero)
            throw new InputException($"CheckpointOptions.Every is {Every}, expected a positive time");
    }
}
