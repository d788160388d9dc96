using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Storage;

namespace Unroll.Onnx;

/// <summary>
/// The parameters of one recurrent layer as ONNX's operators want them: both directions in one tensor, and the gates in ONNX's
/// order, which the cell knows.
/// </summary>
internal sealed class RecurrentConstants
{
    private readonly IReadOnlyDictionary<string, NamedTensor> _tensors;
    private readonly int _directions;
    private readonly int _layer;
    private readonly IReadOnlyList<int> _gates;

    public RecurrentConstants(
        ModelConfig config, IReadOnlyDictionary<string, NamedTensor> tensors, OnnxOperator @operator, int layer)
    {
        (_tensors, _directions, _layer, _gates) = (tensors, config.Directions, layer, @operator.GateOrder);
        InputSize = tensors[NameOf(CellTensor.InputWeight, direction: 0)].Shape[1];
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
    public float[] Bias => EveryDirection(
        direction =>
        [
            .. InGateOrder(Read(CellTensor.Bias, direction)), .. InGateOrder(Read(CellTensor.SecondBias, direction)),
        ]);

    private float[] EveryDirection(Func<int, float[]> values) => [.. Enumerable.Range(0, _directions).SelectMany(values)];

    private float[] Read(string name, int direction) => _tensors[NameOf(name, direction)].Values.ToArray();

    private string NameOf(string name, int direction) => NetworkLayout.NameOf(name, _layer, direction);

    private float[] InGateOrder(float[] values)
    {
        int size = values.Length / Gates;
        return [.. _gates.SelectMany(gate => values.Skip(gate * size).Take(size))];
    }
}
