using System.Numerics;
using System.Runtime.InteropServices;

namespace Unroll.Training;

/// <summary>What ranks that work together agree on.</summary>
/// <param name="communicator">Connects them.</param>
public sealed class RankAgreement(ICommunicator communicator)
{
    /// <summary>The most ranks that can train one model.</summary>
    internal const int MostRanks = 1 << 10;

    private int Rank => communicator.Rank;

    private int Size => communicator.Size;

    /// <summary>The agreement of some ranks; null where there is nobody to agree with.</summary>
    /// <param name="communicator">Connects them; null for a process alone.</param>
    public static RankAgreement? Of(ICommunicator? communicator) =>
        communicator is { Size: > 1 } ? new RankAgreement(communicator) : null;

    /// <summary>Whether so many ranks can train one model.</summary>
    /// <param name="ranks">How many.</param>
    internal static bool IsSize(int ranks) => ranks is >= 1 and <= MostRanks && BitOperations.IsPow2(ranks);

    /// <summary>Whether this rank saves what all have made.</summary>
    public bool Saves => Rank == 0;

    /// <summary>Whether something is so for at least one rank.</summary>
    /// <param name="isSo">Whether it is for this one.</param>
    public bool Any(bool isSo)
    {
        byte any = isSo ? (byte)1 : (byte)0;
        for (int group = 1; group < Size; group *= 2)
        {
            byte other = 0;
            communicator.Exchange(Rank ^ group, new ReadOnlySpan<byte>(in any), new Span<byte>(ref other));
            any |= other;
        }
        return any != 0;
    }

    /// <summary>Gives every rank what the first has.</summary>
    /// <param name="bytes">That of the first, or null; those of the others are not looked at.</param>
    public byte[]? FromFirst(byte[]? bytes) => From(0, bytes);

    /// <summary>Gives every rank what one of them has.</summary>
    /// <param name="rank">Which.</param>
    /// <param name="bytes">That of this one, or null; those of the others are not looked at.</param>
    public byte[]? From(int rank, byte[]? bytes)
    {
        long length = bytes?.LongLength ?? -1;
        Spread(rank, MemoryMarshal.AsBytes(new Span<long>(ref length)));
        if (length < 0)
            return null;
        byte[] all = Rank == rank ? bytes! : new byte[length];
        Spread(rank, all);
        return all;
    }

    /// <summary>What every rank has, rank by rank.</summary>
    /// <param name="bytes">That of this rank, as long as those of the others.</param>
    public byte[] FromAll(ReadOnlySpan<byte> bytes)
    {
        byte[] all = new byte[bytes.Length * Size];
        bytes.CopyTo(all.AsSpan(bytes.Length * Rank));
        for (int group = 1; group < Size; group *= 2)
        {
            int first = Rank & ~(group - 1);
            int length = bytes.Length * group;
            communicator.Exchange(
                Rank ^ group, all.AsSpan(bytes.Length * first, length), all.AsSpan(bytes.Length * (first ^ group), length));
        }
        return all;
    }

    /// <summary>The first rank that has other bytes than the first of all; null if all have the same.</summary>
    /// <param name="bytes">That of this rank, as long as those of the others.</param>
    public int? FirstOther(ReadOnlySpan<byte> bytes)
    {
        byte[] all = FromAll(bytes);
        for (int rank = 1; rank < Size; rank++)
        {
            if (!all.AsSpan(rank * bytes.Length, bytes.Length).SequenceEqual(all.AsSpan(0, bytes.Length)))
                return rank;
        }
        return null;
    }

    // Counted from the rank that has it, those below a power of two have it, and tell those from there to the next.
    private void Spread(int from, Span<byte> bytes)
    {
        int place = Rank ^ from;
        for (int group = 1; group < Size; group *= 2)
        {
            if (place < group)
                communicator.Exchange(Rank ^ group, bytes, []);
            else if (place < 2 * group)
                communicator.Exchange(Rank ^ group, [], bytes);
        }
    }
}
