using System.Globalization;
using System.Text.Json;
using Unroll.Experiments;

namespace Unroll.Bench.Load;

/// <summary>
/// How long requests take by load, from two measured figures and a simulation of the queue, and how many servers some numbers of
/// requests a day need: Markdown tables, and a picture with measured points beside the simulated lines.
/// </summary>
internal static class CapacityCommand
{
    private const int Requests = 200_000;
    private const double LatencyGoal = 0.005;

    // Traffic of a day is not even: its busiest hour has about so many times the mean.
    private const double PeakOverMean = 3;
    private static readonly double[] Shares = [0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

    /// <summary>Runs it.</summary>
    /// <param name="args">Requests a second that were reached, milliseconds of one request alone, then options.</param>
    /// <param name="output">Where the tables go.</param>
    public static int Run(string[] args, TextWriter output)
    {
        double capacity = double.Parse(args[1], CultureInfo.InvariantCulture);
        double alone = double.Parse(args[2], CultureInfo.InvariantCulture) / 1000;
        int workers = int.Parse(Option(args, "--workers") ?? "2", CultureInfo.InvariantCulture);
        double memory = double.Parse(Option(args, "--memory") ?? "130", CultureInfo.InvariantCulture);
        double price = double.Parse(Option(args, "--price") ?? "0.08", CultureInfo.InvariantCulture);
        double service = workers / capacity;
        var simulation = new QueueSimulation(workers, service, Math.Max(0, alone - service));

        output.WriteLine("| load | requests a second | p50 ms | p99 ms | p99 ms, at even times |");
        output.WriteLine("|--:|--:|--:|--:|--:|");
        var poisson = new List<ChartPoint>();
        var even = new List<ChartPoint>();
        double best = 0;
        foreach (double share in Shares)
        {
            double[] times = simulation.Run(share * capacity, Requests, isEven: false, seed: 1);
            double[] atEvenTimes = simulation.Run(share * capacity, Requests, isEven: true, seed: 1);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {share:P0} | {share * capacity:F0} | {1000 * At(times, 0.5):F2} | {1000 * At(times, 0.99):F2} | " +
                $"{1000 * At(atEvenTimes, 0.99):F2} |"));
            poisson.Add(new ChartPoint(100 * share, 1000 * At(times, 0.99)));
            even.Add(new ChartPoint(100 * share, 1000 * At(atEvenTimes, 0.99)));
            if (At(times, 0.99) < LatencyGoal)
                best = share;
        }
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Greatest simulated load whose p99 is below {1000 * LatencyGoal:F0} ms: {best:P0}. Servers for half of what one " +
            $"bears in the busiest hour, {PeakOverMean:F0} times the mean of the day, and one more:"));
        output.WriteLine();
        output.WriteLine(
            "| requests a day | mean a second | in the busiest hour | servers of 2 processors | memory GB | a month |");
        output.WriteLine("|--:|--:|--:|--:|--:|--:|");
        for (int power = 6; power <= 10; power++)
        {
            double mean = Math.Pow(10, power) / 86_400;
            double servers = Math.Ceiling(mean * PeakOverMean / (0.5 * capacity)) + 1;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| 10^{power} | {mean:F0} | {mean * PeakOverMean:F0} | {servers:F0} | {servers * memory / 1000:F1} | " +
                $"{servers * price * 730:F0} |"));
        }
        if (Option(args, "--picture") is { } picture)
            File.WriteAllText(picture, Picture(poisson, even, Option(args, "--measured")));
        return 0;
    }

    // Measured points: lines of `load --rate` with what it was a share of, {"share":50,"p99_ms":…}.
    private static string Picture(List<ChartPoint> poisson, List<ChartPoint> even, string? measured)
    {
        var series = new List<ChartSeries> { new("simulated, Poisson", poisson), new("simulated, at even times", even) };
        if (measured is not null)
        {
            JsonElement[] points = [.. File.ReadLines(measured).Select(line => JsonDocument.Parse(line).RootElement)];
            series.Add(new ChartSeries(
                "measured, at even times",
                [
                    .. points.Select(point => new ChartPoint(
                        point.GetProperty("share").GetDouble(), point.GetProperty("p99_ms").GetDouble())),
                ]));
        }
        return ChartPicture.Of(
        [
            new ExperimentChart(
                "p99", "99 of 100 requests take at most", "Two processors, which the load shares with the server.",
                new ChartAxis("load, % of what the server bears"), new ChartAxis("milliseconds", ChartScale.Log), series),
        ]);
    }

    private static double At(double[] times, double share) => times[(int)(share * times.Length)];

    private static string? Option(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? null : args[at + 1];
    }
}
