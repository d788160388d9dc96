using Unroll.Engine.Networks;
using Unroll.Storage;

namespace Unroll.Onnx;

/// <summary>
/// The parameters of one recurrent layer as ONNX's operators want them: both directions in one tensor, and the gates in ONNX's
/// order. An LSTM's are i, o, f, g (PyTorch and Unroll: i, f, g, o), a GRU's z, r, n (r, z, n).
/// </summary>
internal sealed class RecurrentConstants
{
    private readonly IReadOnlyDictionary<string, NamedTensor> _tensors;
    private readonly int _directions;
    private readonly int _layer;
    private readonly int[] _gates;

    public RecurrentConstants(ModelConfig config, IReadOnlyDictionary<string, NamedTensor> tensors, int layer)
    {
        (_tensors, _directions, _layer) = (tensors, config.Directions, layer);
        _gates = config.Cell switch
        {
            Cell.Lstm => [0, 3, 1, 2],
            Cell.Gru => [1, 0, 2],
            _ => [0],
        };
        InputSize = tensors[NameOf("rnn.weight_ih", direction: 0)].Shape[1];
    }

    /// <summary>I of this layer; V for one-hot input.</summary>
    public int InputSize { get; }

    /// <summary>G: gates.</summary>
    public int Gates => _gates.Length;

    /// <summary>W, [D,G·H,I].</summary>
    public float[] InputWeight => EveryDirection(direction => InGateOrder(Read("rnn.weight_ih", direction)));

    /// <summary>R, [D,G·H,H].</summary>
    public float[] RecurrentWeight => EveryDirection(direction => InGateOrder(Read("rnn.weight_hh", direction)));

    /// <summary>B, [D,2·G·H]: the biases of W, then those of R, which are zero but for a GRU's b_hn.</summary>
    public float[] Bias => EveryDirection(
        direction => [.. InGateOrder(Read("rnn.bias_ih", direction)), .. InGateOrder(Read("rnn.bias_hh", direction))]);

    private float[] EveryDirection(Func<int, float[]> values) =>
        [.. Enumerable.Range(0, _directions).SelectMany(values)];

    private float[] Read(string name, int direction) => _tensors[NameOf(name, direction)].Values.ToArray();

    private string NameOf(string name, int direction) => name + NetworkLayout.Suffix(_layer, direction);

    private float[] InGateOrder(float[] values)
    {
        int size = values.Length / Gates;
        return [.. _gates.SelectMany(gate => values.Skip(gate * size).Take(size))];
    }
}
