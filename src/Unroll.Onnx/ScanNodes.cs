using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Onnx.Schema;
using Unroll.Storage;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>
/// Recurrent layers of a cell that ONNX has no operator for: a <c>Scan</c> over the words runs the cell's own step, one for each
/// direction. Pre-activations of all words are one product before it.
/// </summary>
/// <remarks>
/// Where the mask says that a text has no word, the state stays as it was. So a text's last state is that of its last word, and
/// the reverse direction, which reads padding first, reaches the last word with zeros.
/// </remarks>
internal sealed class ScanNodes : IRecurrentNodes
{
    private readonly GraphBuilder _graph;
    private readonly IReadOnlyDictionary<string, NamedTensor> _tensors;
    private readonly ModelConfig _config;
    private readonly OnnxStep _step;
    private readonly int _gates;

    /// <summary>Adds what all layers share.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="config">The model.</param>
    /// <param name="tensors">Its parameters by name.</param>
    /// <param name="step">The cell's step.</param>
    /// <param name="mask">Where the texts have words, [T,B].</param>
    /// <param name="lengths">The texts' lengths, [B].</param>
    public ScanNodes(
        GraphBuilder graph, ModelConfig config, IReadOnlyDictionary<string, NamedTensor> tensors, OnnxStep step, string mask,
        string lengths)
    {
        (_graph, _tensors, _config, _step) = (graph, tensors, config, step);
        _gates = RecurrentCells.Of(config.Cell).Gates;
        _graph.Node("Unsqueeze", "scan_mask", [mask, _graph.Integers("scan_mask_axis", 2)]);
        _graph.Node("Shape", "text_count", [lengths]);
        string hidden = _graph.Integers("hidden_size", _config.Hidden);
        _graph.Node("Concat", "initial_shape", ["text_count", hidden], Setting("axis", 0L));
        _graph.Node("ConstantOfShape", "initial_hidden", ["initial_shape"]);
    }

    public void Add(int layer, string input)
    {
        for (int direction = 0; direction < _config.Directions; direction++)
        {
            string suffix = NetworkLayout.Suffix(layer, direction);
            string sums = PreActivations(input, layer, direction, suffix);
            string[] gates = [.. Enumerable.Range(0, _gates).Select(gate => OnnxStep.Gate(gate) + suffix)];
            _graph.Node("Split", gates, [sums], Setting("axis", 2L));
            long[] order = [.. Enumerable.Repeat((long)direction, _gates + 1)];
            _graph.Node(
                "Scan", [Last(suffix), States(suffix)], ["initial_hidden", .. gates, "scan_mask"],
                Setting("body", Body(suffix)), Setting("num_scan_inputs", _gates + 1L), Setting("scan_input_directions", order),
                Setting("scan_output_directions", [(long)direction]));
        }
    }

    // [T,B,H] of each direction → [T,B,H·D]
    public string States(int layer) => Beside(layer, States, $"states_l{layer}", axis: 2);

    // [B,H] of each direction → [B,H·D]
    public string LastStates(int layer) => Beside(layer, Last, "pooled", axis: 1);

    // X W_ihᵀ + b, [T,B,G·H]
    private string PreActivations(string input, int layer, int direction, string suffix)
    {
        string weight = Parameter(NetworkLayout.NameOf(CellTensor.InputWeight, layer, direction));
        string bias = Parameter(NetworkLayout.NameOf(CellTensor.Bias, layer, direction));
        _graph.Node("Transpose", weight + "_transposed", [weight], Setting("perm", 1, 0));
        _graph.Node("MatMul", "product" + suffix, [input, weight + "_transposed"]);
        return _graph.Node("Add", "sums" + suffix, ["product" + suffix, bias]);
    }

    // One step: h_{t-1}, the gates' pre-activations and the mask → h_t, as state and as output.
    private GraphProto Body(string suffix)
    {
        var body = new GraphBuilder("step" + suffix);
        string previous = body.BodyInput(Own(OnnxStep.PreviousHidden), TensorProto.Types.DataType.Float);
        for (int gate = 0; gate < _gates; gate++)
            body.BodyInput(Own(OnnxStep.Gate(gate)), TensorProto.Types.DataType.Float);
        string mask = body.BodyInput(Own("mask"), TensorProto.Types.DataType.Bool);
        if (_step.Nodes.Any(node => node.Inputs.Contains(OnnxStep.One)))
            body.Floats(Own(OnnxStep.One), [], [1]);
        string next = "";
        foreach (OnnxNode node in _step.Nodes)
            next = body.Node(node.Operator, Own(node.Output), [.. node.Inputs.Select(Own)]);
        body.Node("Where", Own("kept_or_next"), [mask, next, previous]);
        body.Node("Identity", Own("state"), [Own("kept_or_next")]);
        body.BodyOutput(Own("kept_or_next"));
        body.BodyOutput(Own("state"));
        return body.Graph;

        // A name of the body must be none of the graph around it.
        string Own(string name) => $"step{suffix}_{name}";
    }

    private string Beside(int layer, Func<string, string> nameOf, string output, long axis)
    {
        IEnumerable<int> directions = Enumerable.Range(0, _config.Directions);
        string[] all = [.. directions.Select(direction => nameOf(NetworkLayout.Suffix(layer, direction)))];
        return _graph.Node("Concat", output, all, Setting("axis", axis));
    }

    private string Parameter(string name)
    {
        NamedTensor tensor = _tensors[name];
        return _graph.Floats(name, [.. tensor.Shape.Select(size => (long)size)], tensor.Values.ToArray());
    }

    private static string Last(string suffix) => "last" + suffix;

    private static string States(string suffix) => "states_tbh" + suffix;
}
