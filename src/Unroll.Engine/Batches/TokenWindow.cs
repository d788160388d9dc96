using Unroll.Engine.Numerics;

namespace Unroll.Engine.Batches;

/// <summary>
/// Which tokens of each sentence a batch takes: all; or, where gradients go back a fixed number of steps only, the last ones, or
/// one stretch of those before; or a stretch from anywhere.
/// </summary>
internal readonly record struct TokenWindow
{
    private const int OfLast = -1;
    private const int FromAnywhere = -2;

    private readonly int _length;
    private readonly int _index;
    private readonly uint _key;

    private TokenWindow(int length, int index, uint key = 0) => (_length, _index, _key) = (length, index, key);

    /// <summary>Whole sentences.</summary>
    public static TokenWindow All => new(int.MaxValue, OfLast);

    /// <summary>The last tokens of each sentence, at most <paramref name="length"/>.</summary>
    public static TokenWindow Last(int length) => new(length, OfLast);

    /// <summary>One stretch of the tokens before the last ones.</summary>
    public static TokenWindow Before(int length, int index) => new(length, index);

    /// <summary>
    /// At most <paramref name="length"/> tokens that stand together anywhere in the sentence; the key and the sentence's number
    /// say where.
    /// </summary>
    public static TokenWindow Anywhere(int length, uint key) => new(length, FromAnywhere, key);

    /// <summary>The first token of a sentence, and one past the last, which is not above it if there is none.</summary>
    /// <param name="sentence">The length of the sentence.</param>
    /// <param name="row">Which text it is.</param>
    public (int Start, int End) Of(int sentence, int row)
    {
        if (_index >= 0)
            return (_index * _length, Math.Min((_index + 1) * _length, sentence - _length));
        int before = Math.Max(0, sentence - _length);
        if (_index == OfLast)
            return (before, sentence);
        int start = (int)((ulong)Scatter.Mix((uint)row * 0x9E3779B1u ^ _key) * ((uint)before + 1) >> 32);
        return (start, start + Math.Min(_length, sentence));
    }
}
