namespace Unroll.Tests.Oracles;

/// <summary>Rows i, f, g, o of A + U through σ, σ, tanh, σ: c = f⊙c' + i⊙g, h = o⊙tanh(c).</summary>
internal sealed class LstmCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 4;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double i, double f, double g, double o) = Values(a, u, j);
            state.Memory[j] = f * previous.Memory[j] + i * g;
            state.Hidden[j] = o * Math.Tanh(state.Memory[j]);
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] dSum = new double[4 * H];
        var dPrevious = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double i, double f, double g, double o) = Values(a, u, j);
            double tanh = Math.Tanh(f * previous.Memory[j] + i * g);
            double dc = dState.Memory[j] + dState.Hidden[j] * o * (1 - tanh * tanh);
            dSum[j] = dc * g * i * (1 - i);
            dSum[H + j] = dc * previous.Memory[j] * f * (1 - f);
            dSum[2 * H + j] = dc * i * (1 - g * g);
            dSum[3 * H + j] = dState.Hidden[j] * tanh * o * (1 - o);
            dPrevious.Memory[j] = dc * f;
        }
        return new CellGradients(dSum, dSum, dPrevious);
    }

    private (double I, double F, double G, double O) Values(double[] a, double[] u, int j) =>
        (Sigmoid(a[j] + u[j]), Sigmoid(a[H + j] + u[H + j]), Math.Tanh(a[2 * H + j] + u[2 * H + j]),
            Sigmoid(a[3 * H + j] + u[3 * H + j]));
}
