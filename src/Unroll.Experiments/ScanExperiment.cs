using System.Diagnostics;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Experiments;

/// <summary>
/// What sequential computation costs: the time of a training step against the length of the sentences, for every cell with one
/// and two threads; beside it a linear recurrence as a loop and as a scan, and products of one row after the other and of all at
/// once.
/// </summary>
/// <remarks>These are times: they want a machine with nothing else to do, and differ from run to run.</remarks>
internal sealed class ScanExperiment : IExperiment
{
    private const int Embedding = 64;
    private const int Words = 100;
    private const int Rows = 4;

    // A time is the least of some tries that take about so long together.
    private const double SecondsOfTries = 0.04;

    // What takes less is timed several times in a row.
    private const double LeastMicroseconds = 20;
    private const int WarmLength = 64;
    private const int WarmRepeats = 25;

    public string Name => "scan";

    public string Question => "What does it cost that a recurrence goes step by step, and what would a scan gain?";

    public IReadOnlyList<CellChoice> Cells => CellChoice.All;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.PlainsAndTransformer,
        Lengths = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
        Seeds = full ? 10 : 3,
        Hidden = 64,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> lengths = [.. settings.Lengths!.Order()];
        int repeats = settings.Seeds!.Value;
        int[] threadCounts = [1, 2];
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", lengths), ("seeds", repeats),
            ("threads", threadCounts), ("rows", Rows), ("embedding", Embedding), ("hidden", settings.Hidden),
            ("chunk", LinearScan.Chunk), ("processors", Environment.ProcessorCount));
        // What is compiled in steps is compiled before it is measured.
        Measure(WarmLength, settings.Hidden, WarmRepeats, cancellationToken);
        int all = settings.Cells!.Count * threadCounts.Length + 1;
        int done = 0;
        var steps = new Dictionary<(CellChoice Cell, int Threads), Spread[]>();
        foreach (int threads in threadCounts)
        {
            using var pool = new WorkerPool(threads);
            foreach (CellChoice cell in settings.Cells!)
            {
                Spread[] times =
                    [.. lengths.Select(length => StepTime(cell, length, settings.Hidden, pool, repeats, cancellationToken))];
                steps[(cell, threads)] = times;
                log.Line(
                    "step", ("cell", cell.Name), ("threads", threads), ("microseconds", times.Select(time => time.Mean)),
                    ("least", times.Select(time => time.Least)), ("most", times.Select(time => time.Most)));
                log.Progress(++done, all);
            }
        }
        Recurrence[] recurrences =
            [.. lengths.Select(length => Measure(length, settings.Hidden, repeats, cancellationToken))];
        log.Progress(all, all);
        foreach ((Recurrence recurrence, int length) in recurrences.Zip(lengths))
        {
            log.Line(
                "recurrence", ("length", length), ("loop", recurrence.Loop.Mean), ("scan_1", recurrence.ScanOne.Mean),
                ("scan_2", recurrence.ScanTwo.Mean), ("rows_one_by_one", recurrence.OneByOne.Mean),
                ("rows_at_once", recurrence.AtOnce.Mean));
        }
        int[] shown = [.. lengths.Where((_, i) => i == 0 || i == lengths.Count - 1 || i % 3 == 0)];
        string[] Row(string name, Func<int, Spread> time) =>
            [name, .. shown.Select(length => time(length).Short)];
        int Place(int length) => Enumerable.Range(0, lengths.Count).First(i => lengths[i] == length);
        log.Table(
            $"Microseconds a word in a training step of {Rows} sentences, by their length (hidden {settings.Hidden}; mean of " +
            $"{repeats} measurements, least and most)",
            ["cell and threads", .. shown.Select(length => $"{length}")],
            [
                .. from cell in settings.Cells!
                   from threads in threadCounts
                   select Row($"{cell.Name} {threads}", length => steps[(cell, threads)][Place(length)].Over(length * Rows)),
            ]);
        log.Table(
            $"Nanoseconds a step of one sentence: the linear recurrence of {settings.Hidden} units as a loop and as a scan " +
            "over chunks " +
            $"of {LinearScan.Chunk}, and the product with a square weight, row by row and of all rows at once",
            ["computed", .. shown.Select(length => $"{length}")],
            [
                Row("loop, 1 thread", length => recurrences[Place(length)].Loop.Over(length / 1000.0)),
                Row("scan, 1 thread", length => recurrences[Place(length)].ScanOne.Over(length / 1000.0)),
                Row("scan, 2 threads", length => recurrences[Place(length)].ScanTwo.Over(length / 1000.0)),
                Row("product, row by row", length => recurrences[Place(length)].OneByOne.Over(length / 1000.0)),
                Row("product, all at once", length => recurrences[Place(length)].AtOnce.Over(length / 1000.0)),
            ]);
        log.Text(
            "A scan does about twice the work of a loop, so that two threads can gain nothing by it; its chunks have one size " +
            "for any " +
            "number of threads, and so its bits are the same.");
        Draw(settings, lengths, threadCounts, steps, recurrences, log);
        log.Conclude(Verdict(
            recurrences[^1], lengths[^1],
            [.. settings.Cells!.Select(cell => new Measured(
                cell.Name, steps[(cell, 1)][^1].Over(lengths[^1] * Rows), steps[(cell, 2)][^1].Over(lengths[^1] * Rows)))],
            repeats));
    }

    /// <summary>The times of a linear recurrence and of products, in microseconds.</summary>
    /// <param name="Loop">Step by step.</param>
    /// <param name="ScanOne">As a scan with one thread.</param>
    /// <param name="ScanTwo">The same with two.</param>
    /// <param name="OneByOne">A product with one row after the other.</param>
    /// <param name="AtOnce">The product with all rows.</param>
    internal sealed record Recurrence(Spread Loop, Spread ScanOne, Spread ScanTwo, Spread OneByOne, Spread AtOnce);

    /// <summary>The time a word of a training step at the greatest length, in microseconds.</summary>
    /// <param name="Cell">The cell.</param>
    /// <param name="One">With one thread.</param>
    /// <param name="Two">With two.</param>
    internal sealed record Measured(string Cell, Spread One, Spread Two);

    internal static string Verdict(Recurrence recurrence, int length, IReadOnlyList<Measured> cells, int repeats)
    {
        string Times(Spread slow, Spread fast) =>
            $"{ExperimentLog.Short(slow.Mean / fast.Mean)} times ({ExperimentLog.Short(slow.Least / fast.Most)}–" +
            $"{ExperimentLog.Short(slow.Most / fast.Least)})";
        string scan = recurrence.ScanTwo.Least > recurrence.Loop.Most
            ? $"a scan gains nothing here: with two threads it takes {Times(recurrence.ScanTwo, recurrence.Loop)} as long as " +
                "the loop"
            : recurrence.ScanTwo.Most < recurrence.Loop.Least
                ? $"a scan gains: the loop takes {Times(recurrence.Loop, recurrence.ScanTwo)} as long as the scan with two " +
                    "threads"
                : "a scan with two threads takes as long as the loop, within what the measurements differ";
        string product = recurrence.OneByOne.Least > recurrence.AtOnce.Most
            ? $"what costs are the small products: row by row they take {Times(recurrence.OneByOne, recurrence.AtOnce)} as " +
                "long as one large one"
            : "small products cost no more than one large one, within what the measurements differ";
        Measured fast = cells.MinBy(cell => cell.One.Mean)!;
        Measured slow = cells.MaxBy(cell => cell.One.Mean)!;
        string step = cells.Count == 1
            ? $"a word of a training step takes {fast.One.Short} µs with {fast.Cell}"
            : $"a word of a training step takes {fast.One.Short} µs with {fast.Cell} and {slow.One.Short} with {slow.Cell}";
        return $"At {length} steps {scan}; {product}; {step} (one thread, {repeats} measurements; least and most).";
    }

    private static Spread StepTime(
        CellChoice cell, int length, int hidden, WorkerPool pool, int repeats, CancellationToken cancellationToken)
    {
        var network = new Network(cell.Config(Embedding, hidden, classes: 2, Words));
        cell.Initialize(network, seed: 1);
        var step = new TrainingStep(network, CellTraining.Settings(1), pool);
        var generator = new TorchGenerator(1);
        var texts = new EncodedTexts();
        int[] ids = new int[length];
        for (int row = 0; row < Rows; row++)
        {
            for (int t = 0; t < length; t++)
                ids[t] = 2 + (int)(generator.NextUInt32() % (Words - 2));
            texts.Add(ids, row % 2);
        }
        int[] rows = [.. Enumerable.Range(0, Rows)];
        return Time(() => step.Run(texts, rows, 0.001f), repeats, cancellationToken);
    }

    private static Recurrence Measure(int length, int hidden, int repeats, CancellationToken cancellationToken)
    {
        var generator = new TorchGenerator(2);
        float[] Draw(int count, float scale) => [.. Enumerable.Range(0, count).Select(_ => generator.NextSingle() * scale)];
        float[] a = Draw(length * hidden, 1);
        float[] b = Draw(length * hidden, 1);
        float[] h = new float[length * hidden];
        float[] products = new float[length * hidden];
        float[] weight = Draw(hidden * hidden, 0.1f);
        return new Recurrence(
            Time(() => LinearScan.Loop(a, b, hidden, h), repeats, cancellationToken),
            Time(() => LinearScan.Scan(a, b, hidden, h, products, threads: 1), repeats, cancellationToken),
            Time(() => LinearScan.Scan(a, b, hidden, h, products, threads: 2), repeats, cancellationToken),
            Time(() => RowProducts.OneByOne(a, weight, hidden, h), repeats, cancellationToken),
            Time(() => RowProducts.AtOnce(a, weight, hidden, h), repeats, cancellationToken));
    }

    // Microseconds: of each measurement the least of some tries.
    private static Spread Time(Action work, int repeats, CancellationToken cancellationToken)
    {
        work();
        int inARow = (int)Math.Ceiling(LeastMicroseconds / Math.Max(Once(work, 1), LeastMicroseconds / 1000));
        double[] times = new double[repeats];
        for (int i = 0; i < repeats; i++)
        {
            var whole = Stopwatch.StartNew();
            double least = double.PositiveInfinity;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                least = Math.Min(least, Once(work, inARow));
            }
            while (whole.Elapsed.TotalSeconds < SecondsOfTries);
            times[i] = least;
        }
        return Spread.Of(times);
    }

    // The mean of so many in a row, in microseconds.
    private static double Once(Action work, int inARow)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < inARow; i++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / inARow;
    }

    private static void Draw(
        ExperimentSettings settings, IReadOnlyList<int> lengths, int[] threadCounts,
        Dictionary<(CellChoice Cell, int Threads), Spread[]> steps, Recurrence[] recurrences, ExperimentLog log)
    {
        foreach (int threads in threadCounts)
        {
            log.Chart(new ExperimentChart(
                threads == 1 ? "step-1" : "step-2", $"A training step, {threads} {(threads == 1 ? "thread" : "threads")}",
                $"Time of {Rows} sentences, mean of the measurements, least and most.",
                new("words of a sentence", ChartScale.Log), new("microseconds", ChartScale.Log),
                [
                    .. settings.Cells!.Select(cell => new ChartSeries(
                        cell.Name, [.. lengths.Select((length, i) => ChartPoint.Of(length, steps[(cell, threads)][i]))])),
                ]));
        }
        ChartSeries Line(string name, Func<Recurrence, Spread> time) =>
            new(name, [.. lengths.Select((length, i) => ChartPoint.Of(length, time(recurrences[i])))]);
        log.Chart(new ExperimentChart(
            "recurrence", "A linear recurrence as a loop and as a scan",
            $"One sentence, {settings.Hidden} units, chunks of {LinearScan.Chunk} steps.",
            new("steps", ChartScale.Log), new("microseconds", ChartScale.Log),
            [
                Line("loop", time => time.Loop), Line("scan, 1 thread", time => time.ScanOne),
                Line("scan, 2 threads", time => time.ScanTwo),
            ]));
        log.Chart(new ExperimentChart(
            "products", "Small products and one large one",
            $"Rows of {settings.Hidden} numbers times a square weight, one thread.",
            new("rows", ChartScale.Log), new("microseconds", ChartScale.Log),
            [Line("row by row", time => time.OneByOne), Line("all rows at once", time => time.AtOnce)]));
    }
}
