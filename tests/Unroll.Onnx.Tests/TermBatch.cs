using System.Globalization;
using System.Text.Json;
using Unroll.Text;

namespace Unroll.Onnx.Tests;

/// <summary>
/// The inputs of the linear part, made of tokens and <c>terms.txt</c> as docs/files.md says, and not by the library.
/// </summary>
/// <param name="Terms">[B][K]: lines of terms.txt.</param>
/// <param name="Counts">[B][K].</param>
/// <param name="Width">K, which a batch without rows has too.</param>
public sealed record TermBatch(long[][] Terms, float[][] Counts, int Width)
{
    private const string Edge = "▁";

    /// <summary>Terms of texts, filled up to the same width.</summary>
    /// <param name="texts">The tokens of each text.</param>
    /// <param name="kind">What a token is.</param>
    /// <param name="lines">The lines of terms.txt.</param>
    /// <param name="fill">What stands where a text has no more terms.</param>
    /// <param name="fillCount">The count that stands there.</param>
    /// <param name="atLeast">The least width.</param>
    public static TermBatch Of(
        IReadOnlyList<string[]> texts, TokenKind kind, IReadOnlyList<string> lines, long fill = -1, float fillCount = 0,
        int atLeast = 0)
    {
        (long[] Terms, float[] Counts)[] rows = [.. texts.Select(tokens => TermsOf(tokens, kind, lines))];
        int width = Math.Max(atLeast, rows.Select(row => row.Terms.Length).DefaultIfEmpty(0).Max());
        return new TermBatch(
            [.. rows.Select(row => (long[])[.. row.Terms, .. Enumerable.Repeat(fill, width - row.Terms.Length)])],
            [.. rows.Select(row => (float[])[.. row.Counts, .. Enumerable.Repeat(fillCount, width - row.Terms.Length)])],
            width);
    }

    /// <summary>The terms of one text that terms.txt has, each once, and how often each stands in it.</summary>
    public static (long[] Terms, float[] Counts) TermsOf(string[] tokens, TokenKind kind, IReadOnlyList<string> lines)
    {
        var lineOf = lines.Select((term, line) => (term, line)).ToDictionary(entry => entry.term, entry => (long)entry.line);
        IGrouping<long, string>[] found =
            [.. Found(tokens, kind).Where(lineOf.ContainsKey).GroupBy(term => lineOf[term]).OrderBy(term => term.Key)];
        return ([.. found.Select(term => term.Key)], [.. found.Select(term => (float)term.Count())]);
    }

    /// <summary>Writes what run.js reads.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        Write(json, "terms", Terms.Select(row => row.Select(term => term.ToString(CultureInfo.InvariantCulture))));
        // As strings, for JSON has no NaN.
        Write(json, "term_counts", Counts.Select(row => row.Select(count => count.ToString("R", CultureInfo.InvariantCulture))));
        WriteShape(json, "terms_shape", Terms.Length, Width);
        WriteShape(json, "counts_shape", Counts.Length, Counts.Length == 0 ? Width : Counts[0].Length);
    }

    private static IEnumerable<string> Found(string[] tokens, TokenKind kind)
    {
        if (tokens.Length == 0)
            yield break;
        string[] around = [Edge, .. tokens, Edge];
        if (kind == TokenKind.Char)
        {
            foreach (string run in Runs(around, 1, 5))
                yield return " " + run;
            yield break;
        }
        for (int i = 0; i + 1 < around.Length; i++)
            yield return around[i] + " " + around[i + 1];
        foreach (string token in tokens)
        {
            yield return token;
            string[] characters = [Edge, .. token.EnumerateRunes().Select(rune => rune.ToString()), Edge];
            foreach (string piece in Runs(characters, 2, 5))
                yield return " " + piece;
        }
    }

    // Neighbours written together; an edge alone is none.
    private static IEnumerable<string> Runs(string[] parts, int least, int most)
    {
        for (int first = 0; first < parts.Length; first++)
        {
            for (int length = least; length <= most && first + length <= parts.Length; length++)
            {
                if (length > 1 || (first > 0 && first < parts.Length - 1))
                    yield return string.Concat(parts[first..(first + length)]);
            }
        }
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<IEnumerable<string>> rows)
    {
        json.WriteStartArray(name);
        foreach (IEnumerable<string> row in rows)
        {
            json.WriteStartArray();
            foreach (string number in row)
                json.WriteStringValue(number);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteShape(Utf8JsonWriter json, string name, int rows, int width)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(rows);
        json.WriteNumberValue(width);
        json.WriteEndArray();
    }
}
