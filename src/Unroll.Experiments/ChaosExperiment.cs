using Unroll.Engine.Dynamics;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// Two runs of a vanilla RNN without input from states 1e-6 apart: whether they come together or part, by the spectral radius of
/// the recurrent weights.
/// </summary>
internal sealed class ChaosExperiment : IExperiment
{
    private const double Apart = 1e-6;

    // Steps before the two begin, so that they begin where the network stays.
    private const int StepsBefore = 200;

    public string Name => "chaos";

    public string Question => "Do two states that differ by a millionth come together or part?";

    public IReadOnlyList<CellChoice> Cells => [];

    public ExperimentSettings Defaults(bool full) => new()
    {
        Lengths = full ? [10, 100, 500, 1000] : [10, 25, 50, 100, 200],
        Radii = [0.5, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0],
        Seeds = full ? 20 : 5,
        Hidden = full ? 512 : 128,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> at = [.. settings.Lengths!.Order()];
        int steps = at[^1];
        log.Line(
            "settings", ("radii", settings.Radii), ("lengths", at), ("seeds", settings.Seeds), ("hidden", settings.Hidden),
            ("apart", Apart));
        (double Radius, int Seed)[] runs =
        [
            .. from radius in settings.Radii!
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select (radius, seed),
        ];
        Divergence[] measured = ParallelRuns.Of(
            runs, run => Measure(run.Radius, (ulong)run.Seed, settings.Hidden, steps, cancellationToken), log, cancellationToken);
        var rows = new List<string[]>();
        var exponents = new List<(double Radius, Spread Exponent)>();
        var lines = new List<ChartSeries>();
        foreach (double radius in settings.Radii!)
        {
            Divergence[] ofRadius = [.. measured.Where((_, i) => runs[i].Radius == radius)];
            double[] distance = [.. Enumerable.Range(0, steps + 1).Select(t => MeanDistance(ofRadius, t))];
            double growth = ofRadius.Average(run => run.Growth);
            exponents.Add((radius, Spread.Of(ofRadius.Select(run => run.Growth))));
            lines.Add(new ChartSeries(
                ExperimentLog.Short(radius), [.. distance.Select((value, t) => new ChartPoint(t, value))]));
            log.Line("curve", ("radius", radius), ("distance", distance));
            log.Line(
                "summary", ("radius", radius), ("lyapunov_exponent", growth),
                ("lyapunov_exponents", ofRadius.Select(run => run.Growth)), ("distance", at.Select(t => distance[t])));
            rows.Add(
            [
                ExperimentLog.Short(radius), .. at.Select(t => ExperimentLog.Short(distance[t])), ExperimentLog.Short(growth),
                ExperimentLog.Short(Math.Exp(growth)),
            ]);
        }
        log.Table(
            $"Distance of two states, {Apart:0e+0} apart at step 0 " +
            $"(vanilla RNN, hidden {settings.Hidden}, no input, mean of {settings.Seeds} seeds)",
            ["radius", .. at.Select(t => $"step {t}"), "exponent", "factor"], rows);
        log.Text(
            "The exponent is Lyapunov's, the mean logarithm of the growth in a step: " +
            "below 0 the two come together, above 0 they part.");
        log.Chart(new ExperimentChart(
            "distance", "Distance of two states by step",
            "Geometric mean over the seeds, a line for each spectral radius of the recurrent weights.",
            new("step"), new("distance", ChartScale.Log), lines));
        log.Chart(new ExperimentChart(
            "exponent", "Lyapunov exponent by spectral radius",
            "The mean logarithm of the growth in a step: below 0 the two states come together, above 0 they part.",
            new("spectral radius"), new("exponent"),
            [
                new("exponent", [.. exponents.OrderBy(of => of.Radius).Select(of => ChartPoint.Of(of.Radius, of.Exponent))]),
                new("neither", [new(exponents.Min(of => of.Radius), 0), new(exponents.Max(of => of.Radius), 0)], IsBound: true),
            ]));
        log.Conclude(Verdict(exponents, settings.Seeds!.Value));
    }

    internal static string Verdict(IReadOnlyList<(double Radius, Spread Exponent)> exponents, int seeds)
    {
        double[] together = [.. exponents.Where(of => of.Exponent.Most < 0).Select(of => of.Radius)];
        double[] apart = [.. exponents.Where(of => of.Exponent.Least > 0).Select(of => of.Radius)];
        string One(double radius)
        {
            Spread exponent = exponents.First(of => of.Radius == radius).Exponent;
            return $"{ExperimentLog.Short(radius)} (factor a step " +
                $"{new Spread(Math.Exp(exponent.Mean), Math.Exp(exponent.Least), Math.Exp(exponent.Most)).Short})";
        }
        string comes = together.Length == 0
            ? "at no radius do they come together in every seed"
            : $"they come together in every seed up to radius {One(together.Max())}";
        string parts = apart.Length == 0
            ? "at none do they part in every seed"
            : $"they part in every seed from radius {One(apart.Min())} on";
        return $"Two states a millionth apart: {comes}, and {parts} ({Sentence.Seeds(seeds)}; mean, least and most).";
    }

    // Growing is a factor, so the mean is geometric.
    private static double MeanDistance(Divergence[] runs, int step) =>
        Math.Exp(runs.Average(run => Math.Log(Math.Max(run.Distance[step], double.Epsilon))));

    private static Divergence Measure(
        double radius, ulong seed, int hidden, int steps, CancellationToken cancellationToken)
    {
        var generator = new TorchGenerator(seed);
        double[] weight = new double[hidden * hidden];
        Draw(weight, generator);
        double drawn = Spectrum.SpectralRadius(weight, hidden);
        for (int i = 0; i < weight.Length; i++)
            weight[i] *= radius / drawn;
        double[] zeros = new double[hidden];
        var dynamics = new RecurrentDynamics(Cell.Rnn, Nonlinearity.Tanh, 1, hidden, zeros, weight, zeros);
        double[] state = new double[hidden];
        Draw(state, generator);
        double[] direction = new double[hidden];
        Draw(direction, generator);
        for (int t = 0; t < StepsBefore; t++)
            state = dynamics.Step(state, [0]).Next;

        double[] distance = new double[steps + 1];
        double[] one = state;
        double[] other = Moved(state, direction, Apart);
        double[] near = other;
        double logarithms = 0;
        distance[0] = Apart;
        for (int t = 1; t <= steps; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The second stays a millionth away: each step it is pulled back on its line to the first, and how far is counted.
            near = dynamics.Step(near, [0]).Next;
            other = dynamics.Step(other, [0]).Next;
            one = dynamics.Step(one, [0]).Next;
            distance[t] = Distance(one, other);
            double[] difference = [.. near.Zip(one, (a, b) => a - b)];
            double grown = Norm(difference);
            logarithms += Math.Log(Math.Max(grown, double.Epsilon) / Apart);
            near = Moved(one, difference, Apart);
        }
        return new Divergence(distance, logarithms / steps);
    }

    private static void Draw(double[] values, TorchGenerator generator)
    {
        foreach (ref double value in values.AsSpan())
            value = generator.NextNormal();
    }

    private static double[] Moved(double[] from, double[] direction, double distance)
    {
        double norm = Norm(direction);
        return norm == 0 ? from : [.. from.Zip(direction, (a, d) => a + distance * d / norm)];
    }

    private static double Distance(double[] a, double[] b) => Norm([.. a.Zip(b, (x, y) => x - y)]);

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    private sealed record Divergence(double[] Distance, double Growth);
}
