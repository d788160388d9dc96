namespace Unroll.Cli.Runs;

/// <summary>What went wrong with a rank that is not the first.</summary>
/// <param name="rank">Which.</param>
/// <param name="cause">What went wrong.</param>
internal sealed class OtherRankException(int rank, Exception cause) : Exception($"rank {rank}: {cause.Message}", cause)
{
    /// <summary>Which rank.</summary>
    public int Rank => rank;
}
