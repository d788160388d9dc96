using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Models;

namespace Unroll.Onnx;

/// <summary>
/// The parameters of one recurrent layer as ONNX's operators want them: both directions in one tensor, and the gates in ONNX's
/// order, which the cell knows.
/// </summary>
internal sealed class RecurrentConstants
{
    private readonly SentenceClassifier _classifier;
    private readonly int _layer;
    private readonly IReadOnlyList<int> _gates;

    public RecurrentConstants(SentenceClassifier classifier, OnnxOperator @operator, int layer)
    {
        _classifier = classifier;
        _layer = layer;
        _gates = @operator.GateOrder;
        InputSize = classifier.Parameters.Find(NameOf(CellTensor.InputWeight, direction: 0)).Shape[1];
    }

    /// <summary>I of this layer; V for one-hot input.</summary>
    public int InputSize { get; }

    /// <summary>G: gates.</summary>
    public int Gates => _gates.Count;

    /// <summary>W, [D,G·H,I].</summary>
    public float[] InputWeight => EveryDirection(direction => InGateOrder(Read(CellTensor.InputWeight, direction)));

    /// <summary>R, [D,G·H,H].</summary>
    public float[] RecurrentWeight => EveryDirection(direction => InGateOrder(Read(CellTensor.RecurrentWeight, direction)));

    /// <summary>B, [D,2·G·H]: the biases of W, then those of R, which are zero but for a GRU's b_hn.</summary>
    public float[] Bias => EveryDirection(direction =>
    {
        float[] input = InGateOrder(Read(CellTensor.Bias, direction));
        float[] recurrent = InGateOrder(TorchTensors.ReadSecondBias(_classifier.Network, _layer, direction));
        return [.. input, .. recurrent];
    });

    private float[] EveryDirection(Func<int, float[]> values) =>
        [.. Enumerable.Range(0, _classifier.Config.Directions).SelectMany(values)];

    private float[] Read(string name, int direction) => _classifier.Parameters[NameOf(name, direction)];

    private string NameOf(string name, int direction) => NetworkLayout.NameOf(name, _layer, direction);

    private float[] InGateOrder(float[] values)
    {
        int size = values.Length / Gates;
        return [.. _gates.SelectMany(gate => values.Skip(gate * size).Take(size))];
    }
}
