namespace Unroll.Tests.Oracles;

/// <summary>
/// Rows f, r, c̃ and, if the highway is projected, x̃ of A: f = σ(A_f + v_f⊙c'), r = σ(A_r + v_r⊙c'), c = f⊙c' + (1-f)⊙A_c̃,
/// h = r⊙c + (1-r)⊙x̃, x̃ = A_x̃ or x.
/// </summary>
internal sealed class SruCellOracle(int hidden, bool projects) : CellOracle(hidden)
{
    public override int Gates => projects ? 4 : 3;

    public override int BiasRows => 2 * H;

    public override bool HasRecurrentWeight => false;

    public override (string Name, int Count)? MemoryWeight => ("weight_c", 2);

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double r, double x) = Values(a, previous, j);
            state.Memory[j] = f * previous.Memory[j] + (1 - f) * a[2 * H + j];
            state.Hidden[j] = r * state.Memory[j] + (1 - r) * x;
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] da = new double[Gates * H];
        double[] dv = new double[2 * H];
        double[] dx = new double[projects ? 0 : H];
        var dPrevious = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double r, double x) = Values(a, previous, j);
            double before = previous.Memory[j];
            double c = f * before + (1 - f) * a[2 * H + j];
            double dh = dState.Hidden[j];
            double dc = dState.Memory[j] + dh * r;
            da[H + j] = dh * (c - x) * r * (1 - r);
            da[j] = dc * (before - a[2 * H + j]) * f * (1 - f);
            da[2 * H + j] = dc * (1 - f);
            if (projects)
                da[3 * H + j] = dh * (1 - r);
            else
                dx[j] = dh * (1 - r);
            dv[j] = da[j] * before;
            dv[H + j] = da[H + j] * before;
            dPrevious.Memory[j] = dc * f + da[j] * V[j] + da[H + j] * V[H + j];
        }
        return new CellGradients(da, [], dPrevious) { MemoryWeight = dv, Direct = dx };
    }

    private (double F, double R, double X) Values(double[] a, CellState previous, int j) =>
        (Sigmoid(a[j] + V[j] * previous.Memory[j]), Sigmoid(a[H + j] + V[H + j] * previous.Memory[j]),
            projects ? a[3 * H + j] : X[j]);
}
