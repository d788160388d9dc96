using Unroll.Inspection;

namespace Unroll.Cli.Runs;

/// <summary>One inspected text as an HTML file.</summary>
internal static class SentencePage
{
    /// <summary>Writes the page.</summary>
    /// <exception cref="InputException">The file cannot be written, or this build has no page.</exception>
    public static void Write(string path, bool overwrite, TextInspection text) => PageFile.Write(path, overwrite, json =>
    {
        json.WriteString("title", "A text, word by word");
        json.WriteStartArray("runs");
        json.WriteEndArray();
        json.WriteStartArray("sentences");
        text.WriteTo(json);
        json.WriteEndArray();
    });
}
