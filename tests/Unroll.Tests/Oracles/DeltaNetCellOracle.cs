namespace Unroll.Tests.Oracles;

/// <summary>
/// Rows q, k, v, β of A: q and k of length 1, β = most·σ; for each unit i of a head
/// S_i = S'_i (I - β_i k kᵀ) + β_i v_i kᵀ, h_i = S_i q.
/// Memory: the row S_i of each unit.
/// </summary>
internal sealed class DeltaNetCellOracle(int hidden, double most) : CellOracle(hidden)
{
    // Heads as wide as the state up to 16 units; the tests have no others but 70, whose heads have 14.
    private readonly int _head = hidden <= 16 ? hidden : 14;

    public override int Gates => 4;

    public override bool HasRecurrentWeight => false;

    public override CellState Start => new(new double[H], new double[H * _head]);

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        CellState state = Start;
        for (int i = 0; i < H; i++)
        {
            (double[] q, double[] k, double write) = (Query(a, i), Key(a, i), Write(a, i));
            double[] s = Row(previous, i);
            double gap = Dot(s, k) - a[2 * H + i];
            for (int j = 0; j < _head; j++)
                state.Memory[i * _head + j] = s[j] - write * gap * k[j];
            state.Hidden[i] = Dot(Row(state, i), q);
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] da = new double[4 * H];
        (double[] dQueries, double[] dKeys) = (new double[H], new double[H]);
        CellState dPrevious = Start;
        CellState next = Forward(a, u, previous);
        for (int i = 0; i < H; i++)
        {
            int first = i / _head * _head;
            (double[] q, double[] k, double write) = (Query(a, i), Key(a, i), Write(a, i));
            (double[] s, double[] after) = (Row(previous, i), Row(next, i));
            double gap = Dot(s, k) - a[2 * H + i];
            double[] dS = [.. Row(dState, i).Select((d, j) => d + dState.Hidden[i] * q[j])];
            double along = Dot(dS, k);
            da[2 * H + i] = write * along;
            double share = write / most;
            da[3 * H + i] = -gap * along * most * share * (1 - share);
            for (int j = 0; j < _head; j++)
            {
                dQueries[first + j] += dState.Hidden[i] * after[j];
                dKeys[first + j] -= write * (along * s[j] + gap * dS[j]);
                dPrevious.Memory[i * _head + j] = dS[j] - write * along * k[j];
            }
        }
        for (int i = 0; i < H; i++)
        {
            da[i] = BeforeNorm(a, i, Query(a, i), dQueries);
            da[H + i] = BeforeNorm(a, H + i, Key(a, i), dKeys);
        }
        return new CellGradients(da, [], dPrevious);
    }

    private double[] Row(CellState state, int unit) => state.Memory[(unit * _head)..((unit + 1) * _head)];

    private double BeforeNorm(double[] a, int at, double[] normed, double[] d)
    {
        int unit = at % H;
        int first = unit / _head * _head;
        double along = Dot(normed, d[first..(first + _head)]);
        return (d[unit] - normed[unit - first] * along) / Norm(Raw(a, at));
    }

    private double[] Query(double[] a, int unit) => Normed(Raw(a, unit));

    private double[] Key(double[] a, int unit) => Normed(Raw(a, H + unit));

    // The head's pre-activations around one of them.
    private double[] Raw(double[] a, int at)
    {
        int first = at / H * H + at % H / _head * _head;
        return a[first..(first + _head)];
    }

    private static double[] Normed(double[] x) => [.. x.Select(value => value / Norm(x))];

    private static double Norm(double[] x) => Math.Sqrt(Dot(x, x) + 1e-6);

    private double Write(double[] a, int unit) => most * Sigmoid(a[3 * H + unit]);

    private static double Dot(double[] x, double[] y) => x.Zip(y, (left, right) => left * right).Sum();
}
