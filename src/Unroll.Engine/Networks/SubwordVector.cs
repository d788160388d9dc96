using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>The vector of a word and of its pieces (Bojanowski et al., 2017), forward and backward.</summary>
/// <remarks>
/// <code>
/// Forward    x = w + Σ_k s_k / n        a word that is not known, or read by its pieces alone: w = 0
/// Backward   dw = dx    ds_k = dx / n
/// </code>
/// w is the word's row of the table of word vectors, s_k that of its k-th of n pieces in the table of sub-words.
/// </remarks>
internal static unsafe class SubwordVector
{
    /// <summary>Forward.</summary>
    /// <param name="kernels">The kernels that compute.</param>
    /// <param name="words">The table of word vectors, [V,E].</param>
    /// <param name="pieces">The table of sub-words, [S,E].</param>
    /// <param name="id">The word; from V on it has no vector of its own.</param>
    /// <param name="rows">The rows of its pieces, [n].</param>
    /// <param name="x">[E]; overwritten.</param>
    public static void Read(
        IKernels kernels, in Matrix words, in Matrix pieces, int id, ReadOnlySpan<int> rows, float* x)
    {
        var vector = new Span<float>(x, words.Columns);
        if (id < words.Rows)
            words.Row(id).CopyTo(vector);
        else
            vector.Clear();
        float share = Share(rows.Length);
        foreach (int row in rows)
            kernels.AddScaled(words.Columns, share, pieces.PointerTo(row), x);
    }

    /// <summary>1/n: the share of each piece.</summary>
    public static float Share(int pieces) => 1f / pieces;
}
