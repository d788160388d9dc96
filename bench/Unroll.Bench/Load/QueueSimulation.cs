namespace Unroll.Bench.Load;

/// <summary>
/// A server as <c>Unroll.Server</c> works: a text is computed at once while a worker is free; else it waits, and a worker that
/// comes free takes all that wait, up to 64, as one batch. Arrivals are a Poisson process, or come at even times; a batch of n
/// texts takes n times as long as one text.
/// </summary>
/// <param name="workers">How many batches are computed at once.</param>
/// <param name="service">Seconds that a text takes of one processor.</param>
/// <param name="overhead">Seconds that pass beside it: network, parsing, the client.</param>
internal sealed class QueueSimulation(int workers, double service, double overhead)
{
    private const int MostTogether = 64;

    /// <summary>Simulates.</summary>
    /// <param name="rate">Texts a second.</param>
    /// <param name="requests">How many.</param>
    /// <param name="isEven">Whether they come at even times.</param>
    /// <param name="seed">The seed of the arrivals.</param>
    /// <returns>The time of each request in seconds, ascending.</returns>
    public double[] Run(double rate, int requests, bool isEven, int seed)
    {
        var random = new Random(seed);
        double[] arrivals = new double[requests];
        double now = 0;
        for (int i = 0; i < requests; i++)
            arrivals[i] = now += isEven ? 1 / rate : -Math.Log(1 - random.NextDouble()) / rate;

        double[] times = new double[requests];
        double[] free = new double[workers];
        int next = 0;
        while (next < requests)
        {
            int worker = Array.IndexOf(free, free.Min());
            double start = Math.Max(free[worker], arrivals[next]);
            int end = next + 1;
            while (end < requests && end - next < MostTogether && arrivals[end] <= start)
                end++;
            double done = start + (end - next) * service;
            free[worker] = done;
            for (; next < end; next++)
                times[next] = done - arrivals[next] + overhead;
        }
        Array.Sort(times);
        return times;
    }
}
