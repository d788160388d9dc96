using System.Diagnostics;

namespace Unroll.Bench.Fuzzing;

/// <summary><c>fuzz</c>: changed files for every reader, a line of a table each.</summary>
internal static class FuzzCommand
{
    /// <summary>Runs.</summary>
    /// <param name="count">Changed files in all.</param>
    /// <param name="seed">The seed of the changes.</param>
    /// <param name="only">Names of targets begin with one of these; none for all.</param>
    /// <param name="keep">Where files of faults go.</param>
    /// <param name="output">Where the table goes.</param>
    /// <returns>The exit code: 1 with a fault.</returns>
    public static int Run(int count, int seed, IReadOnlyList<string> only, string keep, TextWriter output)
    {
        using var targets = new FuzzTargets();
        FuzzTarget[] chosen =
        [
            .. targets.All().Where(target => only.Count == 0
                || only.Any(name => target.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase))),
        ];
        output.WriteLine($"Seed {seed}, {count} changed files for {chosen.Length} readers.");
        output.WriteLine();
        output.WriteLine("| reader | files | read | refused | faults | seconds |");
        output.WriteLine("|---|---|---|---|---|---|");
        int faults = 0;
        int tried = 0;
        foreach (FuzzTarget target in chosen)
        {
            FuzzResult result = new Fuzzer(target, seed, keep).Run((count + chosen.Length - 1) / chosen.Length);
            faults += result.Faults.Count;
            tried += result.Read + result.Refused;
            int files = result.Read + result.Refused;
            output.WriteLine(
                $"| {result.Name} | {files} | {result.Read} | {result.Refused} | {result.Faults.Count} | {result.Seconds:F1} |");
            foreach (string fault in result.Faults)
                Console.Error.WriteLine($"{result.Name}: {fault}");
        }
        using var process = Process.GetCurrentProcess();
        output.WriteLine();
        output.WriteLine($"{tried} files, {faults} faults; the process had {process.PeakWorkingSet64 >> 20} MB at most.");
        return faults == 0 ? 0 : 1;
    }
}
