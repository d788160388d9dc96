namespace Unroll.Bench.Hardening;

/// <summary>A temporary folder in which processes are killed, and how a fault that is found ends the command.</summary>
internal static class HardeningFolder
{
    /// <summary>Makes one.</summary>
    public static string Create() => Directory.CreateTempSubdirectory("unroll-kills-").FullName;

    /// <summary>Works in it, and removes it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="output">Where a fault goes.</param>
    /// <param name="work">Throws <see cref="InvalidOperationException"/> for a fault.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string folder, TextWriter output, Action work)
    {
        try
        {
            work();
            return 0;
        }
        catch (InvalidOperationException e)
        {
            output.WriteLine();
            output.WriteLine($"FAULT: {e.Message}");
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
