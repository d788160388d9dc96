using Unroll.Text;
using Unroll.Training;

namespace Unroll.Search;

/// <summary>The rows of a search.</summary>
/// <param name="Split">The rows to train on and those that decide, the same for all trials.</param>
/// <param name="Test">Has the rows that no trial sees.</param>
/// <param name="TestRows">Which of them; null for all.</param>
public sealed record SearchRows(DevSplit Split, Corpus Test, IReadOnlyList<int>? TestRows)
{
    /// <summary>Takes dev and test rows as they are given, or splits them off the others: of each class the same share.</summary>
    /// <param name="rows">Rows to train on, and to split others off.</param>
    /// <param name="dev">Rows that decide; null to split off <see cref="TrainingOptions.DevShare"/>.</param>
    /// <param name="test">Rows that no trial sees; null to split some off.</param>
    /// <param name="testShare">The share of rows to split off where no test rows are given, above 0.</param>
    /// <param name="options">Share of the dev rows, and seed.</param>
    /// <exception cref="InputException">No rows are left to decide or to measure on.</exception>
    public static SearchRows Of(Corpus rows, Corpus? dev, Corpus? test, double testShare, TrainingOptions options)
    {
        if (testShare is not (> 0 and < 1))
        {
            throw new InputException(FormattableString.Invariant(
                $"SearchRows.TestShare is {testShare:G7}, expected a share above 0 and below 1"));
        }
        DevSplit outer = test is not null
            ? new DevSplit(rows, [.. Enumerable.Range(0, rows.Count)], test, null)
            : DevSplit.Of(rows, dev: null, options with { DevShare = testShare });
        DevSplit split = dev is null
            ? DevSplit.Of(rows, outer.TrainRows!, options)
            : new DevSplit(rows, test is null ? outer.TrainRows : null, dev, null);
        if (split.DevCount == 0)
        {
            throw new InputException(
                "no dev rows are left to decide between trials, expected some; give a larger TrainingOptions.DevShare, a " +
                "smaller SearchRows.TestShare, or dev rows");
        }
        if (outer.DevCount == 0)
        {
            throw new InputException(
                "no test rows are left that no trial sees, expected some; give test rows, or a larger SearchRows.TestShare");
        }
        return new SearchRows(split, outer.Dev, outer.DevRows);
    }
}
