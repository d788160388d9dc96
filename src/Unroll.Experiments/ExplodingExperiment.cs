using Unroll.Engine.Batches;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;

namespace Unroll.Experiments;

/// <summary>
/// Training with recurrent weights that are too large, by plain gradient descent, with and without clipping the gradients' norm:
/// the loss, how far one step throws it up, and the largest gradient.
/// </summary>
internal sealed class ExplodingExperiment : IExperiment
{
    private const int Words = 12;
    private const int Embedding = 16;
    private const int BatchSize = 32;
    private const float LearningRate = 0.05f;
    private const float Clip = 1;

    public string Name => "exploding";

    public string Question => "What do large recurrent weights do to the loss, and what does clipping change?";

    public IReadOnlyList<CellChoice> Cells { get; } = [CellChoice.Named("rnn"), CellChoice.Named("irnn")];

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = Cells,
        Lengths = full ? [100] : [30],
        Radii = [0.9, 1.0, 1.2, 1.5, 2.0],
        Seeds = full ? 20 : 5,
        Steps = full ? 2000 : 300,
        Hidden = full ? 128 : 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", settings.Lengths),
            ("radii", settings.Radii), ("seeds", settings.Seeds), ("steps", settings.Steps), ("hidden", settings.Hidden),
            ("learning_rate", (double)LearningRate), ("clip", (double)Clip));
        Setup[] runs =
        [
            .. from cell in settings.Cells!
               from length in settings.Lengths!
               from radius in settings.Radii!
               from clip in (bool[])[false, true]
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select new Setup(cell, length, radius, clip, seed),
        ];
        Result[] results = ParallelRuns.Of(runs, run => Train(run, settings, cancellationToken), log, cancellationToken);
        var rows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (IGrouping<(CellChoice Cell, int Length, double Radius, bool Clip), int> group in
            Enumerable.Range(0, runs.Length).GroupBy(i => (runs[i].Cell, runs[i].Length, runs[i].Radius, runs[i].Clip)))
        {
            Result[] repeated = [.. group.Select(i => results[i])];
            for (int seed = 1; seed <= repeated.Length; seed++)
            {
                Result result = repeated[seed - 1];
                log.Line(
                    "run", ("cell", group.Key.Cell.Name), ("length", group.Key.Length), ("radius", group.Key.Radius),
                    ("clip", group.Key.Clip), ("seed", seed), ("finite", result.IsFinite), ("steps", result.Losses.Length),
                    ("largest_jump", result.LargestJump), ("largest_gradient", result.LargestGradient),
                    ("loss", result.LastLoss), ("curve", result.Losses), ("gradient_curve", result.Gradients));
            }
            int broken = repeated.Count(result => !result.IsFinite);
            double jump = Median(repeated.Select(result => result.LargestJump));
            double gradient = Median(repeated.Select(result => result.LargestGradient));
            measured.Add(new Measured(
                group.Key.Cell.Name, group.Key.Length, group.Key.Radius, group.Key.Clip, broken, repeated.Length,
                new Spread(jump, repeated.Min(result => result.LargestJump), repeated.Max(result => result.LargestJump)),
                gradient));
            double last = Median(repeated.Select(result => result.LastLoss));
            log.Line(
                "summary", ("cell", group.Key.Cell.Name), ("length", group.Key.Length), ("radius", group.Key.Radius),
                ("clip", group.Key.Clip), ("seeds", repeated.Length), ("broken", broken), ("median_largest_jump", jump),
                ("median_largest_gradient", gradient), ("median_loss", last));
            rows.Add(
            [
                group.Key.Cell.Name, $"{group.Key.Length}", ExperimentLog.Short(group.Key.Radius),
                group.Key.Clip ? "clipped" : "no", ExperimentLog.Short(gradient), ExperimentLog.Short(jump),
                ExperimentLog.Short(last), $"{broken} of {repeated.Length}",
            ]);
        }
        log.Table(
            $"Plain gradient descent, rate {LearningRate}, {settings.Steps} steps, hidden {settings.Hidden}; " +
            $"medians over {settings.Seeds} seeds; log 2 = 0.693 is chance",
            [
                "cell", "length", "radius", "clipping", "largest gradient", "largest jump of the loss",
                "loss of the last 20 steps", "not finite",
            ],
            rows);
        Draw(measured, log);
        log.Conclude(Verdict(measured, settings.Seeds!.Value));
    }

    /// <summary>What trainings with one beginning did.</summary>
    /// <param name="Cell">The cell's name.</param>
    /// <param name="Length">Words of a sentence.</param>
    /// <param name="Radius">The spectral radius at the beginning.</param>
    /// <param name="Clip">Whether gradients are clipped.</param>
    /// <param name="Broken">Trainings whose loss became no number.</param>
    /// <param name="Count">All trainings.</param>
    /// <param name="Jump">The largest rise of the loss in one step: the median of the seeds, the least and the most.</param>
    /// <param name="Gradient">The median of the largest norm of the gradient.</param>
    internal sealed record Measured(
        string Cell, int Length, double Radius, bool Clip, int Broken, int Count, Spread Jump, double Gradient);

    internal static string Verdict(IReadOnlyList<Measured> measured, int seeds)
    {
        int Broken(bool clip) => measured.Where(of => of.Clip == clip).Sum(of => of.Broken);
        int Count(bool clip) => measured.Where(of => of.Clip == clip).Sum(of => of.Count);
        string breaks = $"Without clipping {Broken(false)} of {Count(false)} trainings end in numbers that are not finite, " +
            "with " +
            $"clipping {Broken(true)} of {Count(true)}";
        // Where the loss jumps most and every seed stays finite, so that both can be compared.
        Measured? wild = measured.Where(of => !of.Clip && double.IsFinite(of.Jump.Most)).MaxBy(of => of.Jump.Mean);
        Measured? tamed = measured.FirstOrDefault(
            of => wild is not null && of.Clip && of.Cell == wild.Cell && of.Radius == wild.Radius && of.Length == wild.Length);
        string jumps = wild is null || tamed is null
            ? ""
            : $"; with {wild.Cell} at radius {ExperimentLog.Short(wild.Radius)} clipping makes the largest jump of the loss " +
              $"{tamed.Jump.Short} instead of {wild.Jump.Short}";
        string helps = Broken(true).CompareTo(Broken(false)) switch
        {
            < 0 => "clipping helps",
            0 => "clipping saves none",
            > 0 => "clipping harms",
        };
        return $"{breaks}{jumps}: {helps} ({Sentence.Seeds(seeds)}; median, least and most).";
    }

    private static void Draw(IReadOnlyList<Measured> measured, ExperimentLog log)
    {
        ExperimentChart Chart(string id, string title, string yName, Func<Measured, double> value) =>
            new(
                id, title,
                "Median over the seeds. A cross at the top: the median training broke, its loss was no number any more.",
                new("spectral radius at the beginning"), new(yName, ChartScale.Log),
                [
                    .. from line in measured.GroupBy(of => (of.Cell, of.Length, of.Clip))
                       select new ChartSeries(
                           $"{line.Key.Cell}{(line.Key.Clip ? ", clipped" : "")}",
                           [.. line.OrderBy(of => of.Radius).Select(of => ChartPoint.OfFinite(of.Radius, [value(of)]))]),
                ]);

        log.Chart(Chart("gradient", "Largest gradient", "largest norm of the gradient", of => of.Gradient));
        log.Chart(Chart("jump", "Largest jump of the loss", "largest rise in one step", of => of.Jump.Mean));
    }

    private static Result Train(Setup setup, ExperimentSettings settings, CancellationToken cancellationToken)
    {
        StepSettings step = CellTraining.Settings((ulong)setup.Seed) with
        {
            Optimizer = new OptimizerSettings { Kind = OptimizerKind.Sgd, ClipNorm = setup.Clip ? Clip : null },
        };
        var training = new CellTraining(
            setup.Cell, setup.Cell.Config(Embedding, settings.Hidden, classes: 2, Words), step,
            parameters => ScaleRecurrentWeight(parameters, settings.Hidden, setup.Radius));
        var generator = new TorchGenerator(1_000_000 + (ulong)setup.Seed);
        int[] rows = [.. Enumerable.Range(0, BatchSize)];
        var losses = new List<double>();
        var gradients = new List<double>();
        for (int done = 0; done < settings.Steps; done++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            EncodedTexts sentences = MemoryExperiment.Sentences(BatchSize, setup.Length, generator);
            StepResult result = training.Step.Run(sentences, rows, LearningRate);
            losses.Add(result.Loss);
            gradients.Add(result.GradientNorm);
            if (!double.IsFinite(result.Loss))
                break;
        }
        return new Result([.. losses], [.. gradients]);
    }

    private static void ScaleRecurrentWeight(Parameters parameters, int hidden, double radius)
    {
        Parameter parameter = parameters.Find("rnn.weight_hh_l0");
        float[] weight = parameters.Read(parameter);
        double drawn = Spectrum.SpectralRadius(VanishingExperiment.Widen(weight), hidden);
        parameters.Write(parameter, [.. weight.Select(value => (float)(value * radius / drawn))]);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Select(value => double.IsNaN(value) ? double.PositiveInfinity : value).Order()];
        return sorted[sorted.Length / 2];
    }

    private sealed record Setup(CellChoice Cell, int Length, double Radius, bool Clip, int Seed);

    private sealed record Result(double[] Losses, double[] Gradients)
    {
        private const int LastSteps = 20;

        public bool IsFinite => double.IsFinite(Losses[^1]);

        public double LargestGradient => Gradients.Max(gradient => double.IsNaN(gradient) ? double.PositiveInfinity : gradient);

        public double LargestJump => IsFinite
            ? Losses.Zip(Losses.Skip(1), (before, after) => after - before).Prepend(0).Max()
            : double.PositiveInfinity;

        public double LastLoss => IsFinite ? Losses.TakeLast(LastSteps).Average() : double.PositiveInfinity;
    }
}
