using Unroll.Engine.Cells;
using Unroll.Engine.Networks;

namespace Unroll.Engine.Dynamics;

/// <summary>
/// One recurrent layer as a dynamical system in double precision: the state s_t after a step, and row vectors times the Jacobian
/// ∂s_t/∂s_{t-1}. The state is h and behind it the memory, for an LSTM c.
/// </summary>
/// <remarks>
/// The equations are those of the cell's reference, one sentence and plain loops: for measuring what single precision hides, such
/// as two states 1e-6 apart.
/// </remarks>
public sealed class RecurrentDynamics
{
    private readonly IRecurrentCell _cell;
    private readonly ReferenceParameters _layer;

    /// <summary>Takes the parameters of a layer.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="nonlinearity">The function of a vanilla RNN.</param>
    /// <param name="inputSize">I; at least 1.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="inputWeight">W_ih, [G·H,I].</param>
    /// <param name="recurrentWeight">W_hh, [G·H,H]; empty for a cell without it.</param>
    /// <param name="bias">Every bias of the cell, one after the other: b, [G·H], and a GRU's b_hn, [H], behind it.</param>
    /// <param name="memoryWeight">v, which multiplies the memory element by element; empty for a cell without it.</param>
    /// <exception cref="ArgumentException">An array has not as many values as it should.</exception>
    public RecurrentDynamics(
        Cell cell, Nonlinearity nonlinearity, int inputSize, int hiddenSize, ReadOnlySpan<double> inputWeight,
        ReadOnlySpan<double> recurrentWeight, ReadOnlySpan<double> bias, ReadOnlySpan<double> memoryWeight = default)
        : this(
            RecurrentCells.Of(cell, nonlinearity).Between(inputSize, hiddenSize), inputSize, hiddenSize, inputWeight,
            recurrentWeight, bias, memoryWeight)
    {
    }

    // The cell of a layer of these sizes.
    private RecurrentDynamics(
        IRecurrentCell cell, int inputSize, int hiddenSize, ReadOnlySpan<double> inputWeight,
        ReadOnlySpan<double> recurrentWeight, ReadOnlySpan<double> bias, ReadOnlySpan<double> memoryWeight)
    {
        _cell = cell;
        Require(inputWeight.Length, TensorInput.Input, nameof(inputWeight));
        Require(recurrentWeight.Length, TensorInput.Hidden, nameof(recurrentWeight));
        Require(bias.Length, TensorInput.None, nameof(bias));
        Require(memoryWeight.Length, TensorInput.Memory, nameof(memoryWeight));
        _layer = new ReferenceParameters(inputSize, hiddenSize, inputWeight, recurrentWeight, bias, memoryWeight);

        void Require(int length, TensorInput kind, string name)
        {
            int expected = _cell.Tensors.Where(tensor => tensor.Input == kind)
                .Sum(tensor => tensor.Shape(inputSize, hiddenSize).Aggregate(1, (product, size) => product * size));
            if (length != expected)
                throw new ArgumentException($"{length} values, expected {expected}", name);
        }
    }

    /// <summary>Takes the parameters of a network's lowest layer, forward direction, as they are now.</summary>
    /// <param name="network">The network.</param>
    public static RecurrentDynamics Of(Network network)
    {
        NetworkConfig config = network.Config;
        // A one-hot word is no vector that could stand beside h, however many words there are.
        IRecurrentCell cell = config.CreateCell().Between(config.Embedding, config.Hidden);
        int inputSize = config.IsOneHot ? config.Vocabulary : config.Embedding;
        return new RecurrentDynamics(
            cell, inputSize, config.Hidden, Read(TensorInput.Input), Read(TensorInput.Hidden), Read(TensorInput.None),
            Read(TensorInput.Memory));

        double[] Read(TensorInput kind) =>
        [
            .. from tensor in cell.Tensors
               where tensor.Input == kind
               from value in network.Parameters[NetworkLayout.NameOf(tensor, layer: 0, direction: 0)]
               select (double)value,
        ];
    }

    /// <summary>I.</summary>
    public int InputSize => _layer.InputSize;

    /// <summary>H.</summary>
    public int HiddenSize => _layer.HiddenSize;

    /// <summary>S: H, or 2·H for an LSTM.</summary>
    public int StateSize => HiddenSize + _cell.MemorySize(HiddenSize);

    /// <summary>The next state.</summary>
    /// <param name="state">s_{t-1}, [S].</param>
    /// <param name="input">x_t, [I].</param>
    /// <returns>s_t and what its Jacobian needs.</returns>
    public ReferenceStep Step(double[] state, double[] input) => _cell.StepForward(_layer, state, input);

    /// <summary>ds_{t-1}ᵀ = ds_tᵀ ∂s_t/∂s_{t-1}: one step back.</summary>
    /// <param name="step">From <see cref="Step"/>.</param>
    /// <param name="dState">ds_t, [S].</param>
    /// <param name="dPrevious">ds_{t-1}, [S]; overwritten.</param>
    public void Back(ReferenceStep step, ReadOnlySpan<double> dState, Span<double> dPrevious)
    {
        var back = new ReferenceBack(_layer, step, dState.ToArray());
        _cell.StepBack(back);
        back.DPrevious.CopyTo(dPrevious);
    }
}
