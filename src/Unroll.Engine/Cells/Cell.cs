using Unroll.Engine.Cells;

namespace Unroll;

/// <summary>
/// The kind of layer that reads the words. Files and the command line have the member's name in lower case.
/// </summary>
public enum Cell
{
    /// <summary>Vanilla recurrent network (Elman, 1990): <see cref="RnnCell"/>.</summary>
    Rnn,

    /// <summary>
    /// Gated recurrent unit (Cho et al., 2014), reset after the product as in cuDNN and PyTorch: <see cref="GruCell"/>.
    /// </summary>
    Gru,

    /// <summary>Long short-term memory (Hochreiter and Schmidhuber, 1997) with forget gate: <see cref="LstmCell"/>.</summary>
    Lstm,

    /// <summary>
    /// Minimal gated recurrent unit (Feng et al., 2024), whose gates do not read the state: <see cref="MinGruCell"/>.
    /// </summary>
    MinGru,

    /// <summary>
    /// Minimal LSTM (Feng et al., 2024), whose two gates do not read the state and add up to 1: <see cref="MinLstmCell"/>.
    /// </summary>
    MinLstm,

    /// <summary>
    /// Simple recurrent unit (Lei et al., 2018), whose gates read the cell state element by element: <see cref="SruCell"/>.
    /// </summary>
    Sru,

    /// <summary>LSTM whose gates read the cell state (Gers and Schmidhuber, 2000): <see cref="PeepholeCell"/>.</summary>
    Peephole,

    /// <summary>LSTM with the input gate 1 - f (Greff et al., 2015): <see cref="CoupledCell"/>.</summary>
    Coupled,

    /// <summary>LSTM with the forget gate alone (van der Westhuizen and Lasenby, 2018): <see cref="JanetCell"/>.</summary>
    Janet,

    /// <summary>LSTM with exponential gates and a normaliser (Beck et al., 2024): <see cref="SLstmCell"/>.</summary>
    SLstm,

    /// <summary>
    /// DeltaNet (Yang et al., 2024), a matrix in which values stand under keys; with β up to 2 (Grazzi et al., 2024):
    /// <see cref="DeltaNetCell"/>.
    /// </summary>
    DeltaNet,

    /// <summary>DeltaNet with β up to 1, as it was first: <see cref="DeltaNet1Cell"/>.</summary>
    DeltaNet1,

    /// <summary>
    /// Transformer encoder (Vaswani et al., 2017): no recurrent cell, every word reads all others by attention. Its own settings
    /// are <see cref="TransformerOptions"/>.
    /// </summary>
    Transformer,
}

/// <summary>Every recurrent cell that there is. What a cell can do and what it is made of, the cell itself says.</summary>
public static class RecurrentCells
{
    /// <summary>All of them, in the order in which they are listed to a user.</summary>
    public static IReadOnlyList<Cell> All { get; } = [.. Enum.GetValues<Cell>().Where(Has)];

    /// <summary>Whether a kind of layer is a recurrent cell; a Transformer is none.</summary>
    /// <param name="cell">The kind.</param>
    public static bool Has(Cell cell) => cell != Cell.Transformer;

    /// <summary>A cell's name in files and on the command line.</summary>
    /// <param name="cell">The cell.</param>
    public static string NameOf(Cell cell) => cell.ToString().ToLowerInvariant();

    /// <summary>One cell.</summary>
    /// <param name="cell">Which.</param>
    /// <param name="nonlinearity">
    /// Its function, for a cell that lets one choose: <see cref="IRecurrentCell.ReadsNonlinearity"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cell, or it is a Transformer.</exception>
    public static IRecurrentCell Of(Cell cell, Nonlinearity nonlinearity = Nonlinearity.Tanh) => cell switch
    {
        Cell.Rnn => new RnnCell(nonlinearity),
        Cell.Gru => new GruCell(),
        Cell.Lstm => new LstmCell(),
        Cell.MinGru => new MinGruCell(),
        Cell.MinLstm => new MinLstmCell(),
        Cell.Sru => new SruCell(),
        Cell.Peephole => new PeepholeCell(),
        Cell.Coupled => new CoupledCell(),
        Cell.Janet => new JanetCell(),
        Cell.SLstm => new SLstmCell(),
        Cell.DeltaNet => new DeltaNetCell(most: 2),
        Cell.DeltaNet1 => new DeltaNet1Cell(),
        Cell.Transformer => throw new ArgumentOutOfRangeException(
            nameof(cell), cell, $"a Transformer is no recurrent cell, expected {string.Join(", ", All)}"),
        _ => throw new ArgumentOutOfRangeException(nameof(cell), cell, $"no such cell, expected {string.Join(", ", All)}"),
    };
}
