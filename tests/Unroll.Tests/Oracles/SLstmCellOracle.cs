namespace Unroll.Tests.Oracles;

/// <summary>
/// Rows i, f, z, o of A + U: c = f⊙c' + i⊙z, n = f⊙n' + i, h = o⊙c/n with i = exp, f = σ. Without the maximum m, which the result
/// does not depend on; memory c, n.
/// </summary>
internal sealed class SLstmCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 4;

    public override CellState Start => new(new double[H], new double[2 * H]);

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        CellState state = Start;
        for (int j = 0; j < H; j++)
        {
            (double i, double f, double z, double o) = Values(a, u, j);
            state.Memory[j] = f * previous.Memory[j] + i * z;
            state.Memory[H + j] = f * previous.Memory[H + j] + i;
            state.Hidden[j] = o * state.Memory[j] / state.Memory[H + j];
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] dSum = new double[4 * H];
        CellState dPrevious = Start;
        CellState next = Forward(a, u, previous);
        for (int j = 0; j < H; j++)
        {
            (double i, double f, double z, double o) = Values(a, u, j);
            (double c, double n, double dh) = (next.Memory[j], next.Memory[H + j], dState.Hidden[j]);
            double dc = dState.Memory[j] + dh * o / n;
            double dn = dState.Memory[H + j] - dh * o * c / (n * n);
            dSum[j] = (dc * z + dn) * i;
            dSum[H + j] = (dc * previous.Memory[j] + dn * previous.Memory[H + j]) * f * (1 - f);
            dSum[2 * H + j] = dc * i * (1 - z * z);
            dSum[3 * H + j] = dh * c / n * o * (1 - o);
            dPrevious.Memory[j] = dc * f;
            dPrevious.Memory[H + j] = dn * f;
        }
        return new CellGradients(dSum, dSum, dPrevious);
    }

    private (double I, double F, double Z, double O) Values(double[] a, double[] u, int j) =>
        (Math.Exp(a[j] + u[j]), Sigmoid(a[H + j] + u[H + j]), Math.Tanh(a[2 * H + j] + u[2 * H + j]),
            Sigmoid(a[3 * H + j] + u[3 * H + j]));
}
