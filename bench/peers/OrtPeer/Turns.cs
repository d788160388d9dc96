using System.Diagnostics;

namespace OrtPeer;

/// <summary>Several programs at the same work, in turn, so that a busy machine troubles them alike.</summary>
internal static class Turns
{
    /// <summary>Prints each one's median microseconds a text, and the ratio to the first one.</summary>
    public static void Measure(string what, int texts, double seconds, params (string Name, Action Run)[] programs)
    {
        var times = new List<double>[programs.Length];
        for (int i = 0; i < programs.Length; i++)
        {
            times[i] = [];
            programs[i].Run();
        }
        // Code compiled in the background, and threads that still spin, shall not disturb.
        Thread.Sleep(200);
        foreach ((_, Action run) in programs)
            run();
        long start = Stopwatch.GetTimestamp();
        while (times[0].Count < 5 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds * programs.Length)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                Thread.Sleep(5);
                long begin = Stopwatch.GetTimestamp();
                programs[i].Run();
                times[i].Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds / texts);
            }
        }
        double own = Median(times[0]);
        for (int i = 0; i < programs.Length; i++)
        {
            double median = Median(times[i]);
            Console.WriteLine(
                $"{{\"what\":\"{what}\",\"program\":\"{programs[i].Name}\",\"runs\":{times[i].Count},"
                    + $"\"us_per_text\":{median:F1},\"best_us\":{times[i].Min():F1},\"times_ours\":{median / own:F2}}}");
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
