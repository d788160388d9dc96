using System.Text.Json;
using Unroll.Data;

namespace Unroll.Import;

/// <summary>
/// What stands on every token of a list and is no part of it: quotes, a comma at the end, the colon before an id. It is taken
/// off with a note; any other mark that every token ends in is refused, as every word would be unknown.
/// </summary>
/// <param name="path">The file, for errors.</param>
internal sealed class TokenDecoration(string path)
{
    private readonly List<string> _notes = [];

    /// <summary>What was taken off; null where nothing was.</summary>
    public string? Note => _notes.Count == 0 ? null : string.Join("; ", _notes);

    public void Add(string note) => _notes.Add(note);

    /// <summary>Takes off the comma in which every line ends; the last one may have none.</summary>
    /// <param name="lines">The file's lines.</param>
    public IReadOnlyList<string> TakeOffCommas(IReadOnlyList<string> lines)
    {
        string[] written = [.. lines.Where(line => line.Length > 0)];
        if (written.Length < 3 || !written[..^1].All(line => line.Length > 1 && line[^1] == ','))
            return lines;
        _notes.Add("the comma at the end of every line of the vocabulary was taken off");
        return [.. lines.Select(line => line.Length > 1 && line[^1] == ',' ? line[..^1] : line)];
    }

    /// <summary>Takes off quotes and colons that stand on every token.</summary>
    /// <param name="entries">The tokens.</param>
    /// <param name="hasIds">Whether an id stands beside each.</param>
    /// <exception cref="InputException">Every token ends in another mark.</exception>
    public IReadOnlyList<VocabularyEntry> TakeOff(IReadOnlyList<VocabularyEntry> entries, bool hasIds)
    {
        if (hasIds && All(entries, token => token.Length > 1 && token[^1] == ':'))
        {
            _notes.Add("the colon behind every token was taken off");
            entries = [.. entries.Select(entry => entry with { Token = Cut(entry.Token, 0) })];
        }
        foreach (char quote in "\"'`")
        {
            if (All(entries, token => token.Length > 2 && token[0] == quote && token[^1] == quote))
            {
                _notes.Add("the quotes around every token were taken off");
                return [.. entries.Select(entry => entry with { Token = Unquote(entry.Token) })];
            }
        }
        RequireNoMark(entries);
        return entries;
    }

    private void RequireNoMark(IReadOnlyList<VocabularyEntry> entries)
    {
        foreach (char mark in ",;:|\"'`=")
        {
            if (All(entries, token => token.Length > 1 && token[^1] == mark))
            {
                string first = entries.First(entry => entry.Token.Length > 0).Token;
                throw new InputException(
                    $"{path}: every token ends in {mark} as {Excerpt.Of(first)} does, "
                    + "so no word of a text would be known; give the tokens alone");
            }
        }
    }

    private static bool All(IReadOnlyList<VocabularyEntry> entries, Func<string, bool> has)
    {
        string[] tokens = [.. entries.Select(entry => entry.Token.Trim()).Where(token => token.Length > 0)];
        return tokens.Length > 1 && tokens.All(has);
    }

    private static string Cut(string token, int start) => token.Trim() is { Length: > 0 } text ? text[start..^1] : token;

    // As JSON writes it, or as CSV does.
    private static string Unquote(string token)
    {
        if (string.IsNullOrWhiteSpace(token))
            return token;
        string quoted = token.Trim();
        if (quoted[0] == '"')
        {
            try
            {
                using var document = JsonDocument.Parse(quoted);
                return document.RootElement.GetString()!;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return Cut(quoted, 1).Replace("\"\"", "\"", StringComparison.Ordinal);
            }
        }
        return Cut(quoted, 1);
    }
}
