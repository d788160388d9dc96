namespace Unroll;

/// <summary>
/// Connects the processes that train one model together: ranks 0 to R - 1, after MPI's word. Every rank trains with the same rows
/// and settings, takes its part of each batch, and ends with the same model.
/// </summary>
/// <remarks>
/// One operation is all that training asks for: two ranks swap bytes. All ranks call it in an order that fits, each from one
/// thread at a time.
/// </remarks>
public interface ICommunicator
{
    /// <summary>Which rank this process is, from 0.</summary>
    int Rank { get; }

    /// <summary>R: how many ranks there are, a power of two.</summary>
    int Size { get; }

    /// <summary>Sends bytes to another rank and receives those that it sends in the same call; either may be none.</summary>
    /// <param name="peer">The other rank, which calls it too, with this one.</param>
    /// <param name="sent">What it receives.</param>
    /// <param name="received">Overwritten; as long as what the other rank sends.</param>
    /// <exception cref="IOException">The other rank is gone.</exception>
    void Exchange(int peer, ReadOnlySpan<byte> sent, Span<byte> received);
}
