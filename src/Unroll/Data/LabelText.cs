using System.Globalization;

namespace Unroll.Data;

/// <summary>What a label may look like.</summary>
internal static class LabelText
{
    /// <summary>Parts the labels of a text that has several; no label may hold it.</summary>
    public const char Separator = '\u001F';

    /// <summary>Some labels as one: the label itself, or each once in ordinal order, parted.</summary>
    /// <param name="labels">The labels; none for a text without.</param>
    public static string Join(IEnumerable<string> labels)
    {
        string[] sorted = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        return sorted.Length == 0 ? $"{Separator}" : string.Join(Separator, sorted);
    }

    /// <summary>The labels that <see cref="Join"/> made one of.</summary>
    /// <param name="label">As it was made.</param>
    public static string[] Split(string label) => !IsSeveral(label) ? [label]
        : label.Length == 1 ? []
        : label.Split(Separator);

    /// <summary>Whether a text has none or several labels.</summary>
    /// <param name="label">As <see cref="Join"/> made it.</param>
    public static bool IsSeveral(string label) => label.Contains(Separator, StringComparison.Ordinal);

    /// <summary>The labels for people.</summary>
    /// <param name="label">As <see cref="Join"/> made it.</param>
    public static string Shown(string label) => !IsSeveral(label) ? label
        : label.Length == 1 ? "(none)"
        : string.Join(", ", Split(label));

    /// <summary>What keeps one of some labels from being one, and what to do; null where all are.</summary>
    /// <param name="labels">As the file has them.</param>
    public static string? FaultOfAny(IEnumerable<string> labels) =>
        labels.Select(Fault).FirstOrDefault(fault => fault is not null);

    /// <summary>What keeps a label from being one, and what to do; null where it is one.</summary>
    /// <param name="label">As the file has it.</param>
    public static string? Fault(string label)
    {
        if (label.All(c => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format))
            return "the label is empty, expected one; label the row or remove it";
        foreach (char c in label)
        {
            // Where labels are printed one a line or in columns, these would break them.
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
            {
                return $"the label {Excerpt.Of(label)} holds {NameOf(c)} (U+{(int)c:X4}), expected one line of text; " +
                    "take it out of the label";
            }
        }
        return null;
    }

    private static string NameOf(char c) => c switch
    {
        '\t' => "a tab",
        '\n' or '\r' or '\u0085' or '\u2028' or '\u2029' => "a line end",
        _ => "a control character",
    };
}
