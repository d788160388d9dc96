namespace Unroll.Engine.Cells;

/// <summary>What a tensor of a cell is multiplied with.</summary>
public enum TensorInput
{
    /// <summary>The layer's input: a matrix of I columns.</summary>
    Input,

    /// <summary>The hidden state of the step before: a matrix of H columns.</summary>
    Hidden,

    /// <summary>What is carried beside the hidden state, element by element: a vector.</summary>
    Memory,

    /// <summary>Nothing: a bias.</summary>
    None,
}

/// <summary>One tensor of a recurrent layer and direction.</summary>
/// <param name="Name">PyTorch's name without layer and direction, such as <c>weight_ih</c>.</param>
/// <param name="Gates">Its rows in units of H.</param>
/// <param name="Input">What it is multiplied with.</param>
public sealed record CellTensor(string Name, int Gates, TensorInput Input)
{
    /// <summary>The name of W_ih, [G·H,I], which every cell has.</summary>
    public const string InputWeight = "weight_ih";

    /// <summary>The name of W_hh, [G·H,H].</summary>
    public const string RecurrentWeight = "weight_hh";

    /// <summary>The name of b, [G·H], which every cell has.</summary>
    public const string Bias = "bias_ih";

    /// <summary>
    /// The name of the second bias of PyTorch's modules, [G·H], which is added to the first one: in files alone.
    /// </summary>
    public const string SecondBias = "bias_hh";

    /// <summary>
    /// For a bias that PyTorch keeps inside <c>bias_hh</c>: the gate in whose place it stands there. Null for all others: what
    /// PyTorch has in <c>bias_hh</c> for their gates is added to <c>bias_ih</c>.
    /// </summary>
    public int? SecondBiasGate { get; init; }

    /// <summary>The dimensions.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="hidden">H.</param>
    /// <exception cref="OverflowException">There would be 2^31 rows or more.</exception>
    public int[] Shape(int inputSize, int hidden)
    {
        int rows = checked(Gates * hidden);
        return Input switch
        {
            TensorInput.Input => [rows, inputSize],
            TensorInput.Hidden => [rows, hidden],
            TensorInput.Memory or TensorInput.None => [rows],
            _ => throw new InvalidOperationException($"{Name} is multiplied with {Input}, which nothing is"),
        };
    }
}
