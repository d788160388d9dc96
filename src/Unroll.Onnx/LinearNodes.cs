using Unroll.Onnx.Schema;
using Unroll.Storage;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>
/// A model's linear part: it reads the terms of each text and mixes what they say with what the network says.
/// </summary>
/// <remarks>
/// <code>
/// x_j = (1 + log count_j) rarity_j,  z_linear = W (x / ‖x‖) + b,  z = (1 - λ) z_network + λ z_linear
/// </code>
/// A graph cannot cut a text into terms: the caller does, and gives the lines of <c>terms.txt</c>. Like <see cref="TextNodes"/>
/// it computes at least one text and one place for a term; what is missing is filled up with "no term".
/// </remarks>
internal sealed class LinearNodes
{
    public const string Terms = "terms";
    public const string Counts = "term_counts";

    private readonly GraphBuilder _graph;
    private readonly double _share;
    private readonly string _logits;

    /// <summary>Adds the inputs and what reads them, after the nodes of <see cref="TextNodes"/>.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="share">λ.</param>
    /// <param name="tensors">The model's tensors by name.</param>
    public LinearNodes(GraphBuilder graph, double share, IReadOnlyDictionary<string, NamedTensor> tensors)
    {
        (_graph, _share) = (graph, share);
        AddInputs();
        (string columns, string counts) = AddFilled(tensors["linear.weight"].Shape[0]);
        string values = Values(columns, counts, Parameter(tensors["linear.rarity"]));
        _logits = Logits(columns, values, tensors);
    }

    /// <summary>z of the whole model, [B,C].</summary>
    /// <param name="network">z of the network, [B,C]; null for a model without one.</param>
    /// <param name="output">The name that it gets.</param>
    public string Mixed(string? network, string output)
    {
        if (network is null)
            return _graph.Node("Identity", output, [_logits]);
        _graph.Node("Mul", "network_part", [network, _graph.Floats("network_share", [], [(float)(1 - _share)])]);
        _graph.Node("Mul", "linear_part", [_logits, _graph.Floats("linear_share", [], [(float)_share])]);
        return _graph.Node("Add", output, ["network_part", "linear_part"]);
    }

    private void AddInputs()
    {
        _graph.Input(
            Terms, TensorProto.Types.DataType.Int64,
            "Each text's terms as line numbers of terms.txt, counted from 0, each once; -1 where a text has no more.",
            TextNodes.RowDimension, Terms);
        _graph.Input(
            Counts, TensorProto.Types.DataType.Float,
            "How often each term stands in its text, 1 or more; any number where there is no term.",
            TextNodes.RowDimension, Terms);
    }

    // Columns and counts, [B,K], with at least one row and one place. Where there is no term the column is 0 and the count 1.
    private (string Columns, string Counts) AddFilled(int terms)
    {
        _graph.Node("Shape", "terms_rows", [Terms], Setting("end", 1));
        string given = _graph.Required(
            Terms, Unequal("terms_rows", "batch_size", "terms_rows"), "terms_must_have_a_row_for_each_text");
        _graph.Node("Shape", "terms_shape", [given]);
        _graph.Node("Shape", "counts_shape", [Counts]);
        string counts = _graph.Required(
            Counts, Unequal("counts_shape", "terms_shape", "counts_shape"), "term_counts_must_have_the_shape_of_terms");

        _graph.Node("Max", "filled_terms_shape", ["terms_shape", "one"]);
        _graph.Node("Sub", "missing_terms", ["filled_terms_shape", "terms_shape"]);
        _graph.Node("Concat", "terms_pads", ["no_pads", "missing_terms"], Setting("axis", 0L));
        _graph.Node("Pad", "filled_terms", [given, "terms_pads", _graph.Integer("no_term", -1)]);
        _graph.Node("Pad", "filled_counts", [counts, "terms_pads", _graph.Floats("once", [], [1])]);

        _graph.Node("GreaterOrEqual", "is_term", ["filled_terms", "zero"]);
        _graph.Node("GreaterOrEqual", "is_too_large_term", ["filled_terms", _graph.Integer("terms_end", terms)]);
        string right = _graph.Required("filled_terms", "is_too_large_term", "terms_must_be_lines_of_terms_txt");
        // NaN is not counted as 1 or more either.
        _graph.Node("GreaterOrEqual", "is_count", ["filled_counts", "once"]);
        _graph.Node("Not", "is_no_count", ["is_count"]);
        _graph.Node("And", "is_wrong_count", ["is_term", "is_no_count"]);
        string counted = _graph.Required("filled_counts", "is_wrong_count", "term_counts_must_be_1_or_more");
        return (
            _graph.Node("Where", "term_columns", ["is_term", right, "zero"]),
            _graph.Node("Where", "counts_or_once", ["is_term", counted, "once"]));
    }

    // x / ‖x‖, [B,K]; zeros where a text has no term.
    private string Values(string columns, string counts, string rarity)
    {
        _graph.Node("Log", "log_counts", [counts]);
        _graph.Node("Add", "damped_counts", ["log_counts", "once"]);
        _graph.Node("Gather", "rarities", [rarity, columns]);
        _graph.Node("Mul", "weighed_counts", ["damped_counts", "rarities"]);
        _graph.Node("Where", "term_values", ["is_term", "weighed_counts", _graph.Floats("no_value", [], [0])]);
        _graph.Node("ReduceL2", "values_length", ["term_values"], Setting("axes", [1L]), Setting("keepdims", 1));
        _graph.Node("Equal", "has_no_length", ["values_length", "no_value"]);
        _graph.Node("Where", "length_or_one", ["has_no_length", "once", "values_length"]);
        return _graph.Node("Div", "values_of_length_1", ["term_values", "length_or_one"]);
    }

    // z_linear, [B,C]
    private string Logits(string columns, string values, IReadOnlyDictionary<string, NamedTensor> tensors)
    {
        _graph.Node("Gather", "term_weights", [Parameter(tensors["linear.weight"]), columns]);
        _graph.Node("Unsqueeze", "values_row", [values, "axis_1"]);
        _graph.Node("MatMul", "term_sums", ["values_row", "term_weights"]);
        _graph.Node("Squeeze", "terms_product", ["term_sums", "axis_1"]);
        return _graph.Node("Add", "linear_logits", ["terms_product", Parameter(tensors["linear.bias"])]);
    }

    private string Unequal(string one, string other, string name)
    {
        _graph.Node("Equal", name + "_equal", [one, other]);
        return _graph.Node("Not", name + "_differ", [name + "_equal"]);
    }

    private string Parameter(NamedTensor tensor) =>
        _graph.Floats(tensor.Name, [.. tensor.Shape.Select(size => (long)size)], tensor.Values.ToArray());
}
