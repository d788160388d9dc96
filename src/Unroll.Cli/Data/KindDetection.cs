using Unroll.Text;

namespace Unroll.Cli.Data;

/// <summary>Tells what a file is by its name, or else by its first line.</summary>
internal static class KindDetection
{
    /// <param name="lines">A reader that stands on the first line.</param>
    public static DataKind Of(Utf8LineReader lines) => OfName(lines.Source) ?? OfLine(lines);

    private static DataKind? OfName(string name)
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

    private static DataKind OfLine(Utf8LineReader lines)
    {
        ReadOnlySpan<byte> line = lines.Line;
        if (line.StartsWith(FastTextRows.Prefix))
            return DataKind.FastText;
        if (line.TrimStart((byte)' ').StartsWith("{"u8))
            return DataKind.Jsonl;
        if (line.Contains((byte)'\t'))
            return DataKind.Tsv;
        if (line.ContainsAny((byte)',', (byte)';'))
            return DataKind.Csv;
        throw lines.Error(
            $"{Excerpt.Of(lines.Text)} does not show what the data is; give --format {string.Join(" or ", Enum.GetNames<DataKind>()).ToLowerInvariant()}");
    }
}
