
namespace Unroll.Data;

/// <summary>
/// Rows of fastText's format, <c>__label__x text</c>, with a label or several in front; lines of white space are passed over.
/// </summary>
internal static class FastTextRows
{
    private const string PrefixText = "__label__";

    public static ReadOnlySpan<byte> Prefix => "__label__"u8;

    /// <summary>The labelled texts.</summary>
    /// <param name="lines">A reader that gives the first line next.</param>
    /// <param name="note">Takes what is to be told about the labels.</param>
    public static IEnumerable<LabelledText> Read(Utf8LineReader lines, Action<string>? note)
    {
        var glued = new HashSet<string>(StringComparer.Ordinal);
        var labels = new HashSet<string>(StringComparer.Ordinal);
        while (lines.Read())
        {
            string line = lines.Text.Trim();
            if (line.Length == 0)
                continue;
            LabelledText row = Parse(line, lines);
            foreach (string label in row.Labels)
            {
                if (labels.Add(label) && IsGlued(label))
                    glued.Add(label);
            }
            yield return row;
        }
        if (glued.Count == 0)
            yield break;
        string hold = glued.Count == 1 ? "1 label holds" : $"{glued.Count} labels hold";
        note?.Invoke(
            $"{lines.Source}: {hold} a comma or another sign that parts words ({Excerpt.Of([.. glued.Take(3)])}" +
            $"{(glued.Count > 3 ? ", …" : "")}); a label ends at the first white space, so put a space between label and text " +
            "if they are glued together");
    }

    /// <summary>The texts, without the labels before them.</summary>
    public static IEnumerable<TextRow> ReadTexts(Utf8LineReader lines)
    {
        while (lines.Read())
        {
            string text = lines.Text.Trim();
            if (text.Length == 0)
                continue;
            while (text.StartsWith(PrefixText, StringComparison.Ordinal))
                text = text[EndOfWord(text, 0)..].TrimStart();
            if (HasLabel(text))
                throw NotInFront(lines, text);
            yield return new TextRow(text, lines.Number);
        }
    }

    /// <summary>Whether a line is a label and a text behind white space, with no sign between that parts columns.</summary>
    public static bool IsRow(ReadOnlySpan<byte> line) =>
        line.StartsWith(Prefix) && line.IndexOfAny(" ,;|\t"u8) is var end && end > Prefix.Length && line[end] == ' ';

    /// <summary>Whether a word of the text is a label.</summary>
    public static bool HasLabel(string text) => FindLabel(text, 0) >= 0;

    /// <summary>The error about a label that stands elsewhere.</summary>
    /// <param name="lines">The reader of the line.</param>
    /// <param name="text">What stands behind the labels in front.</param>
    public static InputException NotInFront(Utf8LineReader lines, string text)
    {
        int place = FindLabel(text, 0);
        return lines.Error(
            $"the label {Excerpt.Of(text[place..EndOfWord(text, place)])} stands behind the text, expected it in front, as in " +
            $"{PrefixText}NAME so fine; move it to the beginning of the line");
    }

    // What writers put between a label and a word where a blank should stand.
    private static bool IsGlued(string label) =>
        label.AsSpan().ContainsAny(",;|:") || label is [.., '.' or '!' or '?']
            || label.Contains(PrefixText, StringComparison.Ordinal);

    private static LabelledText Parse(string line, Utf8LineReader lines)
    {
        var labels = new List<string>();
        string text = line;
        while (text.StartsWith(PrefixText, StringComparison.Ordinal))
        {
            int end = EndOfWord(text, 0);
            labels.Add(text[PrefixText.Length..end]);
            text = text[end..].TrimStart();
        }
        if (HasLabel(text))
            throw NotInFront(lines, text);
        if (labels.Count == 0)
        {
            throw lines.Error(
                $"{Excerpt.Of(line)} has no label, expected {PrefixText}NAME and the text; label the row or remove it");
        }
        return LabelText.FaultOfAny(labels) is { } fault
            ? throw lines.Error(fault)
            : new LabelledText(LabelText.Join(labels), text, lines.Number);
    }

    // Where a word begins with the prefix.
    private static int FindLabel(string text, int start)
    {
        int place = text.IndexOf(PrefixText, start, StringComparison.Ordinal);
        return place > 0 && !char.IsWhiteSpace(text[place - 1]) ? FindLabel(text, place + 1) : place;
    }

    private static int EndOfWord(string text, int start)
    {
        while (start < text.Length && !char.IsWhiteSpace(text[start]))
            start++;
        return start;
    }
}
