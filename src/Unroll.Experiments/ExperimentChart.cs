namespace Unroll.Experiments;

/// <summary>How the numbers along an axis are spaced.</summary>
public enum ChartScale
{
    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>By their logarithm. A zero stands at the foot of the chart; along x what is not above 0 is left out.</summary>
    Log,
}

/// <summary>An axis of a chart.</summary>
/// <param name="Name">What its numbers are, with their unit.</param>
/// <param name="Scale">How they are spaced.</param>
public sealed record ChartAxis(string Name, ChartScale Scale = ChartScale.Linear);

/// <summary>A point of a chart.</summary>
/// <param name="X">Its place along x; of an axis of names, which name.</param>
/// <param name="Y">The mean over the seeds; not a number where there is none.</param>
/// <param name="Low">The least of the seeds.</param>
/// <param name="High">The most of the seeds.</param>
public readonly record struct ChartPoint(double X, double Y, double Low, double High)
{
    /// <summary>A point without spread.</summary>
    public ChartPoint(double x, double y)
        : this(x, y, y, y)
    {
    }

    /// <summary>How many seeds its mean is of, where not all have a value; null where all have one.</summary>
    public SeedShare? Seeds { get; init; }

    /// <summary>Whether no seed has a value here, as where every training broke: a cross at the top says so.</summary>
    public bool HasFailed { get; init; }

    /// <summary>The mean of some seeds with the least and the most of them.</summary>
    internal static ChartPoint Of(double x, Spread spread) => new(x, spread.Mean, spread.Least, spread.Most);

    /// <summary>The mean of those seeds that have a value, and how many these are.</summary>
    /// <param name="x">Its place along x.</param>
    /// <param name="values">A value for each seed, not finite where there is none.</param>
    internal static ChartPoint OfFinite(double x, IEnumerable<double> values)
    {
        double[] all = [.. values];
        double[] finite = [.. all.Where(double.IsFinite)];
        if (finite.Length == 0)
            return new(x, double.NaN) { HasFailed = true };
        return Of(x, Spread.Of(finite)) with { Seeds = finite.Length < all.Length ? new(finite.Length, all.Length) : null };
    }
}

/// <summary>Some of the seeds.</summary>
/// <param name="Taken">How many.</param>
/// <param name="All">Of how many.</param>
public readonly record struct SeedShare(int Taken, int All)
{
    /// <summary>As it stands beside a point.</summary>
    public override string ToString() => $"{Taken} of {All}";
}

/// <summary>One line of a chart, or the bars of one colour.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Points">From left to right.</param>
/// <param name="IsBound">Whether it is a bound that nobody measured, such as guessing.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, bool IsBound = false);

/// <summary>A chart of an experiment, which the page draws and <see cref="ChartPicture"/> writes as a picture.</summary>
/// <param name="Id">Its name within the experiment.</param>
/// <param name="Title">What is seen.</param>
/// <param name="Note">What the picture needs to be understood, a sentence or two.</param>
/// <param name="X">From left to right.</param>
/// <param name="Y">From bottom to top.</param>
/// <param name="Series">What is drawn.</param>
public sealed record ExperimentChart(
    string Id, string Title, string Note, ChartAxis X, ChartAxis Y, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>The names along x, of a chart of bars; empty for one of lines.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>What happened where a point <see cref="ChartPoint.HasFailed"/>: the name of the crosses at the top.</summary>
    public string Failure { get; init; } = "broke";
}
