namespace Unroll.Tests.Oracles;

/// <summary>h = φ(A + U), φ = tanh or relu.</summary>
internal sealed class RnnCellOracle(int hidden, bool relu) : CellOracle(hidden)
{
    public override int Gates => 1;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int i = 0; i < H; i++)
            state.Hidden[i] = relu ? Math.Max(a[i] + u[i], 0) : Math.Tanh(a[i] + u[i]);
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] dSum = new double[H];
        for (int i = 0; i < H; i++)
        {
            double tanh = Math.Tanh(a[i] + u[i]);
            double slope = !relu ? 1 - tanh * tanh : a[i] + u[i] > 0 ? 1 : 0;
            dSum[i] = dState.Hidden[i] * slope;
        }
        return new CellGradients(dSum, dSum, CellState.Zero(H));
    }
}
