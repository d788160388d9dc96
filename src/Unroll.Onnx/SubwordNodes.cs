using Unroll.Engine.Networks;
using Unroll.Onnx.Schema;
using Unroll.Storage;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>
/// Word vectors of a model with sub-words. Those of known words are folded into one table; of a word that is not in the
/// vocabulary the caller gives the pieces, and their mean stands in its place.
/// </summary>
/// <remarks>
/// <code>
/// x = Σ_k s_k / n  where a token has n pieces,  x = w_id + Σ_k s_k / n  of its word where it has none
/// </code>
/// A graph cannot cut a word into pieces: the caller does, and gives rows of <c>subword.weight</c>. Like
/// <see cref="TextNodes"/> it computes at least one place for a piece; what is missing is filled up with "no piece".
/// </remarks>
internal sealed class SubwordNodes
{
    public const string Subwords = "subwords";
    private const string Time = "time";

    private readonly GraphBuilder _graph;
    private readonly string _pieces;

    /// <summary>Adds the input and what fills it up, after the nodes of <see cref="TextNodes"/>.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="rows">S: the rows of the table of pieces.</param>
    public SubwordNodes(GraphBuilder graph, int rows)
    {
        _graph = graph;
        _pieces = AddFilled(rows);
    }

    /// <summary>Adds the nodes of one network's word vectors.</summary>
    /// <param name="known">The vectors of known words, their pieces' added, [V,E].</param>
    /// <param name="tensors">The network's tensors by name.</param>
    /// <param name="words">Ids, [T,B].</param>
    /// <returns>x, [T,B,E].</returns>
    public string WordVectors(float[] known, IReadOnlyDictionary<string, NamedTensor> tensors, string words)
    {
        string folded = Table(NetworkLayout.EmbeddingWeight, tensors[NetworkLayout.EmbeddingWeight], known);
        NamedTensor pieces = tensors[NetworkLayout.SubwordWeight];
        return UnknownOr(
            _graph.Node("Gather", "known_word_vectors", [folded, words]),
            Table(NetworkLayout.SubwordWeight, pieces, pieces.Values.ToArray()));
    }

    private string Table(string name, NamedTensor tensor, float[] values) =>
        _graph.Floats(name, [.. tensor.Shape.Select(size => (long)size)], values);

    // Rows of the pieces, [T,B,K], with at least one text, step and place; below 0 where there is no piece.
    private string AddFilled(int rows)
    {
        _graph.Input(
            Subwords, TensorProto.Types.DataType.Int64,
            "Of each token that is not in the vocabulary its pieces as rows of subword.weight, counted from 0; -1 where there "
            + "are no more, and for all other tokens.",
            TextNodes.RowDimension, Time, Subwords);
        _graph.Node("Shape", "subwords_texts", [Subwords], Setting("end", 2));
        _graph.Node("Equal", "subwords_texts_equal", ["subwords_texts", "ids_shape"]);
        _graph.Node("Not", "subwords_texts_differ", ["subwords_texts_equal"]);
        string given = _graph.Required(Subwords, "subwords_texts_differ", "subwords_must_have_a_row_for_each_id");
        _graph.Node("Shape", "subwords_shape", [given]);
        _graph.Node("Max", "filled_subwords_shape", ["subwords_shape", "one"]);
        _graph.Node("Sub", "missing_subwords", ["filled_subwords_shape", "subwords_shape"]);
        _graph.Node(
            "Concat", "subwords_pads", [_graph.Integers("no_subword_pads", 0, 0, 0), "missing_subwords"], Setting("axis", 0L));
        _graph.Node("Pad", "filled_subwords", [given, "subwords_pads", _graph.Integer("no_piece", -1)]);
        _graph.Node("GreaterOrEqual", "is_too_large_piece", ["filled_subwords", _graph.Integer("pieces_end", rows)]);
        string right = _graph.Required("filled_subwords", "is_too_large_piece", "subwords_must_be_rows_of_subword_weight");
        return _graph.Node("Transpose", "pieces_by_time", [right], Setting("perm", 1, 0, 2));
    }

    private string UnknownOr(string known, string table)
    {
        _graph.Node("GreaterOrEqual", "is_piece", [_pieces, "zero"]);
        _graph.Node("Where", "piece_rows", ["is_piece", _pieces, "zero"]);
        _graph.Node("Gather", "piece_vectors", [table, "piece_rows"]);
        _graph.Node("Cast", "piece_counts", ["is_piece"], Setting("to", (long)TensorProto.Types.DataType.Float));
        _graph.Node("Unsqueeze", "piece_counts_row", ["piece_counts", _graph.Integers("axis_pieces", 2)]);
        _graph.Node("MatMul", "piece_sums", ["piece_counts_row", "piece_vectors"]);
        _graph.Node("Squeeze", "piece_sum", ["piece_sums", "axis_pieces"]);
        _graph.Node("ReduceSum", "pieces_of_token", ["piece_counts", "axis_pieces"], Setting("keepdims", 1));
        _graph.Node("Max", "pieces_or_one", ["pieces_of_token", _graph.Floats("one_piece", [], [1])]);
        _graph.Node("Div", "piece_mean", ["piece_sum", "pieces_or_one"]);
        _graph.Node("Greater", "has_pieces", ["pieces_of_token", _graph.Floats("no_pieces", [], [0])]);
        return _graph.Node("Where", "word_vectors", ["has_pieces", "piece_mean", known]);
    }
}
