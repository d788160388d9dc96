using System.Diagnostics;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>An epoch as one line of JSON: what <c>--json</c> prints and <c>metrics.jsonl</c> holds.</summary>
internal static class EpochJson
{
    public static string Line(EpochReport report) => JsonLine.Of(json =>
    {
        EpochReportJson.WriteFields(json, report);
        using var process = Process.GetCurrentProcess();
        json.WriteNumber("peak_mb", process.PeakWorkingSet64 >> 20);
    });
}
