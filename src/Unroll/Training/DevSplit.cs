using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Unroll.Text;

namespace Unroll.Training;

/// <summary>Which rows are trained on and which are measured on.</summary>
/// <param name="Train">Has the rows to train on.</param>
/// <param name="TrainRows">Which of them; null for all.</param>
/// <param name="Dev">Has the rows to measure on.</param>
/// <param name="DevRows">Which of them; null for all.</param>
public sealed record DevSplit(Corpus Train, IReadOnlyList<int>? TrainRows, Corpus Dev, IReadOnlyList<int>? DevRows)
{
    /// <summary>The most dev rows that are split off a corpus on disk: their terms stand in memory.</summary>
    public const int MostRowsOnDisk = 100_000;

    /// <summary>The number of rows to measure on.</summary>
    public int DevCount => DevRows?.Count ?? Dev.Count;

    /// <summary>
    /// Takes dev rows as they are given, or splits some off the training rows: of each class the same share, and copies and parts
    /// of a text with it. Of a corpus on disk they are at most <see cref="MostRowsOnDisk"/> or so.
    /// </summary>
    /// <param name="train">Rows to train on.</param>
    /// <param name="dev">Rows to measure on; null to split them off.</param>
    /// <param name="options">The share and the seed.</param>
    public static DevSplit Of(Corpus train, Corpus? dev, TrainingOptions options) =>
        dev is null ? Of(train, [.. Enumerable.Range(0, train.Count)], options) : new DevSplit(train, null, dev, null);

    /// <summary>
    /// Splits dev rows off some rows: of each class the same share, and copies and parts of a text with it, for on what was
    /// learned nothing is measured.
    /// </summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which rows there are to split.</param>
    /// <param name="options">The share and the seed.</param>
    public static DevSplit Of(Corpus corpus, IReadOnlyList<int> rows, TrainingOptions options)
    {
        int[] labels = LabelStrata.Of(corpus, rows);
        double share = corpus.OnDisk ? ShareOnDisk(options.DevShare, rows.Count) : options.DevShare;
        var generator = new TorchGenerator(options.Seed);
        (int[] kept, int[] splitOff) = share > 0 && TextGroups.Of(corpus, rows) is { } groups
            ? StratifiedSplit.Split(labels, groups, share, generator)
            : StratifiedSplit.Split(labels, share, generator);
        corpus.EndPass();
        return new DevSplit(corpus, [.. kept.Select(i => rows[i])], corpus, [.. splitOff.Select(i => rows[i])]);
    }

    /// <summary>The share that is split off so many rows on disk.</summary>
    /// <param name="share">That which was asked for.</param>
    /// <param name="rows">How many rows there are.</param>
    internal static double ShareOnDisk(double share, int rows) => Math.Min(share, (double)MostRowsOnDisk / rows);
}
