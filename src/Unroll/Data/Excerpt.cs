namespace Unroll.Data;

/// <summary>Pieces of a file as errors show them: quoted, short, on one line.</summary>
internal static class Excerpt
{
    private const int LongestText = 40;
    private const int MostNames = 20;

    public static string Of(string text)
    {
        // Not between the halves of a surrogate pair.
        int length = LongestText < text.Length && char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        string shown = text.Length <= LongestText ? text : text[..length] + "…";
        return $"\"{shown.ReplaceLineEndings(" ")}\"";
    }

    public static string Of(IReadOnlyCollection<string> names)
    {
        string more = names.Count > MostNames ? $" and {names.Count - MostNames} more" : "";
        return string.Join(", ", names.Take(MostNames).Select(Of)) + more;
    }
}
