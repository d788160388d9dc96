using System.Text.Json;

namespace Unroll.Data;

/// <summary>What is wrong with a line of JSON, in the words of somebody who writes such lines and not of a parser.</summary>
internal static class JsonFault
{
    // Pieces of the parser's messages, and what to say for each.
    private static readonly (string Said, string Words)[] OfParser =
    [
        ("configured depth", "arrays and objects stand too deep inside one another; take that key out"),
        ("hex digit", "\\u stands without four hexadecimal digits behind it; write all four, or double the backslash"),
        ("escapable character", "a backslash stands before a character that needs none; double the backslash, or take it off"),
        ("trailing comma", "a comma stands behind the last entry; take it off"),
        ("after a property name", "no colon stands behind a key"),
        ("after a value", "a comma is missing, or a quote inside a string has no backslash before it"),
        ("without a matching open", "a bracket is closed that was not opened"),
        ("leading zero", "a number begins with 0; write it in quotes if it is a name"),
        ("end of a number", "a number is not written as in JSON; write it in quotes if it is a name"),
        ("digit", "a number is not written as in JSON; write it in quotes if it is a name"),
        ("end of string", "a string is not closed on the line; write a line end in it as \\n"),
        ("depth to be zero", "the object is not closed on the line"),
        ("end of data", "the line ends inside the object"),
    ];

    /// <summary>The fault, to stand in brackets.</summary>
    /// <param name="e">What the parser said.</param>
    /// <param name="line">The line.</param>
    public static string Describe(JsonException e, ReadOnlySpan<byte> line)
    {
        int place = (int)Math.Min(e.BytePositionInLine ?? 0, line.Length);
        ReadOnlySpan<byte> rest = line[place..];
        char found = rest.IsEmpty ? ' ' : (char)rest[0];
        if (line.TrimStart(" \t"u8).StartsWith("{'"u8))
            return "a dict of Python and no JSON; write it with json.dumps";
        // The parser has taken the sign for a number's.
        bool isStart = Says(e, "start of a value") || Says(e, "literal") || rest.StartsWith("Inf"u8);
        if (Says(e, "after a single JSON value"))
        {
            return found == ',' ? "a comma stands behind the object; take it off"
                : found == '{' ? "more than one object stands on the line; jq -c . parts them"
                : "something stands behind the object; take it off";
        }
        if (Says(e, "within a JSON string") && found < ' ')
            return $"a control character (U+{(int)found:X4}) stands in a string; write it as \\u{(int)found:X4}, or take it out";
        if (Says(e, "start of a property name"))
            return found == '}' ? "a comma stands behind the last entry; take it off" : "a key does not stand in double quotes";
        return isStart ? OfValue(rest, found, isFirst: line[..place].Trim(" \t"u8).IsEmpty)
            : OfParser.FirstOrDefault(known => Says(e, known.Said)).Words ?? Own(e);
    }

    private static string OfValue(ReadOnlySpan<byte> rest, char found, bool isFirst)
    {
        if (isFirst)
            return "the line is no JSON";
        if (rest.StartsWith("NaN"u8) || rest.StartsWith("Inf"u8) || rest.StartsWith("-Inf"u8))
            return "JSON has no NaN and no Infinity; write null or a string";
        if (rest.StartsWith("None"u8) || rest.StartsWith("undefined"u8))
            return "JSON writes null for no value";
        return found is 'T' or 'F' ? "JSON writes true and false in small letters"
            : found == '\'' ? "a string stands in single quotes; JSON has double ones"
            : found is '}' or ']' or ',' ? "a value is missing"
            : "a value is neither a string in double quotes nor a number, true, false or null";
    }

    private static bool Says(JsonException e, string piece) => e.Message.Contains(piece, StringComparison.OrdinalIgnoreCase);

    // The parser's message without its own line and byte numbers.
    private static string Own(JsonException e) => e.Message.Split(" LineNumber:")[0].TrimEnd('.').ReplaceLineEndings(" ");
}
