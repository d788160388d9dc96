namespace Unroll;

/// <summary>The kind of recurrent layer.</summary>
public enum Cell
{
    /// <summary>Vanilla recurrent network (Elman, 1990): <see cref="Engine.Cells.RnnCell"/>.</summary>
    Rnn,

    /// <summary>Gated recurrent unit (Cho et al., 2014), reset after the product as in cuDNN and PyTorch: <see cref="Engine.Cells.GruCell"/>.</summary>
    Gru,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber, 1997) with forget gate: <see cref="Engine.Cells.LstmCell"/>.</summary>
    Lstm,
}
