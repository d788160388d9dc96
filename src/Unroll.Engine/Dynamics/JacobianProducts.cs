using Unroll.Engine.Cells;

namespace Unroll.Engine.Dynamics;

/// <summary>
/// How a change of an early state reaches a late one: the products ∂s_T/∂s_t = ∂s_T/∂s_{T-1} ⋯ ∂s_{t+1}/∂s_t, from the last step
/// back (Bengio et al., 1994; Pascanu et al., 2013).
/// </summary>
public sealed class JacobianProducts
{
    private JacobianProducts(double[] norms, double[] gradientNorms, double[] hiddenGradientNorms) =>
        (Norms, GradientNorms, HiddenGradientNorms) = (norms, gradientNorms, hiddenGradientNorms);

    /// <summary>[T+1]: ‖∂s_T/∂s_{T-d}‖₂ by distance d, the largest singular value; 1 at distance 0.</summary>
    public IReadOnlyList<double> Norms { get; }

    /// <summary>[T+1]: ‖dL/ds_{T-d}‖ by distance d, for a loss that looks at s_T only.</summary>
    public IReadOnlyList<double> GradientNorms { get; }

    /// <summary>[T+1]: the part of it that is dL/dh_{T-d}; the same for cells without cell state.</summary>
    public IReadOnlyList<double> HiddenGradientNorms { get; }

    /// <summary>Follows a sequence forward from a state of zeros, and the products back.</summary>
    /// <param name="dynamics">The layer.</param>
    /// <param name="inputs">x, [T][I].</param>
    /// <param name="dLast">dL/ds_T, [S].</param>
    public static JacobianProducts Of(RecurrentDynamics dynamics, IReadOnlyList<double[]> inputs, ReadOnlySpan<double> dLast)
    {
        int size = dynamics.StateSize;
        var steps = new ReferenceStep[inputs.Count];
        double[] state = new double[size];
        for (int t = 0; t < steps.Length; t++)
        {
            steps[t] = dynamics.Step(state, inputs[t]);
            state = steps[t].Next;
        }
        double[] product = new double[size * size];
        for (int i = 0; i < size; i++)
            product[i * size + i] = 1;
        double[] next = new double[product.Length];
        double[] norms = new double[steps.Length + 1];
        double[] gradients = new double[steps.Length + 1];
        double[] hidden = new double[steps.Length + 1];
        double[] gradient = dLast.ToArray();
        double[] nextGradient = new double[size];
        for (int distance = 0; ; distance++)
        {
            norms[distance] = Spectrum.LargestSingularValue(product, size, size);
            gradients[distance] = Norm(gradient);
            hidden[distance] = Norm(gradient.AsSpan(0, dynamics.HiddenSize));
            if (distance == steps.Length)
                return new JacobianProducts(norms, gradients, hidden);
            ReferenceStep step = steps[steps.Length - 1 - distance];
            for (int row = 0; row < size; row++)
                dynamics.Back(step, product.AsSpan(row * size, size), next.AsSpan(row * size, size));
            (product, next) = (next, product);
            dynamics.Back(step, gradient, nextGradient);
            (gradient, nextGradient) = (nextGradient, gradient);
        }
    }

    private static double Norm(ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (double value in x)
            sum += value * value;
        return Math.Sqrt(sum);
    }
}
