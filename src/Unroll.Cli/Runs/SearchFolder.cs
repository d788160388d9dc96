using System.Text.Json;
using Unroll.Data;
using Unroll.Search;
using Unroll.Storage;

namespace Unroll.Cli.Runs;

/// <summary>
/// The folder of a search: <c>search.json</c> and <c>space.json</c> (what it began with), <c>journal.jsonl</c>, a checkpoint of
/// each trial that may still be trained, and in the end <c>trials.jsonl</c>, <c>model</c> and <c>report.html</c>.
/// </summary>
internal static class SearchFolder
{
    /// <summary>Whether a folder holds a search.</summary>
    public static bool IsIn(string folder) => File.Exists(PathOf(folder, SearchSettings.FileName));

    /// <summary>The file that a search goes on by.</summary>
    /// <exception cref="InputException">The folder holds no search.</exception>
    public static string SettingsOf(string folder)
    {
        if (IsIn(folder))
            return PathOf(folder, SearchSettings.FileName);
        string found = Directory.Exists(folder) ? $"no {SearchSettings.FileName} in it"
            : File.Exists(folder) ? "is a file"
            : "no such folder";
        throw new InputException(
            $"{folder}: {found}, expected the folder of a search; begin one with unroll search DATA --out {folder}");
    }

    /// <summary>Begins a search in a folder, or takes part in the same search that has begun there.</summary>
    /// <param name="folder">The folder; it is made where there is none.</param>
    /// <param name="settings">The settings, as JSON.</param>
    /// <param name="space">What is drawn.</param>
    /// <exception cref="InputException">The folder holds another search or other files, or cannot be written to.</exception>
    public static void Begin(string folder, byte[] settings, SearchSpace space)
    {
        byte[] spaceJson = [.. System.Text.Encoding.UTF8.GetBytes(JsonLine.OfValue(space.WriteTo)), (byte)'\n'];
        using var held = FolderLock.TakeWhenFree(folder);
        BeginIn(held, settings, spaceJson);
    }

    private static void BeginIn(FolderLock held, byte[] settings, byte[] space)
    {
        string folder = held.Path;
        if (!IsIn(folder))
        {
            SharedParts.RequireEmpty(folder);
            held.Update(
                [
                    (SearchSettings.SpaceName, stream => stream.Write(space)),
                    (SearchSettings.FileName, stream => stream.Write(settings)),
                ],
                []);
            return;
        }
        Compare(folder, SearchSettings.FileName, settings);
        Compare(folder, SearchSettings.SpaceName, space);
    }

    private static void Compare(string folder, string name, byte[] expected)
    {
        string path = PathOf(folder, name);
        byte[] found;
        try
        {
            found = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: cannot be read ({e.Message.TrimEnd('.')}), expected what the search began with; restore it, or " +
                "choose another --out", e);
        }
        if (found.AsSpan().SequenceEqual(expected))
            return;
        throw new InputException(
            $"{folder}: holds another search, {Difference(path, found, expected)}; go on with that one with unroll search " +
            $"--resume {folder}, or choose another --out");
    }

    private static string Difference(string path, byte[] found, byte[] expected) => JsonSettings.Read(
        found, path, "the one it began with; restore it, or choose another --out", there =>
        {
            using JsonDocument here = JsonDocument.Parse(expected);
            foreach (string name in there.EnumerateObject().Concat(here.RootElement.EnumerateObject()).Select(each => each.Name))
            {
                string thereText = there.TryGetProperty(name, out JsonElement a) ? a.GetRawText() : "not given";
                string hereText = here.RootElement.TryGetProperty(name, out JsonElement b) ? b.GetRawText() : "not given";
                if (thereText != hereText)
                    return $"with {name} {thereText}, expected {hereText}";
            }
            return "in another order";
        });

    private static string PathOf(string folder, string name) => Path.Combine(folder, name);
}
