using Unroll.Engine.Networks;
using Unroll.Models;

namespace Unroll.Onnx;

/// <summary>
/// The parameters of one recurrent layer as ONNX's operators want them: both directions in one tensor, and the gates in ONNX's
/// order. An LSTM's are i, o, f, g (PyTorch and Unroll: i, f, g, o), a GRU's z, r, n (r, z, n).
/// </summary>
internal sealed class RecurrentConstants
{
    private readonly SentenceClassifier _classifier;
    private readonly int _layer;
    private readonly int[] _gates;

    public RecurrentConstants(SentenceClassifier classifier, int layer)
    {
        _classifier = classifier;
        _layer = layer;
        _gates = classifier.Config.Cell switch
        {
            Cell.Lstm => [0, 3, 1, 2],
            Cell.Gru => [1, 0, 2],
            _ => [0],
        };
        InputSize = classifier.Parameters.Find(NameOf("rnn.weight_ih", direction: 0)).Shape[1];
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
    public float[] Bias => EveryDirection(direction =>
    {
        float[] input = InGateOrder(Read("rnn.bias_ih", direction));
        float[] recurrent = new float[input.Length];
        if (_classifier.Config.Cell == Cell.Gru)
        {
            float[] newGate = Read("rnn.bias_hn", direction);
            newGate.CopyTo(recurrent, recurrent.Length - newGate.Length);
        }
        return [.. input, .. recurrent];
    });

    private float[] EveryDirection(Func<int, float[]> values) =>
        [.. Enumerable.Range(0, _classifier.Config.Directions).SelectMany(values)];

    private float[] Read(string name, int direction) => _classifier.Parameters[NameOf(name, direction)];

    private string NameOf(string name, int direction) => name + NetworkLayout.Suffix(_layer, direction);

    private float[] InGateOrder(float[] values)
    {
        int size = values.Length / Gates;
        return [.. _gates.SelectMany(gate => values.Skip(gate * size).Take(size))];
    }
}
