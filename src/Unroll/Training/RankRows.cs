using System.Runtime.InteropServices;
using Unroll.Data;
using Unroll.Text;

namespace Unroll.Training;

/// <summary>
/// Reads the file of rows that ranks train on together: each reads a part of it and cuts that into tokens, then they tell each
/// other the tokens' numbers.
/// </summary>
public static class RankRows
{
    private const int LongestPiece = 1 << 20;

    // Below, to read all of it is as fast.
    private const int FewestBytes = 1 << 15;

    /// <summary>
    /// Adds the labelled rows of a file, at least one: on every rank all, as if each had read the file whole. Each does so
    /// where it is short or compressed, has columns of CSV or fields in quotes, or something in it is wrong or to be told.
    /// </summary>
    /// <param name="corpus">Takes the rows.</param>
    /// <param name="path">The file, which every rank has.</param>
    /// <param name="format">How to read it; null to find everything out.</param>
    /// <param name="communicator">Connects the ranks, which all call this; null for a process alone.</param>
    /// <param name="note">Takes what is to be told about how the file was read, one line each; null for nobody.</param>
    /// <param name="cancellationToken">Stops the reading between two rows.</param>
    /// <exception cref="InputException">The file or a row cannot be used; with file and line.</exception>
    /// <exception cref="IOException">Another rank is gone.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Add(
        Corpus corpus, string path, DataFormat? format, ICommunicator? communicator, Action<string>? note = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(path);
        if (communicator is null || !TryAddParts(corpus, path, format ?? new DataFormat(), communicator, cancellationToken))
            corpus.AddRange(DataFile.Read(path, format, note), cancellationToken);
    }

    // False on every rank where the file is to be read whole.
    private static bool TryAddParts(
        Corpus corpus, string path, DataFormat format, ICommunicator communicator, CancellationToken cancellationToken)
    {
        // So many ranks cannot train: who asks them to says so.
        if (!RankAgreement.IsSize(communicator.Size) || RankAgreement.Of(communicator) is not { } agreement)
            return false;
        long length = LengthOf(path);
        if (agreement.Any(length == 0))
        {
            throw new InputException(
                $"{path}: is empty or a pipe, expected a file of rows that every rank reads for itself; name one");
        }
        bool isSame = agreement.FirstOther(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in length))) is null;
        if (!isSame || length < (long)FewestBytes * communicator.Size)
            return false;
        var part = new Corpus(corpus.Tokenizer, corpus.OnDisk);
        bool isRead = new FilePart(path, format, communicator.Rank, communicator.Size)
            .TryRead(row => part.Add(row.Label, row.Text), cancellationToken);
        if (agreement.Any(!isRead) || !agreement.Any(part.Count > 0))
            return false;
        for (int rank = 0; rank < communicator.Size; rank++)
            AddPart(corpus, rank == communicator.Rank ? part : null, rank, agreement);
        return true;
    }

    // In order of the parts, so that tokens and labels get numbers in order of first appearance in the file.
    private static void AddPart(Corpus corpus, Corpus? own, int rank, RankAgreement agreement)
    {
        int[] tokens = [.. Names(own?.Tokens, rank, agreement).Select(corpus.TokenNumber)];
        int[] labels = [.. Names(own?.Labels, rank, agreement).Select(corpus.LabelNumber)];
        int next = 0;
        while (agreement.From(rank, own is null ? null : RowPiece.Write(own, ref next, LongestPiece)) is { Length: > 0 } piece)
            RowPiece.Read(piece, corpus, tokens, labels);
    }

    private static IEnumerable<string> Names(IReadOnlyList<string>? own, int rank, RankAgreement agreement)
    {
        byte[] lengths = agreement.From(rank, own is null ? null : BytesOf<int>(own.Select(name => name.Length).ToArray()))!;
        byte[] text = agreement.From(rank, own is null ? null : BytesOf<char>(string.Concat(own)))!;
        int start = 0;
        foreach (int length in MemoryMarshal.Cast<byte, int>(lengths).ToArray())
        {
            yield return new string(MemoryMarshal.Cast<byte, char>(text).Slice(start, length));
            start += length;
        }
    }

    private static byte[] BytesOf<T>(ReadOnlySpan<T> values) where T : unmanaged => [.. MemoryMarshal.AsBytes(values)];

    private static long LengthOf(string path)
    {
        try
        {
            return InputFile.LengthOf(path) ?? -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return -1;
        }
    }
}
