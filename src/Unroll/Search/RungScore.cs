namespace Unroll.Search;

/// <summary>What a trial reached at a rung.</summary>
/// <param name="Trial">Which trial, from 0.</param>
/// <param name="Rung">Which rung, from 0, the shortest.</param>
/// <param name="Score">On the dev rows, the higher the better; null for a trial whose training broke.</param>
/// <param name="Loss">On the dev rows; the lower one is better where scores are equal.</param>
internal readonly record struct RungScore(int Trial, int Rung, double? Score, double Loss) : IComparable<RungScore>
{
    /// <summary>The better one comes first; what is equal in all else comes by its number, so that there is one order.</summary>
    /// <param name="other">The other one.</param>
    public int CompareTo(RungScore other)
    {
        int byScore = (other.Score ?? double.NegativeInfinity).CompareTo(Score ?? double.NegativeInfinity);
        if (byScore != 0)
            return byScore;
        int byLoss = Loss.CompareTo(other.Loss);
        return byLoss != 0 ? byLoss : Trial.CompareTo(other.Trial);
    }
}
