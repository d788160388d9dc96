namespace Unroll.Tests.Oracles;

/// <summary>
/// One direction of one recurrent layer over one sentence, its words as rows. Its parameters are those whose names end in
/// <paramref name="suffix"/>, such as l1 or l0_reverse; the reverse direction goes from the last word to the first.
/// </summary>
internal sealed class DirectionOracle(
    CellOracle cell, int hidden, string suffix, bool reverse, Dictionary<string, double[]> parameters)
{
    private sealed record Step(int Word, double[] A, double[] U, CellState Previous);

    /// <summary>x [T][I] → h [T][H], row t being the state after word t was read.</summary>
    public double[][] Forward(double[][] x) => Run(x).Hidden;

    /// <summary>dh [T][H] → dx [T][I]; adds to the gradients of the parameters.</summary>
    public double[][] Backward(double[][] x, double[][] dh, Dictionary<string, double[]> gradients)
    {
        double[][] dx = new double[x.Length][];
        CellState fromLater = cell.Start;
        foreach (Step step in Enumerable.Reverse(Run(x).Steps))
        {
            double[] dHidden = [.. dh[step.Word]];
            Add(dHidden, fromLater.Hidden);
            cell.X = x[step.Word];
            CellGradients d = cell.Backward(step.A, step.U, step.Previous, fromLater with { Hidden = dHidden });

            (double[] dInputWeight, double[] dBias, double[] dWord) =
                LinearOracle.Backward(parameters["rnn.weight_ih_" + suffix], x[step.Word], d.Input);
            Add(gradients["rnn.weight_ih_" + suffix], dInputWeight);
            Add(gradients["rnn.bias_ih_" + suffix], dBias[..cell.BiasRows]);
            if (cell.MemoryWeight is { } weight)
                Add(gradients[$"rnn.{weight.Name}_{suffix}"], d.MemoryWeight);
            if (d.Direct.Length > 0)
                Add(dWord, d.Direct);
            double[] dPrevious = cell.HasRecurrentWeight ? BackwardRecurrent(step, d.Recurrent, gradients) : new double[hidden];

            dx[step.Word] = dWord;
            Add(dPrevious, d.Previous.Hidden);
            fromLater = d.Previous with { Hidden = dPrevious };
        }
        return dx;
    }

    /// <summary>dU [gates·H] → dh' through W_hh.</summary>
    private double[] BackwardRecurrent(Step step, double[] dRecurrent, Dictionary<string, double[]> gradients)
    {
        (double[] dWeight, double[] dBias, double[] dPrevious) =
            LinearOracle.Backward(parameters["rnn.weight_hh_" + suffix], step.Previous.Hidden, dRecurrent);
        Add(gradients["rnn.weight_hh_" + suffix], dWeight);
        if (gradients.TryGetValue("rnn.bias_hh_" + suffix, out double[]? dUsed))
            Add(dUsed, OnlyCandidate(dBias));
        return dPrevious;
    }

    private (double[][] Hidden, List<Step> Steps) Run(double[][] x)
    {
        double[] recurrentBias = parameters.TryGetValue("rnn.bias_hh_" + suffix, out double[]? bias)
            ? OnlyCandidate(bias)
            : new double[cell.Gates * hidden];
        double[][] h = new double[x.Length][];
        var steps = new List<Step>();
        CellState state = cell.Start;
        if (cell.MemoryWeight is { } weight)
            cell.V = parameters[$"rnn.{weight.Name}_{suffix}"];
        double[] inputBias = [.. parameters["rnn.bias_ih_" + suffix], .. new double[cell.Gates * hidden - cell.BiasRows]];
        for (int i = 0; i < x.Length; i++)
        {
            int word = reverse ? x.Length - 1 - i : i;
            double[] a = LinearOracle.Forward(parameters["rnn.weight_ih_" + suffix], inputBias, x[word]);
            double[] u = cell.HasRecurrentWeight
                ? LinearOracle.Forward(parameters["rnn.weight_hh_" + suffix], recurrentBias, state.Hidden)
                : [];
            steps.Add(new Step(word, a, u, state));
            cell.X = x[word];
            state = cell.Forward(a, u, state);
            h[word] = state.Hidden;
        }
        return (h, steps);
    }

    /// <summary>Of the GRU's second bias only b_hn counts: for r and z it would add up with the first.</summary>
    private double[] OnlyCandidate(double[] bias) => [.. bias.Select((b, i) => i < 2 * hidden ? 0 : b)];

    private static void Add(double[] sum, double[] values)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += values[i];
    }
}
