namespace Unroll.Tests.Oracles;

/// <summary>
/// What one step hands to the next: h [H], and what the cell carries beside it, such as c [H]. Also its gradient.
/// </summary>
internal sealed record CellState(double[] Hidden, double[] Memory)
{
    public static CellState Zero(int hidden) => new(new double[hidden], new double[hidden]);
}

/// <summary>Gradients of one step; <paramref name="Previous"/> holds only what does not flow through U.</summary>
internal sealed record CellGradients(double[] Input, double[] Recurrent, CellState Previous)
{
    /// <summary>That of v, if the cell has one.</summary>
    public double[] MemoryWeight { get; init; } = [];

    /// <summary>The part of dx that does not come through A.</summary>
    public double[] Direct { get; init; } = [];
}

/// <summary>
/// The nonlinear part of one step, from the two linear parts A = W_ih x + b_ih and U = W_hh h' + b_hh, both [gates·H].
/// Whoever calls owns the matrices, so that a cell is nothing but its equations.
/// </summary>
internal abstract class CellOracle(int hidden)
{
    public abstract int Gates { get; }

    /// <summary>Whether U is there; without it the cell gets zeros and gives none of its gradient.</summary>
    public virtual bool HasRecurrentWeight => true;

    /// <summary>Rows of A that have a bias, the first ones.</summary>
    public virtual int BiasRows => Gates * H;

    /// <summary>The name of v, which multiplies the memory element by element, and its length in units of H.</summary>
    public virtual (string Name, int Count)? MemoryWeight => null;

    /// <summary>v, for a cell that has one.</summary>
    public double[] V { get; set; } = [];

    /// <summary>x of the step, for a cell that hands it on.</summary>
    public double[] X { get; set; } = [];

    /// <summary>What the first step finds.</summary>
    public virtual CellState Start => CellState.Zero(hidden);

    protected int H => hidden;

    public abstract CellState Forward(double[] a, double[] u, CellState previous);

    /// <summary>Gradients given that of h and c; everything is computed anew from what went in.</summary>
    public abstract CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState);

    /// <summary>A cell by its name; <paramref name="input"/> is 0 for one-hot words.</summary>
    public static CellOracle Create(string cell, int hidden, int input) => cell switch
    {
        "rnn" => new RnnCellOracle(hidden, relu: false),
        "rnn_relu" => new RnnCellOracle(hidden, relu: true),
        "gru" => new GruCellOracle(hidden),
        "lstm" => new LstmCellOracle(hidden),
        "mingru" => new MinGruCellOracle(hidden),
        "minlstm" => new MinLstmCellOracle(hidden),
        "sru" => new SruCellOracle(hidden, projects: input != hidden),
        "peephole" => new PeepholeCellOracle(hidden),
        "coupled" => new CoupledCellOracle(hidden),
        "janet" => new JanetCellOracle(hidden),
        "slstm" => new SLstmCellOracle(hidden),
        "deltanet" => new DeltaNetCellOracle(hidden, most: 2),
        "deltanet1" => new DeltaNetCellOracle(hidden, most: 1),
        _ => throw new ArgumentException($"no cell is called '{cell}'", nameof(cell)),
    };

    protected static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}

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

/// <summary>
/// Rows f, i, h̃ of A alone: k = σ(A_f) / (σ(A_f) + σ(A_i)), h = k⊙h' + (1-k)⊙g(A_h̃); g(a) = a + ½ or, below 0, σ(a).
/// </summary>
internal sealed class MinLstmCellOracle(int hidden) : CellOracle(hidden)
{
    public override int Gates => 3;

    public override bool HasRecurrentWeight => false;

    public override CellState Forward(double[] a, double[] u, CellState previous)
    {
        var state = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double i) = (Sigmoid(a[j]), Sigmoid(a[H + j]));
            state.Hidden[j] = (f * previous.Hidden[j] + i * Candidate(a[2 * H + j])) / (f + i);
        }
        return state;
    }

    public override CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState)
    {
        double[] da = new double[3 * H];
        var dPrevious = CellState.Zero(H);
        for (int j = 0; j < H; j++)
        {
            (double f, double i, double g) = (Sigmoid(a[j]), Sigmoid(a[H + j]), Candidate(a[2 * H + j]));
            double sum = f + i;
            double dh = dState.Hidden[j];
            double gap = previous.Hidden[j] - g;
            // ∂h/∂f = i (h' - g) / sum², ∂h/∂i = -f (h' - g) / sum²
            da[j] = dh * i * gap / (sum * sum) * f * (1 - f);
            da[H + j] = -dh * f * gap / (sum * sum) * i * (1 - i);
            da[2 * H + j] = dh * i / sum * (a[2 * H + j] >= 0 ? 1 : g * (1 - g));
            dPrevious.Hidden[j] = dh * f / sum;
        }
        return new CellGradients(da, [], dPrevious);
    }

    private static double Candidate(double a) => a >= 0 ? a + 0.5 : Sigmoid(a);
}

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
