namespace Unroll.Experiments;

/// <summary>What an experiment is run with. What is null an experiment does not have.</summary>
public sealed record ExperimentSettings
{
    /// <summary>The recurrent layers that are compared.</summary>
    public IReadOnlyList<CellChoice>? Cells { get; init; }

    /// <summary>Lengths of sequences.</summary>
    public IReadOnlyList<int>? Lengths { get; init; }

    /// <summary>The least length there can be.</summary>
    public int LeastLength { get; init; } = 1;

    /// <summary>The greatest length there can be.</summary>
    public int GreatestLength { get; init; } = 100_000;

    /// <summary>Spectral radii of the recurrent weights.</summary>
    public IReadOnlyList<double>? Radii { get; init; }

    /// <summary>How often each measurement is repeated, with the seeds 1, 2, ….</summary>
    public int? Seeds { get; init; }

    /// <summary>Training steps at most; epochs where there are rows.</summary>
    public int? Steps { get; init; }

    /// <summary>Several H, of an experiment that compares sizes of the state.</summary>
    public IReadOnlyList<int>? Sizes { get; init; }

    /// <summary>Learning rates that are tried.</summary>
    public IReadOnlyList<double>? Rates { get; init; }

    /// <summary>H.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Labelled rows, of an experiment on real data.</summary>
    public ExperimentRows? Rows { get; init; }
}
