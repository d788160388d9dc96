namespace Unroll.Text;

/// <summary>The most tokens of one text: memory and time grow with them.</summary>
public static class TokenLimit
{
    /// <summary>What a classifier begins with: a text of so many tokens takes some 200 MB and a few seconds.</summary>
    public const int Default = 100_000;

    /// <summary>Refuses a text that has more tokens than are allowed.</summary>
    /// <param name="tokens">How many it has.</param>
    /// <param name="most">How many are allowed.</param>
    /// <exception cref="InputException">It has more.</exception>
    internal static void Require(int tokens, int most)
    {
        if (tokens > most)
        {
            throw new InputException(
                $"the text has {tokens} tokens, expected at most {most}; split it, or raise SentenceClassifier.MaximumTokens");
        }
    }
}
