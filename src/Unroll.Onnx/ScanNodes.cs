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
    private readonly IRecurrentCell _cell;
    private bool _hasInitialMemory;

    /// <summary>Adds what all layers share.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="config">The model.</param>
    /// <param name="tensors">Its parameters by name.</param>
    /// <param name="mask">Where the texts have words, [T,B].</param>
    /// <param name="lengths">The texts' lengths, [B].</param>
    public ScanNodes(
        GraphBuilder graph, ModelConfig config, IReadOnlyDictionary<string, NamedTensor> tensors, string mask, string lengths)
    {
        (_graph, _tensors, _config) = (graph, tensors, config);
        _cell = RecurrentCells.Of(config.Cell, config.Nonlinearity);
        _graph.Node("Unsqueeze", "scan_mask", [mask, _graph.Integers("scan_mask_axis", 2)]);
        _graph.Node("Shape", "text_count", [lengths]);
        string hidden = _graph.Integers("hidden_size", _config.Hidden);
        _graph.Node("Concat", "initial_shape", ["text_count", hidden], Setting("axis", 0L));
        _graph.Node("ConstantOfShape", "initial_hidden", ["initial_shape"]);
    }

    public void Add(int layer, string input)
    {
        IRecurrentCell cell = _cell.Between(layer == 0 ? _config.Embedding : _config.StateSize, _config.Hidden);
        var step = (OnnxStep)cell.Onnx;
        bool readsInput = step.Nodes.Any(node => node.Inputs.Contains(OnnxStep.Input));
        for (int direction = 0; direction < _config.Directions; direction++)
        {
            string suffix = NetworkLayout.Suffix(layer, direction);
            string sums = PreActivations(input, cell, layer, direction, suffix);
            string[] gates = [.. Enumerable.Range(0, cell.Gates).Select(gate => OnnxStep.Gate(gate) + suffix)];
            if (gates.Length == 1)
                gates = [sums];
            else
                _graph.Node("Split", gates, [sums], Setting("axis", 2L));
            string[] scanned = readsInput ? [.. gates, input, "scan_mask"] : [.. gates, "scan_mask"];
            string[] states = ["initial_hidden", .. Enumerable.Repeat(InitialMemory(step), step.Memory.Count)];
            string[] lastMemory = [.. step.Memory.Select((_, part) => $"last_memory_{part}{suffix}")];
            long[] order = [.. Enumerable.Repeat((long)direction, scanned.Length)];
            _graph.Node(
                "Scan", [Last(suffix), .. lastMemory, States(suffix)], [.. states, .. scanned],
                Setting("body", Body(cell, step, layer, direction, suffix, readsInput)),
                Setting("num_scan_inputs", scanned.Length), Setting("scan_input_directions", order),
                Setting("scan_output_directions", [(long)direction]));
        }
    }

    // [T,B,H] of each direction → [T,B,H·D]
    public string States(int layer) => Beside(layer, States, $"states_l{layer}", axis: 2);

    // [B,H] of each direction → [B,H·D]
    public string LastStates(int layer) => Beside(layer, Last, "pooled", axis: 1);

    // Zeros as wide as a part of the memory.
    private string InitialMemory(OnnxStep step)
    {
        if (step.MemoryWidth == 1)
            return "initial_hidden";
        const string name = "initial_memory";
        if (_hasInitialMemory)
            return name;
        _hasInitialMemory = true;
        string width = _graph.Integers("memory_size", step.MemoryWidth * _config.Hidden);
        _graph.Node("Concat", "initial_memory_shape", ["text_count", width], Setting("axis", 0L));
        return _graph.Node("ConstantOfShape", name, ["initial_memory_shape"]);
    }

    // X W_ihᵀ + b, [T,B,G·H]
    private string PreActivations(string input, IRecurrentCell cell, int layer, int direction, string suffix)
    {
        string weight = Parameter(NetworkLayout.NameOf(CellTensor.InputWeight, layer, direction));
        NamedTensor bias = _tensors[NetworkLayout.NameOf(CellTensor.Bias, layer, direction)];
        // The last gates may have none.
        float[] padded = new float[cell.Gates * _config.Hidden];
        bias.Values.Span.CopyTo(padded);
        _graph.Node("Transpose", weight + "_transposed", [weight], Setting("perm", 1, 0));
        _graph.Node("MatMul", "product" + suffix, [input, weight + "_transposed"]);
        return _graph.Node("Add", "sums" + suffix, ["product" + suffix, _graph.Floats(bias.Name, [padded.Length], padded)]);
    }

    // One step: h_{t-1}, the memory, the gates' pre-activations and the mask → h_t and the memory, and h_t as output.
    private GraphProto Body(IRecurrentCell cell, OnnxStep step, int layer, int direction, string suffix, bool readsInput)
    {
        var body = new GraphBuilder("step" + suffix);
        string previous = body.BodyInput(Own(OnnxStep.PreviousHidden), TensorProto.Types.DataType.Float);
        for (int part = 0; part < step.Memory.Count; part++)
            body.BodyInput(Own(OnnxStep.PreviousMemory(part)), TensorProto.Types.DataType.Float);
        var nameOf = new Dictionary<string, string>();
        for (int gate = 0; gate < cell.Gates; gate++)
            nameOf[OnnxStep.Gate(gate)] = body.BodyInput(Own(OnnxStep.Gate(gate)), TensorProto.Types.DataType.Float);
        if (readsInput)
            body.BodyInput(Own(OnnxStep.Input), TensorProto.Types.DataType.Float);
        string mask = body.BodyInput(Own("mask"), TensorProto.Types.DataType.Bool);
        AddConstants();
        if (cell.Tensors.Any(tensor => tensor.Input == TensorInput.Hidden))
            AddRecurrentProduct();
        string next = "";
        foreach (OnnxNode node in step.Nodes)
        {
            string[] inputs = [.. node.Inputs.Select(name => nameOf.GetValueOrDefault(name, Own(name)))];
            next = body.Node(node.Operator, Own(node.Output), inputs);
        }
        body.Node("Where", Own("kept_or_next"), [mask, next, previous]);
        body.Node("Identity", Own("state"), [Own("kept_or_next")]);
        body.BodyOutput(Own("kept_or_next"));
        for (int part = 0; part < step.Memory.Count; part++)
        {
            string kept = Own($"kept_memory_{part}");
            body.BodyOutput(body.Node("Where", kept, [mask, Own(step.Memory[part]), Own(OnnxStep.PreviousMemory(part))]));
        }
        body.BodyOutput(Own("state"));
        return body.Graph;

        void AddConstants()
        {
            if (step.Nodes.Any(node => node.Inputs.Contains(OnnxStep.One)))
                body.Floats(Own(OnnxStep.One), [], [1]);
            foreach ((string name, float value) in step.Constants)
                body.Floats(Own(name), [], [value]);
            foreach ((string name, long[] sizes) in step.Shapes)
                body.Integers(Own(name), sizes);
            foreach (CellTensor tensor in cell.Tensors.Where(tensor => tensor.Input == TensorInput.Memory))
            {
                float[] values = _tensors[NetworkLayout.NameOf(tensor, layer, direction)].Values.ToArray();
                foreach ((int part, float[] vector) in values.Chunk(_config.Hidden).Index())
                    body.Floats(Own(OnnxStep.MemoryWeight(part)), [_config.Hidden], vector);
            }
        }

        // What each gate has of W_hh h_{t-1}; the weight stands in the body transposed, [H,G·H].
        void AddRecurrentProduct()
        {
            ReadOnlySpan<float> weight = _tensors[NetworkLayout.NameOf(CellTensor.RecurrentWeight, layer, direction)].Values.Span;
            int rows = cell.Gates * _config.Hidden;
            float[] transposed = new float[weight.Length];
            for (int i = 0; i < weight.Length; i++)
                transposed[i % _config.Hidden * rows + i / _config.Hidden] = weight[i];
            body.Floats(Own("weight_hh"), [_config.Hidden, rows], transposed);
            body.Node("MatMul", Own("recurrent"), [previous, Own("weight_hh")]);
            string[] parts = [.. Enumerable.Range(0, cell.Gates).Select(gate => Own($"recurrent_{gate}"))];
            body.Node("Split", parts, [Own("recurrent")], Setting("axis", 1L));
            for (int gate = 0; gate < cell.Gates; gate++)
                nameOf[OnnxStep.Gate(gate)] = body.Node("Add", Own($"sum_{gate}"), [Own(OnnxStep.Gate(gate)), parts[gate]]);
        }

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
