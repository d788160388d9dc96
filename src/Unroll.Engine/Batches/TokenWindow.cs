namespace Unroll.Engine.Batches;

/// <summary>
/// Which tokens of each sentence a batch takes: all; or, where gradients go back a fixed number of steps only, the last ones, or
/// one stretch of those before.
/// </summary>
/// <param name="Length">Tokens of a window; 0 for whole sentences.</param>
/// <param name="Index">Which stretch before the last tokens, from 0; -1 for the last tokens.</param>
internal readonly record struct TokenWindow(int Length = 0, int Index = -1)
{
    /// <summary>Whole sentences.</summary>
    public static TokenWindow All => new(0);

    /// <summary>The last tokens of each sentence, at most <paramref name="length"/>.</summary>
    public static TokenWindow Last(int length) => new(length);

    /// <summary>One stretch of the tokens before the last ones.</summary>
    public static TokenWindow Before(int length, int index) => new(length, index);

    /// <summary>The first token of a sentence of the given length.</summary>
    public int Start(int sentence) => Length == 0 ? 0 : Index < 0 ? Math.Max(0, sentence - Length) : Index * Length;

    /// <summary>One past the last token; not above <see cref="Start"/> if the sentence has none in the window.</summary>
    public int End(int sentence) => Length == 0 || Index < 0 ? sentence : Math.Min((Index + 1) * Length, sentence - Length);
}
