namespace Unroll.Tests.Oracles;

/// <summary>
/// Rows f, i, h̃ of A alone: k = σ(A_f) / (σ(A_f) + σ(A_i)), h = k⊙h' + (1-k)⊙g(A_h̃); g(a) = a + ½ or, below 0, σ(a).
/// </summary>
internal sealed class MinLstmCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 3;

    public override bool HasRecurrentWeight => false;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double i) = (Sigmoid(a[j]), Sigmoid(a[H + j]));
            state.Hidden[j] = (f * previous.Hidden[j] + i * Candidate(a[2 * H + j])) / (f + i);
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] da = new double[3 * H];
        var dPrevious = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double i, double g) = (Sigmoid(a[j]), Sigmoid(a[H + j]), Candidate(a[2 * H + j]));
            double sum = f + i;
            double dh = dState.Hidden[j];
            double gap = previous.Hidden[j] - g;
            // ∂h/∂f = i (h' - g) / sum², ∂h/∂i = -f (h' - g) / sum²
            da[j] = dh * i * gap / (sum * sum) * f * (1 - f);
            da[H + j] = -dh * f * gap / (sum * sum) * i * (1 - i);
            da[2 * H + j] = dh * i / sum * (a[2 * H + j] >= 0 ? 1 : g * (1 - g));
            dPrevious.Hidden[j] = dh * f / sum;
        }
        return new CellGradients(da, [], dPrevious);
    }

    private static double Candidate(double a) => a >= 0 ? a + 0.5 : Sigmoid(a);
}
