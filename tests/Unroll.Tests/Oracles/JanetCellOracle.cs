namespace Unroll.Tests.Oracles;

/// <summary>Rows s, g of A + U: h = σ(s)⊙h' + (1 - σ(s - 1))⊙tanh(g).</summary>
internal sealed class JanetCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 2;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            double s = a[j] + u[j];
            state.Hidden[j] = Sigmoid(s) * previous.Hidden[j] + (1 - Sigmoid(s - 1)) * Math.Tanh(a[H + j] + u[H + j]);
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] dSum = new double[2 * H];
        var dPrevious = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double less, double g) = (Sigmoid(a[j] + u[j]), Sigmoid(a[j] + u[j] - 1), Math.Tanh(a[H + j] + u[H + j]));
            dSum[j] = dState.Hidden[j] * (previous.Hidden[j] * f * (1 - f) - g * less * (1 - less));
            dSum[H + j] = dState.Hidden[j] * (1 - less) * (1 - g * g);
            dPrevious.Hidden[j] = dState.Hidden[j] * f;
        }
        return new CellGradients(dSum, dSum, dPrevious);
    }
}
