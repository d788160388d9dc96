namespace Unroll.Tests.Oracles;

/// <summary>An LSTM whose gates i and f read c' and whose gate o reads c, by v_i, v_f, v_o.</summary>
internal sealed class PeepholeCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 4;

    public override (string Name, int Count)? MemoryWeight => ("weight_ph", 3);

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int j = 0; j < H; j++)
            (_, _, _, state.Memory[j], _) = Values(a, u, previous, j, out state.Hidden[j]);
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] da = new double[4 * H];
        double[] dv = new double[3 * H];
        var dPrevious = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double i, double f, double g, double c, double o) = Values(a, u, previous, j, out _);
            double tanh = Math.Tanh(c);
            da[3 * H + j] = dState.Hidden[j] * tanh * o * (1 - o);
            double dc = dState.Memory[j] + dState.Hidden[j] * o * (1 - tanh * tanh) + da[3 * H + j] * V[2 * H + j];
            da[j] = dc * g * i * (1 - i);
            da[H + j] = dc * previous.Memory[j] * f * (1 - f);
            da[2 * H + j] = dc * i * (1 - g * g);
            dv[j] = da[j] * previous.Memory[j];
            dv[H + j] = da[H + j] * previous.Memory[j];
            dv[2 * H + j] = da[3 * H + j] * c;
            dPrevious.Memory[j] = dc * f + da[j] * V[j] + da[H + j] * V[H + j];
        }
        return new CellGradients(da, da, dPrevious) { MemoryWeight = dv };
    }

    private (double I, double F, double G, double C, double O) Values(
        double[] a, double[] u, CellState previous, int j, out double h)
    {
        double i = Sigmoid(a[j] + u[j] + V[j] * previous.Memory[j]);
        double f = Sigmoid(a[H + j] + u[H + j] + V[H + j] * previous.Memory[j]);
        double g = Math.Tanh(a[2 * H + j] + u[2 * H + j]);
        double c = f * previous.Memory[j] + i * g;
        double o = Sigmoid(a[3 * H + j] + u[3 * H + j] + V[2 * H + j] * c);
        h = o * Math.Tanh(c);
        return (i, f, g, c, o);
    }
}
