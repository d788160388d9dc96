using Unroll.Engine.Cells;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// How much of a gradient is left on its way back through time, before any training: ‖dL/ds_t‖ by the distance from the last
/// step, beside the norm of the product of Jacobians and the spectral radius of the recurrent weights.
/// </summary>
/// <remarks>
/// Inputs are standard normal; the loss is the cross-entropy of a label of two at the last step. The state is h, for an LSTM h
/// and c.
/// </remarks>
internal sealed class VanishingExperiment : IExperiment
{
    private const int InputSize = 16;
    private const int Classes = 2;

    // Distances between which the slope is measured begin here: before, the output's own direction decides.
    private const int SlopeFrom = 5;

    public string Name => "vanishing";

    public string Question => "How much gradient reaches a word that is far back?";

    public IReadOnlyList<CellChoice> Cells => CellChoice.Recurrences;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = [.. CellChoice.Recurrences.Intersect(CellChoice.Usual)],
        Lengths = full ? [1, 10, 50, 100, 500] : [1, 5, 10, 20, 50, 100],
        Seeds = full ? 20 : 5,
        Hidden = full ? 128 : 64,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> distances = [.. settings.Lengths!.Order()];
        int steps = distances[^1];
        foreach (CellChoice cell in settings.Cells!)
            RequireState(cell, settings.Hidden);
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", distances), ("seeds", settings.Seeds),
            ("hidden", settings.Hidden));
        (CellChoice Cell, int Seed)[] runs =
        [
            .. from cell in settings.Cells!
               from seed in Enumerable.Range(1, settings.Seeds!.Value)
               select (cell, seed),
        ];
        Flow[] flows = ParallelRuns.Of(
            runs, run => Measure(run.Cell, settings.Hidden, steps, (ulong)run.Seed, cancellationToken), log, cancellationToken);

        var gradientRows = new List<string[]>();
        var jacobianRows = new List<string[]>();
        var measured = new List<Measured>();
        var lines = new List<ChartSeries>();
        var norms = new List<ChartSeries>();
        foreach (CellChoice cell in settings.Cells!)
        {
            Flow[] ofCell = [.. flows.Where((_, i) => runs[i].Cell == cell)];
            // Shrinking and growing are factors, so their means are geometric.
            double[] gradient = Mean(ofCell, flow => flow.Gradient);
            double[] hidden = Mean(ofCell, flow => flow.HiddenGradient);
            double[] norm = Mean(ofCell, flow => flow.Norm);
            double radius = ofCell.Average(flow => flow.Radius);
            double stretch = ofCell.Average(flow => flow.LargestSingularValue);
            int from = Math.Min(SlopeFrom, steps - 1);
            double factor = Math.Pow(gradient[steps] / gradient[from], 1.0 / (steps - from));
            measured.Add(new Measured(
                cell.Name,
                Spread.Of(ofCell.Select(flow => Math.Pow(flow.Gradient[steps] / flow.Gradient[from], 1.0 / (steps - from)))) with
                {
                    Mean = factor,
                },
                gradient[steps] / gradient[0]));
            lines.Add(new ChartSeries(cell.Name, [.. gradient.Select((value, d) => new ChartPoint(d, value / gradient[0]))]));
            norms.Add(new ChartSeries(cell.Name, [.. norm.Select((value, d) => new ChartPoint(d, value))]));
            log.Line("curve", ("cell", cell.Name), ("gradient", gradient), ("hidden_gradient", hidden), ("jacobian_norm", norm));
            double[] left = [.. distances.Select(d => gradient[d] / gradient[0])];
            log.Line(
                "summary", ("cell", cell.Name), ("spectral_radius", radius), ("largest_singular_value", stretch),
                ("factor_per_step", factor), ("gradient_left", left));
            gradientRows.Add([cell.Name, .. left.Select(ExperimentLog.Short), ExperimentLog.Short(factor), Spectral(radius)]);
            jacobianRows.Add([cell.Name, .. distances.Select(d => ExperimentLog.Short(norm[d])), Spectral(stretch)]);
        }
        log.Table(
            $"Gradient left after so many steps back, of 1 (hidden {settings.Hidden}, mean of {settings.Seeds} seeds), " +
            "its factor a step, and the spectral radius of W_hh",
            ["cell", .. distances.Select(d => $"{d}"), "factor", "radius"], gradientRows);
        log.Table(
            "Norm of the product of Jacobians over so many steps, and the largest singular value of W_hh",
            ["cell", .. distances.Select(d => $"{d}"), "σ₁"], jacobianRows);
        log.Text($"Of {string.Join(" and ", GatedCells)} radius and σ₁ are of the candidate's block of W_hh.");
        log.Chart(new ExperimentChart(
            "gradient", "Gradient left against distance",
            "Before any training, geometric mean over the seeds: a straight line is a constant factor a step.",
            new("steps before the end"), new("share of the gradient", ChartScale.Log), lines));
        log.Chart(new ExperimentChart(
            "norm", "Product of Jacobians against distance", "Its largest singular value: the most that any gradient could keep.",
            new("steps before the end"), new("norm", ChartScale.Log), norms));
        log.Conclude(Verdict(measured, steps, settings.Seeds!.Value));
    }

    /// <summary>What a cell does to a gradient.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Factor">The factor a step: geometric mean, least and most of the seeds.</param>
    /// <param name="Left">What is left after all steps, of 1.</param>
    internal sealed record Measured(string Cell, Spread Factor, double Left);

    internal static string Verdict(IReadOnlyList<Measured> cells, int steps, int seeds)
    {
        Measured least = cells.MinBy(cell => cell.Factor.Mean)!;
        Measured most = cells.MaxBy(cell => cell.Factor.Mean)!;
        string One(Measured cell) =>
            $"{cell.Factor.Short} a step with {cell.Cell}, which leaves {ExperimentLog.Short(cell.Left)} of 1 after {steps}";
        int shrinks = cells.Count(cell => cell.Factor.Most < 1);
        string how = shrinks == cells.Count
            ? "Before any training every gradient shrinks on its way back"
            : $"Before any training the gradient shrinks on its way back, in every seed, with {shrinks} of {cells.Count} cells";
        return cells.Count == 1
            ? $"{how}: by {One(least)} ({Sentence.Seeds(seeds)}; mean, least and most)."
            : $"{how}: by {One(least)}, and by {One(most)} ({Sentence.Seeds(seeds)}; mean, least and most).";
    }

    // A matrix state has so many numbers that products of its Jacobians take quarters of an hour.
    private static void RequireState(CellChoice cell, int hidden)
    {
        var network = new Network(cell.Config(InputSize, hidden, Classes));
        if (!JacobianNorms.CanMeasure(network))
        {
            throw new InputException(
                $"the state of {cell.Name} has {RecurrentDynamics.Of(network).StateSize} numbers, expected at most " +
                $"{JacobianNorms.LargestState}, whose Jacobians can be multiplied; leave the cell out");
        }
    }

    private static Flow Measure(CellChoice cell, int hidden, int steps, ulong seed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var network = new Network(cell.Config(InputSize, hidden, Classes));
        cell.Initialize(network, seed);
        var dynamics = RecurrentDynamics.Of(network);

        // Numbers of their own, the same for every cell.
        var generator = new TorchGenerator(1_000_000 + seed);
        double[][] inputs = new double[steps][];
        for (int t = 0; t < steps; t++)
            inputs[t] = [.. Enumerable.Range(0, InputSize).Select(_ => generator.NextNormal())];
        double[] dLast = GradientOfLastState(dynamics, network.Parameters, inputs);
        JacobianProducts products = JacobianProducts.Of(dynamics, inputs, dLast);
        double[]? block = CandidateBlock(network);
        return new Flow(
            [.. products.GradientNorms], [.. products.HiddenGradientNorms], [.. products.Norms],
            block is null ? double.NaN : Spectrum.SpectralRadius(block, hidden),
            block is null ? double.NaN : Spectrum.LargestSingularValue(block, hidden, hidden));
    }

    // dL/dh_T = W_outᵀ (p - [c = 0]); an LSTM's c_T has none of its own.
    private static double[] GradientOfLastState(RecurrentDynamics dynamics, Parameters parameters, double[][] inputs)
    {
        double[] state = new double[dynamics.StateSize];
        foreach (double[] input in inputs)
            state = dynamics.Step(state, input).Next;
        double[] weight = Widen(parameters["output.weight"]);
        double[] logits = Widen(parameters["output.bias"]);
        int hidden = dynamics.HiddenSize;
        for (int c = 0; c < Classes; c++)
        {
            for (int i = 0; i < hidden; i++)
                logits[c] += weight[c * hidden + i] * state[i];
        }
        double other = 1 / (1 + Math.Exp(logits[0] - logits[1]));
        double[] gradient = new double[dynamics.StateSize];
        for (int i = 0; i < hidden; i++)
            gradient[i] = other * (weight[hidden + i] - weight[i]);
        return gradient;
    }

    // The rows of W_hh that make the new content; null for a cell without W_hh.
    private static double[]? CandidateBlock(Network network)
    {
        IRecurrentCell cell = network.Layout.Cell;
        if (cell.Tensors.FirstOrDefault(tensor => tensor.Input == TensorInput.Hidden) is not { } tensor)
            return null;
        double[] weight = Widen(network.Parameters[NetworkLayout.NameOf(tensor, layer: 0, direction: 0)]);
        int block = network.Config.Hidden * network.Config.Hidden;
        return weight[(cell.CandidateGate * block)..((cell.CandidateGate + 1) * block)];
    }

    private static IEnumerable<string> GatedCells =>
        from cell in RecurrentCells.All
        let known = RecurrentCells.Of(cell)
        where known.Gates > 1 && known.Tensors.Any(tensor => tensor.Input == TensorInput.Hidden)
        select cell.ToString().ToUpperInvariant();

    // A cell without W_hh has no spectrum.
    private static string Spectral(double value) => double.IsNaN(value) ? "–" : ExperimentLog.Short(value);

    internal static double[] Widen(float[] values) => [.. values.Select(value => (double)value)];

    private static double[] Mean(Flow[] flows, Func<Flow, double[]> values) =>
        [.. Enumerable.Range(0, values(flows[0]).Length).Select(d => Math.Exp(flows.Average(flow => Math.Log(values(flow)[d]))))];

    private sealed record Flow(
        double[] Gradient, double[] HiddenGradient, double[] Norm, double Radius, double LargestSingularValue);
}
