using System.Runtime.InteropServices;
using Unroll.Text;

namespace Unroll.Terms;

/// <summary>
/// A linear part that reads a text token by token. A token costs the same time however many came before it; memory grows with the
/// different terms that were met, of which there are at most F.
/// </summary>
/// <param name="part">The linear part.</param>
/// <param name="kind">What a token is.</param>
internal sealed class LinearStream(LinearPart part, TokenKind kind)
{
    private readonly Dictionary<int, int> _counts = [];
    private readonly List<string> _recent = [];
    private readonly List<ulong> _keys = [];
    private readonly double[] _sums = new double[part.Classes];
    private double _squares;

    /// <summary>Forgets what was read.</summary>
    public void Clear()
    {
        _counts.Clear();
        _recent.Clear();
        Array.Clear(_sums);
        _squares = 0;
    }

    /// <summary>Reads one more token.</summary>
    /// <param name="token">The token.</param>
    public void Read(string token)
    {
        if (_recent.Count > TermKeys.LookBack)
            _recent.RemoveAt(0);
        _recent.Add(token);
        _keys.Clear();
        TermKeys.AddEndingAt(_recent.Count - 1, CollectionsMarshal.AsSpan(_recent), kind, _keys);
        TermKeys.AddOfToken(token, kind, _keys);
        Count(1);
    }

    /// <summary>z of what was read so far, as if the text ended here.</summary>
    /// <param name="logits">z, [C]; overwritten.</param>
    public void Logits(Span<float> logits)
    {
        _keys.Clear();
        if (_recent.Count > 0)
            TermKeys.AddEndingAt(_recent.Count, CollectionsMarshal.AsSpan(_recent), kind, _keys);
        Count(1);
        double scale = _squares > 0 ? 1 / Math.Sqrt(_squares) : 0;
        for (int c = 0; c < logits.Length; c++)
            logits[c] = (float)(part.Bias.Span[c] + scale * _sums[c]);
        Count(-1);
    }

    private void Count(int change)
    {
        foreach (ulong key in CollectionsMarshal.AsSpan(_keys))
        {
            if (part.Terms.Find(key) is not { } column)
                continue;
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, column, out _);
            double before = ValueOf(count, column);
            count += change;
            double after = ValueOf(count, column);
            _squares += after * after - before * before;
            ReadOnlySpan<float> weight = part.Weight.Span.Slice(column * part.Classes, part.Classes);
            for (int c = 0; c < _sums.Length; c++)
                _sums[c] += (after - before) * weight[c];
        }
    }

    private double ValueOf(int count, int column) =>
        count == 0 ? 0 : (1 + Math.Log(count)) * part.Terms.Rarity.Span[column];
}
