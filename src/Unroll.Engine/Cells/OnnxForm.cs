namespace Unroll.Engine.Cells;

/// <summary>
/// How a cell is written in ONNX: as an operator of its own, or step by step. Plain data; <c>Unroll.Onnx</c> makes nodes of it.
/// </summary>
public abstract record OnnxForm;

/// <summary>A recurrent operator of ONNX.</summary>
/// <param name="Name">Its name, such as <c>GRU</c>.</param>
/// <param name="GateOrder">The gates in the order in which the operator has them.</param>
public sealed record OnnxOperator(string Name, IReadOnlyList<int> GateOrder) : OnnxForm
{
    /// <summary>Attributes that are whole numbers.</summary>
    public IReadOnlyList<(string Name, long Value)> Attributes { get; init; } = [];

    /// <summary>The activation, given once for each direction; null for the operator's own.</summary>
    public string? Activation { get; init; }
}

/// <summary>
/// One step of a cell in operators of ONNX, run over the words by its <c>Scan</c>. The nodes read <see cref="Gate"/> for each
/// gate's pre-activations, W_hh h_{t-1} included where the cell has a W_hh, <see cref="PreviousHidden"/>, <see
/// cref="PreviousMemory"/>, constants and each other's outputs; the last one's output is h_t.
/// </summary>
/// <param name="Nodes">In an order in which every input is known before it is used.</param>
public sealed record OnnxStep(IReadOnlyList<OnnxNode> Nodes) : OnnxForm
{
    /// <summary>h_{t-1}, [B,H].</summary>
    public const string PreviousHidden = "previous";

    /// <summary>x_t, [B,I].</summary>
    public const string Input = "input";

    /// <summary>The number 1.</summary>
    public const string One = "one";

    /// <summary>The nodes' outputs that are carried to the next step beside h_t: the memory in parts.</summary>
    public IReadOnlyList<string> Memory { get; init; } = [];

    /// <summary>How wide each part of the memory is, in units of H.</summary>
    public int MemoryWidth { get; init; } = 1;

    /// <summary>Shapes that nodes read; 0 stands for the number of texts.</summary>
    public IReadOnlyList<(string Name, long[] Sizes)> Shapes { get; init; } = [];

    /// <summary>Other numbers than 1 that the nodes read.</summary>
    public IReadOnlyList<(string Name, float Value)> Constants { get; init; } = [];

    /// <summary>The pre-activations of a gate, [B,H].</summary>
    /// <param name="gate">The gate, from 0.</param>
    public static string Gate(int gate) => $"gate_{gate}";

    /// <summary>A part of the memory of step t-1, [B,H·<see cref="MemoryWidth"/>].</summary>
    /// <param name="part">Its place in <see cref="Memory"/>.</param>
    public static string PreviousMemory(int part) => $"previous_memory_{part}";

    /// <summary>A vector of the weights that multiply the memory, [H].</summary>
    /// <param name="part">The vector, from 0.</param>
    public static string MemoryWeight(int part) => $"memory_weight_{part}";
}

/// <summary>One operator of ONNX and the names of its inputs.</summary>
/// <param name="Operator">Such as <c>Mul</c>.</param>
/// <param name="Output">The name that later nodes read.</param>
/// <param name="Inputs">Names of what it reads.</param>
public sealed record OnnxNode(string Operator, string Output, params IReadOnlyList<string> Inputs);
