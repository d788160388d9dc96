using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Unroll.Onnx.Tests;

/// <summary>The input of sub-words, made of tokens as docs/files.md says, and not by the library.</summary>
/// <param name="Pieces">[B][T][K]: rows of subword.weight.</param>
/// <param name="Shape">B, T, K.</param>
public sealed record PieceBatch(long[][][] Pieces, int[] Shape)
{
    /// <summary>The pieces of words that are not known, filled up to the same width.</summary>
    /// <param name="texts">The tokens of each text.</param>
    /// <param name="known">The words that are known.</param>
    /// <param name="rows">Rows of subword.weight.</param>
    /// <param name="time">T.</param>
    /// <param name="fill">What stands where there is no piece.</param>
    public static PieceBatch Of(string[][] texts, IReadOnlySet<string> known, int rows, int time, long fill = -1)
    {
        long[][][] pieces =
        [
            .. texts.Select(text => (long[][])
            [
                .. text.Select(token => known.Contains(token) ? [] : PiecesOf(token, rows)),
                .. Enumerable.Repeat(Array.Empty<long>(), time - text.Length),
            ]),
        ];
        int width = pieces.SelectMany(text => text).Select(token => token.Length).DefaultIfEmpty(0).Max();
        foreach (long[][] text in pieces)
        {
            for (int t = 0; t < time; t++)
                text[t] = [.. text[t], .. Enumerable.Repeat(fill, width - text[t].Length)];
        }
        return new PieceBatch(pieces, [texts.Length, time, width]);
    }

    /// <summary>Writes what run.js reads.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray("subwords");
        foreach (long piece in Pieces.SelectMany(text => text).SelectMany(token => token))
            json.WriteStringValue(piece.ToString(CultureInfo.InvariantCulture));
        json.WriteEndArray();
        json.WriteStartArray("subwords_shape");
        foreach (int size in Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
    }

    /// <summary>The rows of a word's pieces.</summary>
    public static long[] PiecesOf(string word, int rows)
    {
        Rune[] letters = [.. $"<{word}>".EnumerateRunes()];
        var found = new List<long>();
        for (int first = 0; first < letters.Length; first++)
        {
            for (int length = 3; length <= 6 && first + length <= letters.Length; length++)
            {
                uint hash = 2166136261;
                foreach (byte value in Encoding.UTF8.GetBytes(string.Concat(letters[first..(first + length)])))
                    hash = unchecked((hash ^ value) * 16777619);
                found.Add(hash % (uint)rows);
            }
        }
        return [.. found];
    }
}
