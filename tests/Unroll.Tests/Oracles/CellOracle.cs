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
