using System.Globalization;

namespace Unroll.Data;

/// <summary>What a label may look like.</summary>
internal static class LabelText
{
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
