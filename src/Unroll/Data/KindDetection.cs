
namespace Unroll.Data;

/// <summary>Tells what a file is by its name, or else by its first line.</summary>
internal static class KindDetection
{
    /// <param name="lines">A reader that stands on the first line.</param>
    /// <param name="format">What was said about the file.</param>
    public static DataKind Of(Utf8LineReader lines, DataFormat format) => OfNameAndLine(lines, format) ?? OfLine(lines);

    /// <summary>
    /// What a file is by its name, where its first line does not plainly say otherwise; null where the name says nothing.
    /// </summary>
    /// <param name="lines">A reader that stands on the first line that is not empty.</param>
    /// <param name="format">What was said about the file.</param>
    /// <exception cref="InputException">The first line is of another kind.</exception>
    public static DataKind? OfNameAndLine(Utf8LineReader lines, DataFormat format)
    {
        DataKind? named = OfName(lines.Source);
        if (named is { } kind && OtherKind(lines, kind, format) is { } other)
        {
            throw lines.Error(
                $"{Excerpt.Of(lines.Text)} is {Words(other)}, expected {Words(kind)} by the file's name; " +
                $"give DataFormat.Kind = {other}, or another name");
        }
        return named;
    }

    /// <summary>The same for a file with columns; one column alone is CSV.</summary>
    /// <param name="lines">A reader that stands on the first line.</param>
    /// <param name="given">What the file was said to be.</param>
    /// <exception cref="InputException">The file has no columns.</exception>
    public static DataKind OfTable(Utf8LineReader lines, DataKind? given)
    {
        DataKind? named = given ?? OfName(lines.Source);
        if (given is null && named is { } byName)
            named = OtherKind(lines, byName, new DataFormat()) is null ? named : null;
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

    // What the first line shows that no file of the named kind begins with; null where it may be one.
    private static DataKind? OtherKind(Utf8LineReader lines, DataKind named, DataFormat format)
    {
        ReadOnlySpan<byte> line = lines.Line.TrimStart(" \t"u8);
        DataKind? shown = JsonRows.IsObject(line) || JsonRows.IsArray(line) ? DataKind.Jsonl
            : FastTextRows.IsRow(line) && (named != DataKind.Csv || format.Header) ? DataKind.FastText
            : SeparatorLine.Of(line) is not null || HasColumns(lines.Text) ? DataKind.Csv
            : null;
        bool isTable = named is DataKind.Tsv or DataKind.Csv;
        return shown is null || shown == named || (isTable && shown == DataKind.Csv) ? null : shown;
    }

    // The names of the two columns that files have by default, and nothing else that JSON or fastText could be.
    private static bool HasColumns(string line)
    {
        string[] names = [.. line.Split([',', ';', '\t', '|']).Select(name => name.Trim().Trim('"').ToLowerInvariant())];
        return names.Contains(DataFormat.DefaultLabel) && names.Contains(DataFormat.DefaultText);
    }

    private static string Words(DataKind kind) => kind switch
    {
        DataKind.Tsv => "TSV",
        DataKind.Csv => "CSV",
        DataKind.Jsonl => "JSON lines",
        DataKind.FastText => "fastText's format",
        DataKind.Lines => "plain text",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of data"),
    };

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
