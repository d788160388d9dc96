namespace Unroll.Tests.Oracles;

/// <summary>Rows r, z, n: r = σ(A_r + U_r), z = σ(A_z + U_z), n = tanh(A_n + r⊙U_n), h = (1-z)⊙n + z⊙h'.</summary>
internal sealed class GruCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 3;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int i = 0; i < H; i++)
        {
            (_, double z, double n) = Values(a, u, i);
            state.Hidden[i] = (1 - z) * n + z * previous.Hidden[i];
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] da = new double[3 * H];
        double[] du = new double[3 * H];
        var dPrevious = CellState.Zero(H);
        for (int i = 0; i < H; i++)
        {
            (double r, double z, double n) = Values(a, u, i);
            double dh = dState.Hidden[i];
            double dn = dh * (1 - z) * (1 - n * n);
            da[i] = du[i] = dn * u[2 * H + i] * r * (1 - r);
            da[H + i] = du[H + i] = dh * (previous.Hidden[i] - n) * z * (1 - z);
            da[2 * H + i] = dn;
            du[2 * H + i] = dn * r;
            dPrevious.Hidden[i] = dh * z;
        }
        return new CellGradients(da, du, dPrevious);
    }

    private (double R, double Z, double N) Values(double[] a, double[] u, int i)
    {
        double r = Sigmoid(a[i] + u[i]);
        return (r, Sigmoid(a[H + i] + u[H + i]), Math.Tanh(a[2 * H + i] + r * u[2 * H + i]));
    }
}
