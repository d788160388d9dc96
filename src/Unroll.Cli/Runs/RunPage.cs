using Unroll.Inspection;
using Unroll.Storage;

namespace Unroll.Cli.Runs;

/// <summary>Runs as one HTML file.</summary>
internal static class RunPage
{
    /// <summary>
    /// Writes <c>report.html</c> into the folder of a run, or says why not: the run is worth as much without it.
    /// </summary>
    /// <param name="folder">The run.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <returns>Whether trying again is of no use: it is there, or this build has no page.</returns>
    public static bool WriteInto(string folder, Terminal terminal)
    {
        string path = Path.Combine(folder, RunFolder.ReportName);
        return PageFile.TryWrite(path, terminal, () => Write(path, overwrite: true, [folder]));
    }

    /// <summary>Writes a page of one run, or of several over each other.</summary>
    /// <exception cref="InputException">A folder holds no run, the file cannot be written, or this build has no page.</exception>
    public static void Write(string path, bool overwrite, IReadOnlyList<string> folders)
    {
        DurableFile.RequirePath(path, overwrite);
        RunFiles[] runs = [.. folders.Select(folder => RunFiles.Open(folder))];
        bool sameNames = runs.Select(run => run.Name).Distinct().Count() < runs.Length;
        string[] names = [.. runs.Select((run, i) => sameNames ? folders[i] : run.Name)];
        PageFile.Write(path, overwrite, json =>
        {
            json.WriteString("title", runs.Length == 1 ? names[0] : $"{runs.Length} runs: {string.Join(", ", names)}");
            json.WriteStartArray("runs");
            for (int i = 0; i < runs.Length; i++)
                runs[i].Write(json, names[i]);
            json.WriteEndArray();
            json.WriteStartArray("sentences");
            // Those of several models could not be told apart.
            foreach (TextInspection sentence in runs.Length == 1 ? runs[0].Sentences() : [])
                sentence.WriteTo(json);
            json.WriteEndArray();
        });
    }
}
