using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// A recurrent layer, such as <c>torch.nn.RNN</c>, <c>GRU</c> or <c>LSTM</c>: one direction or two, whose hidden states stand
/// side by side.
/// </summary>
internal sealed unsafe class RecurrentLayer : ILayer
{
    private readonly int _vocabulary;
    private readonly RecurrentDirection[] _directions;
    private readonly Places[] _places;

    /// <summary>Lays the layer out; memory is taken when its parameters are packed.</summary>
    /// <param name="kernels">The kernels that compute.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="inputSize">I; 0 for one-hot input.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="suffixes">What PyTorch's names of each direction's parameters end with: one or two.</param>
    /// <param name="vocabulary">V, for one-hot input.</param>
    /// <exception cref="OverflowException">A parameter would have 2^31 rows or more.</exception>
    public RecurrentLayer(
        IKernels kernels, IRecurrentCell cell, int inputSize, int hiddenSize, IReadOnlyList<string> suffixes, int vocabulary = 0)
    {
        cell = cell.Between(inputSize, hiddenSize);
        (Cell, InputSize, HiddenSize, _vocabulary) = (cell, inputSize, hiddenSize, vocabulary);
        _directions =
        [
            .. suffixes.Select((_, i) => new RecurrentDirection(kernels, cell, inputSize, hiddenSize, reverse: i == 1)),
        ];
        IsRecurrent = cell.Tensors.Any(tensor => tensor.Input == TensorInput.Hidden);
        var tensors = new List<TensorShape>();
        bool isOneHot = inputSize == 0;
        Places Add(string suffix)
        {
            int first = tensors.Count;
            foreach (CellTensor tensor in cell.Tensors)
            {
                bool isTable = isOneHot && tensor.Input == TensorInput.Input;
                tensors.Add(new TensorShape(
                    $"rnn.{tensor.Name}{suffix}", tensor.Shape(isOneHot ? vocabulary : inputSize, hiddenSize), isTable));
            }
            return new Places(
                (first + PlaceOf(TensorInput.Input))!.Value, first + PlaceOf(TensorInput.Hidden),
                (first + PlaceOf(TensorInput.None))!.Value, first + PlaceOf(TensorInput.Memory));
        }
        _places = [.. suffixes.Select(Add)];
        Tensors = tensors;

        // Of the biases the first: those that stand alone lie right behind it.
        int? PlaceOf(TensorInput input)
        {
            for (int i = 0; i < cell.Tensors.Count; i++)
            {
                if (cell.Tensors[i].Input == input)
                    return i;
            }
            return null;
        }
    }

    /// <summary>The cell.</summary>
    public IRecurrentCell Cell { get; }

    /// <summary>I; 0 for one-hot input.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>Whether the cell multiplies the state before by a weight.</summary>
    public bool IsRecurrent { get; }

    /// <summary>M: floats that a sentence carries beside h.</summary>
    public int MemorySize => Cell.MemorySize(HiddenSize);

    /// <summary>D.</summary>
    public int Directions => _directions.Length;

    public int OutputSize => checked(HiddenSize * Directions);

    public int ForwardSize => HiddenSize;

    public bool DropsOutput => true;

    public IReadOnlyList<TensorShape> Tensors { get; }

    public long BackwardLength => _directions.Sum(direction => direction.Weights.BackwardLength);

    /// <summary>One of the directions: 0 forward, 1 backward.</summary>
    public RecurrentDirection Direction(int index) => _directions[index];

    /// <summary>W_hh of a direction, [G·H, H], among the layer's parameters or gradients; none where the cell has none.</summary>
    public Matrix RecurrentWeight(LayerTensors tensors, int direction) => _places[direction].RecurrentWeight is { } place
        ? new Matrix(tensors[place], Cell.Gates * HiddenSize, HiddenSize)
        : default;

    /// <summary>Where a direction's gradients go.</summary>
    public void SetGradients(ref RecurrentArguments arguments, LayerTensors gradients, int direction)
    {
        if (InputSize > 0)
            arguments.DInputWeight = new Matrix(gradients[_places[direction].InputWeight], Cell.Gates * HiddenSize, InputSize);
        arguments.DRecurrentWeight = RecurrentWeight(gradients, direction);
        arguments.DBias = gradients[_places[direction].Bias];
        arguments.DMemoryWeight = MemoryWeight(gradients, direction);
    }

    public IEnumerable<PackedWeight> PackedWeights => _directions.SelectMany(direction => direction.Weights.All);

    public void Pack(LayerTensors parameters)
    {
        for (int i = 0; i < Directions; i++)
        {
            float* input = parameters[_places[i].InputWeight];
            if (InputSize == 0)
                _directions[i].Weights.SetTable(input, _vocabulary);
            _directions[i].Weights.Pack(
                input, RecurrentWeight(parameters, i).Pointer, parameters[_places[i].Bias], MemoryWeight(parameters, i));
        }
    }

    public void PackBackward(LayerTensors parameters)
    {
        for (int i = 0; i < Directions; i++)
            _directions[i].Weights.PackBackward(parameters[_places[i].InputWeight], RecurrentWeight(parameters, i).Pointer);
    }

    public void FreeBackward()
    {
        foreach (RecurrentDirection direction in _directions)
            direction.Weights.FreeBackward();
    }

    public ILayerPass CreatePass() => new RecurrentLayerPass(this);

    private float* MemoryWeight(LayerTensors tensors, int direction) =>
        _places[direction].MemoryWeight is { } place ? tensors[place] : null;

    // The places of a direction's tensors among all of the layer.
    private readonly record struct Places(int InputWeight, int? RecurrentWeight, int Bias, int? MemoryWeight);
}
