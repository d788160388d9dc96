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
        foreach (CellChoice cell in settings.Cells!)
        {
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
                row.Add(ExperimentLog.Short(loss) + (solved == 0 ? "" : $" ({steps:0})"));
            }
            rows.Add([.. row]);
        }
        log.Table(
            $"{char.ToUpperInvariant(task.LossName[0])}{task.LossName[1..]} at the end, by length " +
            "(in brackets the step after which it was a tenth of knowing nothing; " +
            $"at most {settings.Steps} steps, hidden {settings.Hidden}, {settings.Seeds} seed{(settings.Seeds == 1 ? "" : "s")})",
            ["cell", .. settings.Lengths!.Select(length => $"{length}")], rows);
    }

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
