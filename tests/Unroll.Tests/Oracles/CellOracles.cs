namespace Unroll.Tests.Oracles;

/// <summary>What one step hands to the next: h [H], and the LSTM's c [H] (zeros for the others). Also its gradient.</summary>
internal sealed record CellState(double[] Hidden, double[] Memory)
{
    public static CellState Zero(int hidden) => new(new double[hidden], new double[hidden]);
}

/// <summary>Gradients of one step; <paramref name="Previous"/> holds only what does not flow through U.</summary>
internal sealed record CellGradients(double[] Input, double[] Recurrent, CellState Previous);

/// <summary>
/// The nonlinear part of one step, from the two linear parts A = W_ih x + b_ih and U = W_hh h' + b_hh, both [gates·H].
/// Whoever calls owns the matrices, so that a cell is nothing but its equations.
/// </summary>
internal abstract class CellOracle(int hidden)
{
    public abstract int Gates { get; }

    /// <summary>Whether U is there; without it the cell gets zeros and gives none of its gradient.</summary>
    public virtual bool HasRecurrentWeight => true;

    protected int H => hidden;

    public abstract CellState Forward(double[] a, double[] u, CellState previous);

    /// <summary>Gradients given that of h and c; everything is computed anew from what went in.</summary>
    public abstract CellGradients Backward(double[] a, double[] u, CellState previous, CellState dState);

    public static CellOracle Create(string cell, int hidden) => cell switch
    {
        "rnn" => new RnnCellOracle(hidden, relu: false),
        "rnn_relu" => new RnnCellOracle(hidden, relu: true),
        "gru" => new GruCellOracle(hidden),
        "lstm" => new LstmCellOracle(hidden),
        "mingru" => new MinGruCellOracle(hidden),
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
