namespace Unroll.Experiments;

/// <summary>Words put together to the sentences of verdicts.</summary>
internal static class Sentence
{
    /// <summary>A list: <c>rnn, gru and lstm</c>; "no cell" where there is none.</summary>
    /// <param name="names">The names.</param>
    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length switch
        {
            0 => "no cell",
            1 => all[0],
            _ => $"{string.Join(", ", all[..^1])} and {all[^1]}",
        };
    }

    // Cells whose numbers a verdict has room for; of more they stand in the table.
    private const int MostWithNumbers = 4;

    /// <summary>A cell, with its numbers where few cells are compared: <c>gru (97 %, 95–100)</c>.</summary>
    /// <param name="cell">Its name.</param>
    /// <param name="numbers">What stands in brackets.</param>
    /// <param name="cells">How many cells are compared.</param>
    public static string Cell(string cell, string numbers, int cells) =>
        cells > MostWithNumbers ? cell : $"{cell} ({numbers})";

    /// <summary>How often a figure was measured: <c>over 3 seeds</c>, <c>one seed</c>.</summary>
    /// <param name="seeds">The number of seeds.</param>
    public static string Seeds(int seeds) => seeds == 1 ? "one seed" : $"{seeds} seeds";

    /// <summary>The first letter large.</summary>
    /// <param name="text">Any text.</param>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
