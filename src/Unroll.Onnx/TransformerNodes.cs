using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Onnx.Schema;
using Unroll.Storage;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>
/// The layers of a Transformer in plain operators, over states [T,B,E]. No word reads padding: the mask lowers its scores.
/// </summary>
internal sealed class TransformerNodes
{
    // Below every score, and finite, as not every runtime's softmax takes infinities.
    private const float Lowest = float.MinValue;
    private const float Epsilon = 1e-5f;

    private readonly GraphBuilder _graph;
    private readonly ModelConfig _config;
    private readonly IReadOnlyDictionary<string, NamedTensor> _tensors;
    private readonly TransformerOptions _options;
    private readonly int _width;
    private readonly string _lengths;

    /// <summary>Adds what all layers share.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="config">The model.</param>
    /// <param name="tensors">Its parameters by name.</param>
    /// <param name="mask">Where the texts have words, [T,B].</param>
    /// <param name="lengths">The texts' lengths, [B], at least 1.</param>
    public TransformerNodes(
        GraphBuilder graph, ModelConfig config, IReadOnlyDictionary<string, NamedTensor> tensors, string mask, string lengths)
    {
        (_graph, _config, _tensors, _lengths) = (graph, config, tensors, lengths);
        (_options, _width) = (config.Transformer, config.Embedding);
        // [B,1,1,T]
        _graph.Node("Transpose", "mask_bt", [mask], Setting("perm", 1, 0));
        _graph.Node("Unsqueeze", "keys_mask", ["mask_bt", _graph.Integers("axes_1_2", 1, 2)]);
        _graph.Floats("lowest_score", [], [Lowest]);
        _graph.Integers("heads_shape", 0, 0, _options.Heads, _width / _options.Heads);
        _graph.Integers("tokens_shape", 0, 0, _width);
        _graph.Floats("score_scale", [], [(float)(1 / Math.Sqrt(_width / _options.Heads))]);
    }

    /// <summary>Word vectors → what is pooled, both [T,B,E].</summary>
    public string States(string words)
    {
        string x = _graph.Node("Add", "placed_words", [words, Positions()]);
        for (int layer = 0; layer < _config.Layers; layer++)
            x = Layer(layer, x);
        return _options.HasFinalNorm ? Norm($"{NetworkLayout.Encoder}.norm", x) : x;
    }

    /// <summary>The states of the texts' last words, [B,E].</summary>
    /// <param name="states">[T,B,E].</param>
    public string LastStates(string states)
    {
        _graph.Node("Transpose", "states_bte", [states], Setting("perm", 1, 0, 2));
        _graph.Node("Sub", "last_places", [_lengths, "one"]);
        _graph.Node("Unsqueeze", "last_places_column", ["last_places", "axis_1"]);
        return _graph.Node("GatherND", "pooled", ["states_bte", "last_places_column"], Setting("batch_dims", 1));
    }

    // [T,1,E]: of sinusoidal ones sin(t ω + φ) with φ = π/2 where the paper has a cosine, in doubles, as the engine computes
    // them.
    private string Positions()
    {
        string rows = _options.Positions switch
        {
            Unroll.Positions.Learned => LearnedRows(),
            Unroll.Positions.Sinusoidal => SinusoidalRows(),
            _ => throw new InvalidOperationException($"no positions {_options.Positions}"),
        };
        return _graph.Node("Unsqueeze", "positions", [rows, "axis_1"]);
    }

    // Padding may stand where no place was learned, and reads the last one; a text may not.
    private string LearnedRows()
    {
        _graph.Node("Min", "known_steps", ["steps", _graph.Integer("last_place", _options.MaximumPositions - 1)]);
        _graph.Node("Gather", "known_rows", [Parameter(NetworkLayout.PositionWeight), "known_steps"]);
        _graph.Node("Greater", "has_too_many_tokens", [_lengths, _graph.Integer("most_tokens", _options.MaximumPositions)]);
        return _graph.Required(
            "known_rows", "has_too_many_tokens", $"texts_must_have_at_most_{_options.MaximumPositions}_tokens");
    }

    private string SinusoidalRows()
    {
        double[] frequencies = [.. Enumerable.Range(0, _width).Select(i => SinusoidalPositions.Frequency(i, _width))];
        double[] phases = [.. Enumerable.Range(0, _width).Select(i => i % 2 == 0 ? 0 : Math.PI / 2)];
        _graph.Node("Cast", "places", ["steps_column"], Setting("to", (long)TensorProto.Types.DataType.Double));
        _graph.Node("Mul", "angles", ["places", _graph.Doubles("frequencies", [_width], frequencies)]);
        _graph.Node("Add", "shifted_angles", ["angles", _graph.Doubles("phases", [_width], phases)]);
        _graph.Node("Sin", "sines", ["shifted_angles"]);
        _graph.Node("Cast", "float_sines", ["sines"], Setting("to", (long)TensorProto.Types.DataType.Float));
        return _graph.Node(
            "Mul", "position_rows", ["float_sines", _graph.Floats("position_scale", [], [_options.PositionScale ?? 1])]);
    }

    private string Layer(int layer, string x)
    {
        string name = NetworkLayout.TransformerName(layer);
        bool normsFirst = _options.Norm == NormPlace.Before;
        string attended = Attention(name, normsFirst ? Norm($"{name}.norm1", x) : x);
        string first = _graph.Node("Add", $"{name}.first_sum", [x, attended]);
        string read = Norm(normsFirst ? $"{name}.norm2" : $"{name}.norm1", first);
        string hidden = _graph.Node("Relu", $"{name}.hidden", [Linear($"{name}.linear1.", read)]);
        string second = _graph.Node(
            "Add", $"{name}.second_sum", [normsFirst ? first : read, Linear($"{name}.linear2.", hidden)]);
        return normsFirst ? second : Norm($"{name}.norm2", second);
    }

    private string Attention(string layer, string x)
    {
        string name = $"{layer}.self_attn";
        _graph.Node(
            "Split", [$"{name}.query", $"{name}.key", $"{name}.value"], [Linear($"{name}.in_proj_", x)], Setting("axis", 2L));
        // [T,B,E] → [B,heads,T,d], the keys as [B,heads,d,T]
        string query = ByHead($"{name}.query", 1, 2, 0, 3);
        string key = ByHead($"{name}.key", 1, 2, 3, 0);
        string value = ByHead($"{name}.value", 1, 2, 0, 3);
        _graph.Node("MatMul", $"{name}.products", [query, key]);
        _graph.Node("Mul", $"{name}.scores", [$"{name}.products", "score_scale"]);
        _graph.Node("Where", $"{name}.masked", ["keys_mask", $"{name}.scores", "lowest_score"]);
        _graph.Node("Softmax", $"{name}.weights", [$"{name}.masked"], Setting("axis", -1L));
        _graph.Node("MatMul", $"{name}.heads", [$"{name}.weights", value]);
        _graph.Node("Transpose", $"{name}.heads_tbhd", [$"{name}.heads"], Setting("perm", 2, 0, 1, 3));
        _graph.Node("Reshape", $"{name}.read", [$"{name}.heads_tbhd", "tokens_shape"]);
        return Linear($"{name}.out_proj.", $"{name}.read");
    }

    private string ByHead(string tokens, params ReadOnlySpan<long> order)
    {
        _graph.Node("Reshape", $"{tokens}_heads", [tokens, "heads_shape"]);
        return _graph.Node("Transpose", $"{tokens}_by_head", [$"{tokens}_heads"], Setting("perm", order));
    }

    private string Norm(string name, string x) => _graph.Node(
        "LayerNormalization", $"{name}.output", [x, Parameter($"{name}.weight"), Parameter($"{name}.bias")],
        Setting("axis", -1L), Setting("epsilon", Epsilon));

    private string Linear(string name, string x)
    {
        string weight = Parameter(name + "weight");
        _graph.Node("Transpose", weight + "_transposed", [weight], Setting("perm", 1, 0));
        _graph.Node("MatMul", name + "product", [x, weight + "_transposed"]);
        return _graph.Node("Add", name + "sum", [name + "product", Parameter(name + "bias")]);
    }

    private string Parameter(string name)
    {
        NamedTensor tensor = _tensors[name];
        return _graph.Floats(name, [.. tensor.Shape.Select(size => (long)size)], tensor.Values.ToArray());
    }
}
