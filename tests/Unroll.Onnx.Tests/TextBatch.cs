using System.Text.Json;

namespace Unroll.Onnx.Tests;

/// <summary>What a graph is given, and what the library reads in its place.</summary>
/// <param name="Name">Names it in a failure.</param>
/// <param name="Ids">[B][T].</param>
/// <param name="Time">T, which a batch without rows has too.</param>
/// <param name="Lengths">[B].</param>
/// <param name="Texts">[B]: the ids that the library computes with.</param>
public sealed record TextBatch(string Name, int[][] Ids, int Time, int[] Lengths, int[][] Texts)
{
    private static readonly int[] Unknown = [1];

    /// <summary>What the linear part reads; null for a model without one.</summary>
    public TermBatch? Terms { get; init; }

    /// <summary>The pieces of unknown words; null for a model without sub-words.</summary>
    public PieceBatch? Pieces { get; init; }

    // What stands past a text's end: the padding, a word, numbers that no word has.
    private static readonly int[] Paddings = [0, 4, 1000, -50];

    /// <summary>Batches whose texts all have a word.</summary>
    public static IReadOnlyList<TextBatch> WithWords { get; } =
    [
        .. from texts in (int[][][])
           [
               ExportCase.Sentences(1, 3, 9, 1, 5, 9, 2, 1), ExportCase.Sentences(2, 4), ExportCase.Sentences(3, 1, 1),
           ]
           from padding in Paddings
           select Padded($"{texts.Length} texts, padding {padding}", texts, padding),
    ];

    /// <summary>Every way in which a text can be empty, alone and beside others; and no text at all.</summary>
    public static IReadOnlyList<TextBatch> WithEmptyTexts { get; } =
    [
        new("time 0", [[]], 0, [0], [Unknown]),
        new("time 0, three texts", [[], [], []], 0, [0, 0, 0], [Unknown, Unknown, Unknown]),
        new("time 0, length 1", [[], []], 0, [1, 0], [Unknown, Unknown]),
        new("length 0", [[0, 0]], 2, [0], [Unknown]),
        new("length 0, time 1", [[7]], 1, [0], [Unknown]),
        new("length -1", [[7, 3]], 2, [-1], [Unknown]),
        new(
            "length 0 beside others", [[5, 3, 2, 9], [1000, 4, -50, 3], [8, 0, 0, 0], [0, 0, 0, 0]], 4, [4, 0, 1, 0],
            [[5, 3, 2, 9], Unknown, [8], Unknown]),
        new("padding alone", [[0, 0, 0]], 3, [3], [Unknown]),
        new(
            "padding alone beside others", [[0, 0, 0], [5, 3, 2], [0, 0, 4], [0, 6, 1]], 3, [3, 2, 2, 3],
            [Unknown, [5, 3], Unknown, [0, 6, 1]]),
        new("no texts", [], 3, [], []),
        new("no texts, time 0", [], 0, [], []),
    ];

    /// <summary>Writes what run.js reads.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("ids");
        foreach (int[] row in Ids)
            WriteNumbers(json, row);
        json.WriteEndArray();
        json.WriteNumber("time", Time);
        json.WritePropertyName("lengths");
        WriteNumbers(json, Lengths);
        Terms?.WriteTo(json);
        Pieces?.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, int[] numbers)
    {
        json.WriteStartArray();
        foreach (int number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static TextBatch Padded(string name, int[][] texts, int padding)
    {
        // One step more than the longest has, so that every text is padded.
        int time = texts.Max(text => text.Length) + 1;
        int[][] ids = [.. texts.Select(text => (int[])[.. text, .. Enumerable.Repeat(padding, time - text.Length)])];
        return new TextBatch(name, ids, time, [.. texts.Select(text => text.Length)], texts);
    }
}
