namespace Unroll.Tests.Oracles;

/// <summary>Rows f, g, o of A + U through σ, tanh, σ: c = f⊙c' + (1-f)⊙g, h = o⊙tanh(c).</summary>
internal sealed class CoupledCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 3;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double g, double o) = Values(a, u, j);
            state.Memory[j] = f * previous.Memory[j] + (1 - f) * g;
            state.Hidden[j] = o * Math.Tanh(state.Memory[j]);
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] dSum = new double[3 * H];
        var dPrevious = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double g, double o) = Values(a, u, j);
            double tanh = Math.Tanh(f * previous.Memory[j] + (1 - f) * g);
            double dc = dState.Memory[j] + dState.Hidden[j] * o * (1 - tanh * tanh);
            dSum[j] = dc * (previous.Memory[j] - g) * f * (1 - f);
            dSum[H + j] = dc * (1 - f) * (1 - g * g);
            dSum[2 * H + j] = dState.Hidden[j] * tanh * o * (1 - o);
            dPrevious.Memory[j] = dc * f;
        }
        return new CellGradients(dSum, dSum, dPrevious);
    }

    private (double F, double G, double O) Values(double[] a, double[] u, int j) =>
        (Sigmoid(a[j] + u[j]), Math.Tanh(a[H + j] + u[H + j]), Sigmoid(a[2 * H + j] + u[2 * H + j]));
}
