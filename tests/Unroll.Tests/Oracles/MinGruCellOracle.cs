namespace Unroll.Tests.Oracles;

/// <summary>Rows z, h̃ of A alone: z = σ(A_z), h = (1-z)⊙h' + z⊙A_h̃.</summary>
internal sealed class MinGruCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 2;

    public override bool HasRecurrentWeight => false;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int i = 0; i < H; i++)
        {
            double z = Sigmoid(a[i]);
            state.Hidden[i] = (1 - z) * previous.Hidden[i] + z * a[H + i];
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] da = new double[2 * H];
        var dPrevious = CellState.Zero(H);
        for (int i = 0; i < H; i++)
        {
            double z = Sigmoid(a[i]);
            da[i] = dState.Hidden[i] * (a[H + i] - previous.Hidden[i]) * z * (1 - z);
            da[H + i] = dState.Hidden[i] * z;
            dPrevious.Hidden[i] = dState.Hidden[i] * (1 - z);
        }
        return new CellGradients(da, [], dPrevious);
    }
}
