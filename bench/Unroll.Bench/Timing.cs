using System.Diagnostics;

namespace Unroll.Bench;

/// <summary>Medians of repeated runs.</summary>
internal static class Timing
{
    private const int WarmUps = 30;
    private const double WarmUpSeconds = 0.5;
    private const int FewestRuns = 5;

    /// <summary>The median seconds of one run. The first runs, in which code is still compiled, do not count.</summary>
    public static double Median(Action run, double seconds)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 3 || (i < WarmUps && Stopwatch.GetElapsedTime(started).TotalSeconds < WarmUpSeconds); i++)
            run();
        // Compilation at the highest tier happens in the background.
        Thread.Sleep(150);
        var times = new List<double>();
        started = Stopwatch.GetTimestamp();
        while (times.Count < FewestRuns || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            long begin = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }
}
