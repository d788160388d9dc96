using System.Text;
using System.Text.Json;
using Unroll.Storage;
using Unroll.Web;

namespace Unroll.Cli.Runs;

/// <summary>The page with some data in it, as an HTML file.</summary>
internal static class PageFile
{
    /// <summary>Writes the page.</summary>
    /// <param name="path">The HTML file.</param>
    /// <param name="overwrite">Whether it may be replaced.</param>
    /// <param name="writeFields">
    /// Writes <c>title</c>, <c>runs</c> and <c>sentences</c>; <c>experiment</c> where it is of one.
    /// </param>
    /// <exception cref="InputException">The file cannot be written, or this build has no page.</exception>
    public static void Write(string path, bool overwrite, Action<Utf8JsonWriter> writeFields)
    {
        Require(path, overwrite);
        byte[] data = Encoding.UTF8.GetBytes(JsonLine.Of(writeFields));
        DurableFile.Write(path, overwrite, stream => ReportPage.Write(stream, data));
    }

    /// <summary>Refuses what <see cref="Write"/> would refuse.</summary>
    /// <exception cref="InputException">The file cannot be written, or this build has no page.</exception>
    public static void Require(string path, bool overwrite)
    {
        DurableFile.RequirePath(path, overwrite);
        if (!ReportPage.IsBuilt)
            throw new InputException($"{path}: not written, {ReportPage.HowToBuild}");
    }

    /// <summary>Writes a page beside results that are worth as much without it: says where it is, or why there is none.</summary>
    /// <param name="path">The HTML file.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="write">Writes it.</param>
    /// <returns>Whether trying again is of no use: it is there, or this build has no page.</returns>
    public static bool TryWrite(string path, Terminal terminal, Action write)
    {
        string name = Path.GetFileName(path);
        if (!ReportPage.IsBuilt)
        {
            terminal.Error.WriteLine($"No {name}: {ReportPage.HowToBuild}");
            return true;
        }
        try
        {
            write();
            terminal.Error.WriteLine($"Report in {path}");
            return true;
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"No {name}: {(WriteFailure.Is(e) ? WriteFailure.ReasonOf(e) : e.Message)}");
            // A file that cannot be read does not become readable by trying again.
            return e is InputException;
        }
    }
}
