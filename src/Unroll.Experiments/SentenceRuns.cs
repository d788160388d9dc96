namespace Unroll.Experiments;

/// <summary>A cell of one size that was trained on a task with one learning rate and one seed.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Hidden">H.</param>
/// <param name="Rate">The learning rate.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Steps">Steps of the training.</param>
/// <param name="Learned">Whether the loss was next to nothing in the end.</param>
/// <param name="Curve">The mean loss of each stretch of steps.</param>
/// <param name="Accuracy">The share of right answers for each size that was measured.</param>
internal sealed record SentenceRun(
    CellChoice Cell, int Hidden, double Rate, int Seed, int Steps, bool Learned, double[] Curve, double[] Accuracy)
{
    /// <summary>The loss of the last stretch: every sentence is new, so that it is of sentences that were not learned.</summary>
    public double Loss => double.IsFinite(Curve[^1]) ? Curve[^1] : double.PositiveInfinity;
}

/// <summary>Trainings of cells on a task, with several sizes of the state and several learning rates.</summary>
internal sealed class SentenceRuns
{
    private readonly SentenceRun[] _runs;

    private SentenceRuns(SentenceRun[] runs) => _runs = runs;

    /// <summary>Does all trainings, and logs a line for each.</summary>
    /// <param name="task">The sentences.</param>
    /// <param name="settings">Cells, rates, seeds and steps.</param>
    /// <param name="hidden">Sizes of the state.</param>
    /// <param name="trained">Sizes of the sentences that are trained.</param>
    /// <param name="measured">Sizes of the sentences that are measured.</param>
    /// <param name="layers">Layers, one upon the other.</param>
    /// <param name="log">Where the lines go.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public static SentenceRuns Of(
        Func<ISentenceTask> task, ExperimentSettings settings, IReadOnlyList<int> hidden, IReadOnlyList<int> trained,
        IReadOnlyList<int> measured, int layers, ExperimentLog log, CancellationToken cancellationToken)
    {
        // The largest first, so that none of them is left for the end.
        (CellChoice Cell, int Hidden, double Rate, int Seed)[] runs =
        [
            .. from size in hidden.OrderDescending()
               from cell in settings.Cells!
               from rate in settings.Rates!
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select (cell, size, rate, seed),
        ];
        SentenceRun[] results = ParallelRuns.Of(
            runs,
            run =>
            {
                var training = new SentenceTraining(task(), run.Cell, run.Hidden, layers, (ulong)run.Seed);
                training.Run(trained, (float)run.Rate, settings.Steps!.Value, cancellationToken);
                return new SentenceRun(
                    run.Cell, run.Hidden, run.Rate, run.Seed, training.Steps, training.Learned, [.. training.Curve],
                    [.. measured.Select(size => training.Accuracy(size))]);
            },
            log, cancellationToken);
        foreach (SentenceRun run in results)
        {
            log.Line(
                "run", ("cell", run.Cell.Name), ("hidden", run.Hidden), ("rate", run.Rate), ("seed", run.Seed),
                ("learned", run.Learned), ("steps", run.Steps), ("loss", run.Curve[^1]), ("accuracy", run.Accuracy),
                ("curve_every", SentenceTraining.CurveEvery), ("curve", run.Curve));
        }
        return new SentenceRuns(results);
    }

    /// <summary>The runs of all seeds with one learning rate.</summary>
    public SentenceRun[] Of(CellChoice cell, int hidden, double rate) =>
        [.. _runs.Where(run => run.Cell == cell && run.Hidden == hidden && run.Rate == rate)];

    /// <summary>
    /// The runs of all seeds with the rate whose loss at the end of training was least: what is measured has no say in it.
    /// </summary>
    public SentenceRun[] Best(CellChoice cell, int hidden) =>
    [
        .. _runs.Where(run => run.Cell == cell && run.Hidden == hidden).GroupBy(run => run.Rate)
            .MinBy(ofRate => ofRate.Average(run => run.Loss))!,
    ];

    /// <summary>Accuracy over the seeds of some runs.</summary>
    /// <param name="runs">One or more seeds.</param>
    /// <param name="place">Of the size that was measured.</param>
    public static Spread Accuracy(SentenceRun[] runs, int place) => Spread.Of(runs.Select(run => run.Accuracy[place]));
}
