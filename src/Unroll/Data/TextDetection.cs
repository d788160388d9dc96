using System.Buffers;

namespace Unroll.Data;

/// <summary>
/// Tells whether a file of texts is rows of data or plain text, by its name, by what was said about it, or else by its first
/// line.
/// </summary>
internal static class TextDetection
{
    private const int LongestName = 30;

    private static readonly SearchValues<char> NotInNames = SearchValues.Create(",;|.!?\"");

    // Names that columns of texts and labels have.
    private static readonly string[] UsualNames =
    [
        "text", "label", "labels", "sentence", "sentences", "review", "reviews", "comment", "tweet", "message", "content", "body",
        "title", "document", "utterance", "query", "question", "sentiment", "class", "category", "intent", "target", "polarity",
        "rating", "score", "stars", "topic", "emotion", "tag", "id", "idx", "index",
    ];

    /// <param name="lines">A reader that stands on the first line that is not empty, and gives it again.</param>
    /// <param name="format">What was said about the file; its kind was not.</param>
    public static DataKind Of(Utf8LineReader lines, DataFormat format)
    {
        if (KindDetection.OfNameAndLine(lines, format) is { } named)
            return named;
        ReadOnlySpan<byte> line = lines.Line.TrimStart(" \t"u8);
        if (line.StartsWith(FastTextRows.Prefix) || FastTextRows.HasLabel(lines.Text))
            return DataKind.FastText;
        if (JsonRows.IsObject(line) || JsonRows.IsArray(line))
            return DataKind.Jsonl;
        if (SeparatorLine.Of(line) is not null)
            return DataKind.Csv;
        bool hasTab = lines.Line.Contains((byte)'\t');
        bool namesColumns = (format.TextColumn ?? format.LabelColumn) is not null;
        if (namesColumns || format.Delimiter is not null || !format.Header)
            return hasTab && format.Delimiter is null ? DataKind.Tsv : DataKind.Csv;
        // A text on a line of its own hardly holds a tab.
        if (hasTab)
            return DataKind.Tsv;
        return IsHeader(lines.Text) ? DataKind.Csv : DataKind.Lines;
    }

    // Several short names without blanks around them, or the one name of a column of texts.
    private static bool IsHeader(string line)
    {
        if (line.Trim().Trim('"').Equals(DataFormat.DefaultText, StringComparison.OrdinalIgnoreCase))
            return true;
        foreach (char delimiter in ",;|")
        {
            string[] names = [.. line.Split(delimiter).Select(name => name.Trim('"'))];
            bool areNames = names.Length > 1 && names.Any(IsUsual)
                && names.All(name => name.Length <= LongestName && !name.AsSpan().ContainsAny(NotInNames));
            // A sentence has a blank behind its commas, so that takes both names to be a header.
            bool isTight = names.Skip(1).All(name => name.Length == 0 || !char.IsWhiteSpace(name[0]));
            if (areNames && (isTight || names.Count(IsUsual) > 1))
                return true;
        }
        return false;
    }

    private static bool IsUsual(string name) => UsualNames.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase);
}
