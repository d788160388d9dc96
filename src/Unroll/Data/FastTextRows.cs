
namespace Unroll.Data;

/// <summary>Rows of fastText's format, <c>__label__x text</c>; lines of white space are passed over.</summary>
internal static class FastTextRows
{
    private const string PrefixText = "__label__";

    public static ReadOnlySpan<byte> Prefix => "__label__"u8;

    public static IEnumerable<LabelledText> Read(Utf8LineReader lines)
    {
        while (lines.Read())
        {
            string line = lines.Text.Trim();
            if (line.Length > 0)
                yield return Parse(line, lines);
        }
    }

    private static LabelledText Parse(string line, Utf8LineReader lines)
    {
        int end = EndOfWord(line, 0);
        string label = line[..end];
        if (!label.StartsWith(PrefixText, StringComparison.Ordinal))
        {
            throw lines.Error(
                $"{Excerpt.Of(line)} has no label, expected {PrefixText}NAME and the text; label the row or remove it");
        }
        string text = line[end..].TrimStart();
        for (int i = Find(0); i >= 0; i = Find(i + 1))
        {
            if (i == 0 || char.IsWhiteSpace(text[i - 1]))
            {
                throw lines.Error(
                    $"a second label {Excerpt.Of(text[i..EndOfWord(text, i)])} after {Excerpt.Of(label)}, " +
                    "expected one label a row; remove one of them");
            }
        }
        return new LabelledText(label[PrefixText.Length..], text, lines.Number);

        int Find(int start) => text.IndexOf(PrefixText, start, StringComparison.Ordinal);
    }

    private static int EndOfWord(string text, int start)
    {
        while (start < text.Length && !char.IsWhiteSpace(text[start]))
            start++;
        return start;
    }
}
