using Unroll.Engine.Cells;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;

namespace Unroll.Live.Looks;

/// <summary>How large the gradient of a sentence's loss is at the state after each word.</summary>
/// <param name="Loss">-log p of the label, in nats.</param>
/// <param name="State">[T]: ‖∂L/∂s_t‖ of the whole state: h, and what the cell carries beside it.</param>
/// <param name="Hidden">[T]: the part of it that is ‖∂L/∂h_t‖; the same for cells that carry nothing else.</param>
public sealed record BackThroughTime(double Loss, IReadOnlyList<double> State, IReadOnlyList<double> Hidden)
{
    /// <summary>Goes back through a sentence in double precision, by the reference of the cell.</summary>
    /// <param name="network">A network of one layer over one-hot words that pools the last state.</param>
    /// <param name="ids">The words, at least one.</param>
    /// <param name="label">The class whose loss it is.</param>
    public static BackThroughTime Of(Network network, IReadOnlyList<int> ids, int label)
    {
        var dynamics = RecurrentDynamics.Of(network);
        var steps = new ReferenceStep[ids.Count];
        double[] state = new double[dynamics.StateSize];
        for (int t = 0; t < steps.Length; t++)
        {
            double[] word = new double[dynamics.InputSize];
            word[ids[t]] = 1;
            steps[t] = dynamics.Step(state, word);
            state = steps[t].Next;
        }
        double[] gradient = new double[dynamics.StateSize];
        double loss = GradientOfLast(network, state, label, gradient);
        double[] norms = new double[steps.Length];
        double[] hidden = new double[steps.Length];
        double[] before = new double[dynamics.StateSize];
        for (int t = steps.Length - 1; t >= 0; t--)
        {
            norms[t] = Norm(gradient);
            hidden[t] = Norm(gradient.AsSpan(0, dynamics.HiddenSize));
            dynamics.Back(steps[t], gradient, before);
            (gradient, before) = (before, gradient);
        }
        return new BackThroughTime(loss, norms, hidden);
    }

    // dh_T = W_outᵀ (p - y); the loss is returned.
    private static double GradientOfLast(Network network, double[] state, int label, double[] gradient)
    {
        int hidden = network.Config.Hidden;
        float[] weight = network.Parameters["output.weight"];
        double[] p = StateFrame.Softmax(StateFrame.Logits(weight, network.Parameters["output.bias"], state));
        for (int c = 0; c < p.Length; c++)
        {
            double d = p[c] - (c == label ? 1 : 0);
            for (int i = 0; i < hidden; i++)
                gradient[i] += weight[c * hidden + i] * d;
        }
        return -Math.Log(p[label]);
    }

    private static double Norm(ReadOnlySpan<double> values)
    {
        double squares = 0;
        foreach (double value in values)
            squares += value * value;
        return Math.Sqrt(squares);
    }
}
