namespace Unroll.Evaluation;

/// <summary>
/// A threshold below which a model abstains, chosen on rows it was not trained on so that of its answers a wanted share is right.
/// </summary>
/// <param name="Wanted">The share that was wanted, 0 to 1.</param>
/// <param name="Threshold">
/// Below this probability the model abstains; 0 where it may answer every text, 1 where no threshold gives what is wanted.
/// </param>
/// <param name="Precision">The share of its answers that is right on these rows; 1 where it answers none.</param>
/// <param name="Coverage">The share of these rows that it answers.</param>
/// <param name="Rows">How many rows were looked at.</param>
public sealed record AbstentionReport(double Wanted, double Threshold, double Precision, double Coverage, int Rows)
{
    /// <summary>Whether a threshold was found at which it answers at all.</summary>
    public bool IsReached => Coverage > 0;
}
