using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>Trains every cell on one of the tasks of the literature and compares its loss with that of knowing nothing.</summary>
internal sealed class SequenceExperiment(ISequenceTask task) : IExperiment
{
    /// <summary>The cells that are compared unless others are asked for.</summary>
    public static readonly IReadOnlyList<CellChoice> DefaultCells = [.. CellChoice.Recurrences.Intersect(CellChoice.Usual)];

    private const int BatchSize = 32;
    private const int CurveEvery = 50;
    private const float LearningRate = 0.003f;

    // Solved: this share of the loss of knowing nothing, on average over a stretch of the curve.
    private const double SolvedShare = 0.1;

    public string Name => task.Name;

    public string Question => task.Question;

    public IReadOnlyList<CellChoice> Cells => CellChoice.Recurrences;

    public ExperimentSettings Defaults(bool full) => task.Defaults(full);

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", settings.Lengths),
            ("seeds", settings.Seeds), ("steps", settings.Steps), ("hidden", settings.Hidden), ("batch", BatchSize),
            ("learning_rate", (double)LearningRate), ("loss", task.LossName), ("chance", settings.Lengths!.Select(task.Chance)));
        (CellChoice Cell, int Length, int Seed)[] runs =
        [
            .. from length in settings.Lengths!.OrderDescending()
               from cell in settings.Cells!
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select (cell, length, seed),
        ];
        Result[] results = ParallelRuns.Of(
            runs,
            run => Train(run.Cell, run.Length, (ulong)run.Seed, settings.Hidden, settings.Steps!.Value, cancellationToken),
            log, cancellationToken);
        var rows = new List<string[]>
        {
            (string[])["knowing nothing", .. settings.Lengths!.Select(length => ExperimentLog.Short(task.Chance(length)))],
        };
        var measured = new List<Measured>();
        var shares = new List<ChartSeries>();
        var stepLines = new List<ChartSeries>();
        foreach (CellChoice cell in settings.Cells!)
        {
            var counts = new List<int>();
            var shareOf = new List<ChartPoint>();
            var stepsOf = new List<ChartPoint>();
            var row = new List<string> { cell.Name };
            foreach (int length in settings.Lengths!)
            {
                Result[] repeated = [.. results.Where((_, i) => runs[i].Cell == cell && runs[i].Length == length)];
                for (int seed = 1; seed <= repeated.Length; seed++)
                {
                    Result result = repeated[seed - 1];
                    log.Line(
                        "run", ("cell", cell.Name), ("length", length), ("seed", seed), ("chance", task.Chance(length)),
                        ("solved", result.Solved), ("steps", result.Steps), ("loss", result.Curve[^1]),
                        ("curve_every", CurveEvery), ("curve", result.Curve));
                }
                double loss = repeated.Average(result => result.Curve[^1]);
                int solved = repeated.Count(result => result.Solved);
                double steps = solved == 0 ? double.NaN : repeated.Where(result => result.Solved).Average(result => result.Steps);
                log.Line(
                    "summary", ("cell", cell.Name), ("length", length), ("seeds", repeated.Length),
                    ("chance", task.Chance(length)), ("mean_loss", loss), ("solved", solved), ("mean_steps", steps));
                counts.Add(solved);
                shareOf.Add(ChartPoint.OfFinite(length, repeated.Select(result => result.Curve[^1] / task.Chance(length))));
                stepsOf.Add(ChartPoint.OfFinite(
                    length, repeated.Select(result => result.Solved ? result.Steps : double.PositiveInfinity)));
                row.Add(ExperimentLog.Short(loss) + SolvedText(solved, repeated.Length, steps));
            }
            rows.Add([.. row]);
            measured.Add(new Measured(cell.Name, settings.Lengths!, counts, settings.Seeds!.Value));
            shares.Add(new ChartSeries(cell.Name, [.. shareOf.OrderBy(point => point.X)]));
            stepLines.Add(new ChartSeries(cell.Name, [.. stepsOf.OrderBy(point => point.X)]));
        }
        log.Table(
            $"{char.ToUpperInvariant(task.LossName[0])}{task.LossName[1..]} at the end, by length " +
            "(in brackets the step after which it was a tenth of knowing nothing; " +
            $"at most {settings.Steps} steps, hidden {settings.Hidden}, {settings.Seeds} seed{(settings.Seeds == 1 ? "" : "s")})",
            ["cell", .. settings.Lengths!.Select(length => $"{length}")], rows);
        Draw(settings, shares, stepLines, log);
        log.Conclude(Verdict(task.Name, measured, settings.Seeds!.Value));
    }

    // The loss itself would fall as sequences grow, because that of knowing nothing does.
    private void Draw(
        ExperimentSettings settings, IReadOnlyList<ChartSeries> shares, IReadOnlyList<ChartSeries> steps, ExperimentLog log)
    {
        double[] ends = [settings.Lengths!.Min(), settings.Lengths!.Max()];
        log.Chart(new ExperimentChart(
            "loss-by-length", "Loss at the end beside knowing nothing, by length",
            "Mean over the seeds, least and most, divided by the loss of knowing nothing at this length.",
            new(task.LengthName), new("loss as a share of knowing nothing", ChartScale.Log),
            [
                .. shares,
                new ChartSeries("knowing nothing", [.. ends.Select(length => new ChartPoint(length, 1))], IsBound: true),
            ]));
        if (steps.All(line => line.Points.All(point => point.HasFailed)))
            return;
        log.Chart(new ExperimentChart(
            "steps-by-length", "Steps until it is solved, by length",
            $"Mean over the seeds that solved it within {settings.Steps} steps, least and most, and how many these are where " +
            "not all did. A cross at the top: none did.",
            new(task.LengthName), new("steps", ChartScale.Log), steps)
        {
            Failure = "unsolved",
        });
    }

    /// <summary>What a cell solved.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Lengths">The lengths.</param>
    /// <param name="Solved">How many seeds solved each.</param>
    /// <param name="Seeds">How many there are.</param>
    internal sealed record Measured(string Cell, IReadOnlyList<int> Lengths, IReadOnlyList<int> Solved, int Seeds);

    internal static string Verdict(string task, IReadOnlyList<Measured> cells, int seeds)
    {
        string[] all = [.. cells.Where(cell => cell.Solved.All(count => count == cell.Seeds)).Select(cell => cell.Cell)];
        Measured[] some =
            [.. cells.Where(cell => cell.Solved.Any(count => count > 0) && cell.Solved.Any(count => count < cell.Seeds))];
        string[] none = [.. cells.Where(cell => cell.Solved.All(count => count == 0)).Select(cell => cell.Cell)];
        string One(Measured cell) =>
            $"{cell.Cell} ({string.Join(", ", cell.Lengths.Select((length, i) => $"{cell.Solved[i]} at {length}"))})";
        string[] parts =
        [
            all.Length == 0 ? "no cell solves every length in every seed"
                : $"{Sentence.List(all)} {(all.Length == 1 ? "solves" : "solve")} every length in every seed",
            some.Length == 0 ? "" : $"{Sentence.List(some.Select(One))} {(some.Length == 1 ? "solves" : "solve")} a part",
            none.Length == 0 ? "" : $"{Sentence.List(none)} {(none.Length == 1 ? "solves" : "solve")} nothing",
        ];
        return $"Of the test {task}: {string.Join("; ", parts.Where(part => part.Length > 0))} ({Sentence.Seeds(seeds)}).";
    }

    // After how many steps, on average over those seeds that solved it, and how many these are where not all did.
    private static string SolvedText(int solved, int seeds, double steps) => solved switch
    {
        0 => "",
        _ when solved < seeds => $" ({steps:0}, {solved} of {seeds})",
        _ => $" ({steps:0})",
    };

    /// <summary>Trains on new sequences in every step until the task is solved or the steps are over.</summary>
    private Result Train(
        CellChoice cell, int length, ulong seed, int hidden, int steps, CancellationToken cancellationToken)
    {
        SequenceNetwork network = cell.Sequences(
            task.InputSize, hidden, task.OutputSize, task.Steps(length), task.OutputSteps(length), BatchSize,
            CellTraining.Settings(seed));
        var generator = new TorchGenerator(1_000_000 + seed);
        float[] targets = new float[task.OutputSteps(length) * BatchSize];
        var curve = new List<double>();
        double sum = 0;
        for (int step = 1; ; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            task.Draw(length, BatchSize, generator, network.Input, targets);
            network.Forward();
            sum += task.Loss(network.Outputs, targets);
            network.Backward();
            network.Update(LearningRate);
            int inStretch = (step - 1) % CurveEvery + 1;
            if (inStretch < CurveEvery && step < steps)
                continue;
            curve.Add(sum / inStretch);
            sum = 0;
            bool solved = curve[^1] < SolvedShare * task.Chance(length);
            if (solved || step >= steps)
                return new Result(solved, step, [.. curve]);
        }
    }

    private sealed record Result(bool Solved, int Steps, double[] Curve);
}
