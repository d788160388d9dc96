namespace Unroll.Inspection;

/// <summary>What one recurrent layer computes in one direction, word by word.</summary>
/// <param name="Layer">The layer, from 0, the lowest.</param>
/// <param name="IsReverse">Whether it reads from the last word to the first; row t is then the state after words T … t.</param>
/// <param name="Hidden">h, [T][H].</param>
/// <param name="Cell">c, [T][H]; empty for cells without cell state.</param>
/// <param name="Gates">The cell's gates; none for a vanilla RNN.</param>
public sealed record LayerTrace(
    int Layer, bool IsReverse, IReadOnlyList<float[]> Hidden, IReadOnlyList<float[]> Cell, IReadOnlyList<GateTrace> Gates)
{
    /// <summary>The direction's name: <c>forward</c> or <c>backward</c>.</summary>
    public string Direction => IsReverse ? "backward" : "forward";
}

/// <summary>One gate, word by word, after its function: between 0 and 1, a candidate behind tanh between -1 and 1.</summary>
/// <param name="Name">
/// The cell's own name for it: for an LSTM <c>input</c>, <c>forget</c>, <c>cell_candidate</c> and <c>output</c>, for a GRU
/// <c>reset</c>,
/// <c>update</c> and <c>new</c>.
/// </param>
/// <param name="Values">[T][H].</param>
public sealed record GateTrace(string Name, IReadOnlyList<float[]> Values);
