using System.Text.Json;
using Unroll.Cli.Train;
using Unroll.Formats;
using Unroll.Inspection;
using Unroll.Web;

namespace Unroll.Cli.Report;

/// <summary>Runs as one HTML file.</summary>
internal static class RunPage
{
    /// <summary>Writes <c>report.html</c> into the folder of a run, or says why not: the run is worth as much without it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="sentences">Texts to show word by word.</param>
    public static void WriteInto(string folder, Terminal terminal, params IReadOnlyList<TextInspection> sentences)
    {
        if (!ReportPage.IsBuilt)
        {
            terminal.Error.WriteLine($"No {RunFolder.ReportName}: {ReportPage.HowToBuild}");
            return;
        }
        string path = Path.Combine(folder, RunFolder.ReportName);
        try
        {
            Write(path, overwrite: true, [folder], terminal, sentences);
            terminal.Error.WriteLine($"Report in {path}");
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"No {RunFolder.ReportName}: {e.Message}");
        }
    }

    /// <summary>Writes a page of one run, or of several over each other.</summary>
    /// <exception cref="InputException">A folder holds no run, the file cannot be written, or this build has no page.</exception>
    public static void Write(string path, bool overwrite, IReadOnlyList<string> folders, Terminal terminal, params IReadOnlyList<TextInspection> sentences)
    {
        DurableFile.RequirePath(path, overwrite);
        RunFiles[] runs = [.. folders.Select(folder => RunFiles.Open(folder, terminal))];
        bool sameNames = runs.Select(run => run.Name).Distinct().Count() < runs.Length;
        string[] names = [.. runs.Select((run, i) => sameNames ? folders[i] : run.Name)];
        Write(path, overwrite, json =>
        {
            json.WriteString("title", runs.Length == 1 ? names[0] : $"{runs.Length} runs: {string.Join(", ", names)}");
            json.WriteStartArray("runs");
            for (int i = 0; i < runs.Length; i++)
                runs[i].Write(json, names[i]);
            json.WriteEndArray();
            json.WriteStartArray("sentences");
            foreach (TextInspection sentence in sentences)
                sentence.WriteTo(json);
            json.WriteEndArray();
        });
    }

    /// <summary>Writes a page.</summary>
    /// <param name="path">The HTML file.</param>
    /// <param name="overwrite">Whether it may be replaced.</param>
    /// <param name="writeFields">Writes <c>title</c>, <c>runs</c> and <c>sentences</c>.</param>
    /// <exception cref="InputException">The file cannot be written, or this build has no page.</exception>
    public static void Write(string path, bool overwrite, Action<Utf8JsonWriter> writeFields)
    {
        if (!ReportPage.IsBuilt)
            throw new InputException($"{path}: not written, {ReportPage.HowToBuild}");
        byte[] data = System.Text.Encoding.UTF8.GetBytes(JsonLine.Of(writeFields));
        DurableFile.Write(path, overwrite, stream => ReportPage.Write(stream, data));
    }
}
