
namespace Unroll.Data;

/// <summary>Tells what a file is by its name, or else by its first line.</summary>
internal static class KindDetection
{
    /// <param name="lines">A reader that stands on the first line.</param>
    public static DataKind Of(Utf8LineReader lines) => OfName(lines.Source) ?? OfLine(lines);

    /// <summary>The same for a file with columns; one column alone is CSV.</summary>
    /// <param name="lines">A reader that stands on the first line.</param>
    /// <param name="given">What the file was said to be.</param>
    /// <exception cref="InputException">The file has no columns.</exception>
    public static DataKind OfTable(Utf8LineReader lines, DataKind? given)
    {
        DataKind? named = given ?? OfName(lines.Source);
        DataKind? kind = named ?? OfBeginning(lines);
        if (kind is DataKind.Jsonl or DataKind.FastText)
        {
            string by = given is not null ? "DataFormat.Kind" : named is not null ? "name" : "first line";
            throw new InputException(
                $"{lines.Source}: is {kind.ToString()!.ToLowerInvariant()} by its {by}, expected csv or tsv with a header; " +
                "DataFormat.TextColumn is for those, leave it out for other data");
        }
        return kind ?? (lines.Line.Contains((byte)'\t') ? DataKind.Tsv : DataKind.Csv);
    }

    /// <summary>What a file is by the ending of its name; null where that says nothing.</summary>
    public static DataKind? OfName(string name)
    {
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            name = name[..^3];
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".tsv" or ".tab" => DataKind.Tsv,
            ".csv" => DataKind.Csv,
            ".jsonl" or ".ndjson" or ".json" => DataKind.Jsonl,
            ".fasttext" or ".ft" => DataKind.FastText,
            _ => null,
        };
    }

    // Null where columns may follow.
    private static DataKind? OfBeginning(Utf8LineReader lines)
    {
        ReadOnlySpan<byte> line = lines.Line.TrimStart(" \t"u8);
        if (SeparatorLine.Of(line) is not null)
            return DataKind.Csv;
        return line.StartsWith(FastTextRows.Prefix) ? DataKind.FastText
            : line.StartsWith("{"u8) || JsonRows.IsArray(line) ? DataKind.Jsonl
            : null;
    }

    private static DataKind OfLine(Utf8LineReader lines)
    {
        if (OfBeginning(lines) is { } kind)
            return kind;
        ReadOnlySpan<byte> line = lines.Line;
        if (line.Contains((byte)'\t'))
            return DataKind.Tsv;
        if (line.ContainsAny((byte)',', (byte)';', (byte)'|'))
            return DataKind.Csv;
        if (FastTextRows.HasLabel(lines.Text))
            throw FastTextRows.NotInFront(lines, lines.Text);
        throw lines.Error(
            $"{Excerpt.Of(lines.Text)} does not show what the data is; " +
            $"give DataFormat.Kind = {string.Join(" or ", Enum.GetNames<DataKind>().Except([nameof(DataKind.Lines)]))}");
    }
}
