using Unroll.Onnx.Schema;
using Unroll.Text;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>
/// Reads the inputs of a graph, so that everything after it has at least one text and every text at least one token: a text
/// without tokens is one <c>&lt;unk&gt;</c>, or one <c>&lt;pad&gt;</c> where unknown words are dropped, as for the library.
/// </summary>
/// <remarks>
/// A text has no token where its length is 0 or less, where the time axis is 0, or where all its ids are <c>&lt;pad&gt;</c>. A
/// closed vocabulary has neither of the two tokens, and the library refuses an empty text: there a node fails whose name says
/// so, which is all that a graph can do. A batch of no texts is computed as one text, whose row <see cref="Rows"/> cuts off.
/// </remarks>
internal sealed class TextNodes
{
    public const string Ids = "ids";
    public const string Lengths = "lengths";
    private const string Batch = "batch";
    private const string Time = "time";

    private readonly GraphBuilder _graph;
    private readonly int? _unknown;
    private readonly string? _empty;
    private string? _mask;

    /// <summary>Adds the inputs and what reads them.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="vocabulary">What the ids are ids of.</param>
    public TextNodes(GraphBuilder graph, Vocabulary vocabulary)
    {
        _graph = graph;
        _unknown = vocabulary.UnknownWords switch
        {
            UnknownWords.Token or UnknownWords.Drop => vocabulary.Encode([])[0],
            UnknownWords.Refuse => null,
            var other => throw new InvalidOperationException($"no nodes for unknown words {other}"),
        };
        _empty = _unknown is { } id ? vocabulary.Tokens[id] : null;
        AddInputs();
        AddSizes();
        string lengths = AddFilled();
        // Past its length a text's ids may be anything: they are read as 0, which is <pad> where there is one.
        string told = Mask("told_mask", lengths);
        if (_unknown is null)
            _mask = told;
        string words = RequiredIds(_graph.Node("Where", "told_words", [told, "ids_by_time", "zero"]), vocabulary.Size);
        if (_unknown is { } unknown)
            (words, lengths) = ReadEmptyAs(unknown, words, lengths);
        (Words, TextLengths) = (words, lengths);
    }

    /// <summary>The ids of the texts' tokens, [T,B]; past a text's length some id of the vocabulary.</summary>
    public string Words { get; }

    /// <summary>The texts' lengths, [B], from 1 to T.</summary>
    public string TextLengths { get; }

    /// <summary>True where a text has a token, [T,B].</summary>
    public string TextMask => _mask ??= Mask("mask", TextLengths);

    /// <summary>The rows of the texts that were given, under a name of their own.</summary>
    /// <param name="rows">[B,C], one row for each text; one row more where none was given.</param>
    /// <param name="output">The name.</param>
    public string Rows(string rows, string output) => _graph.Node("Slice", output, [rows, "first_0", "batch_size", "first_0"]);

    /// <summary>The free dimension of the outputs.</summary>
    public static string RowDimension => Batch;

    private void AddInputs()
    {
        string empty = _unknown is null ? "of 1 or more" : $"0 for an empty one, which is read as {_empty}";
        _graph.Input(
            Ids, TensorProto.Types.DataType.Int64,
            "Each text's tokens as line numbers of the vocabulary, counted from 0; past its length any number.", Batch, Time);
        _graph.Input(Lengths, TensorProto.Types.DataType.Int64, $"Each text's number of tokens, up to time; {empty}.", Batch);
        _graph.Integer("zero", 0);
        _graph.Integer("one", 1);
        _graph.Integers("first_0", 0);
    }

    // batch_size [1], time [], and how many rows and steps are missing to one, [2].
    private void AddSizes()
    {
        _graph.Node("Shape", "ids_shape", [Ids]);
        _graph.Node("Shape", "batch_size", [Ids], Setting("end", 1));
        _graph.Node("Max", "filled_shape", ["ids_shape", "one"]);
        _graph.Node("Sub", "missing", ["filled_shape", "ids_shape"]);
    }

    // ids_by_time [T,B] and lengths [B] with at least one row and one step. The row added is <pad> or word 0, of length 1.
    private string AddFilled()
    {
        string lengths = Required(Lengths);
        _graph.Node("Concat", "ids_pads", [_graph.Integers("no_pads", 0, 0), "missing"], Setting("axis", 0L));
        _graph.Node("Pad", "filled_ids", [Ids, "ids_pads"]);
        _graph.Node("Transpose", "ids_by_time", ["filled_ids"], Setting("perm", 1, 0));
        _graph.Node("Slice", "missing_rows", ["missing", "first_0", _graph.Integers("end_1", 1)]);
        _graph.Node("Concat", "lengths_pads", ["first_0", "missing_rows"], Setting("axis", 0L));
        string filled = _graph.Node("Pad", "filled_lengths", [lengths, "lengths_pads", "one"]);
        _graph.Node("Gather", "steps_count", ["filled_shape", "one"]);
        _graph.Node("Range", "steps", ["zero", "steps_count", "one"]);
        _graph.Node("Unsqueeze", "steps_column", ["steps", _graph.Integers("axis_1", 1)]);
        return filled;
    }

    // [T,B]: t < length
    private string Mask(string name, string lengths) => _graph.Node("Less", name, ["steps_column", lengths]);

    // An empty text has no id but <pad>.
    private (string Words, string Lengths) ReadEmptyAs(int unknown, string words, string lengths)
    {
        _graph.Node("Abs", "token_sizes", [words]);
        _graph.Node("ReduceMax", "largest_token", ["token_sizes"], Setting("axes", [0L]), Setting("keepdims", 0));
        _graph.Node("Equal", "is_empty", ["largest_token", "zero"]);
        string token = unknown == 1 ? "one" : _graph.Integer("unknown_token", unknown);
        return (
            _graph.Node("Where", "words", ["is_empty", token, words]),
            _graph.Node("Where", "text_lengths", ["is_empty", "one", lengths]));
    }

    // The ids [T,B], if each is one of the vocabulary; else a reshape to more elements fails. Gather would read a negative id
    // from the vocabulary's end, and OneHot would read any other as zeros.
    private string RequiredIds(string words, int vocabularySize)
    {
        _graph.Node("Less", "is_negative_id", [words, "zero"]);
        _graph.Node("GreaterOrEqual", "is_too_large_id", [words, _graph.Integer("ids_end", vocabularySize)]);
        _graph.Node("Or", "is_wrong_id", ["is_negative_id", "is_too_large_id"]);
        _graph.Node("NonZero", "wrong_ids", ["is_wrong_id"]);
        _graph.Node("Shape", "wrong_ids_count", ["wrong_ids"], Setting("start", 1));
        _graph.Node("Shape", "words_shape", [words]);
        _graph.Node("Add", "words_shape_if_right", ["words_shape", "wrong_ids_count"]);
        return _graph.Node("Reshape", "ids_must_be_0_to_vocabulary", [words, "words_shape_if_right"]);
    }

    // The lengths, if each is one that the model can read; else a reshape fails whose name says why.
    private string Required(string lengths)
    {
        bool closed = _unknown is null;
        _graph.Node("Gather", "time", [closed ? "ids_shape" : "filled_shape", "one"]);
        string wrong = _graph.Node("Greater", "is_too_long", [lengths, "time"]);
        if (closed)
        {
            _graph.Node("Less", "is_too_short", [lengths, "one"]);
            wrong = _graph.Node("Or", "is_wrong_length", [wrong, "is_too_short"]);
        }
        _graph.Node("NonZero", "wrong_places", [wrong]);
        _graph.Node("Shape", "wrong_count", ["wrong_places"], Setting("start", 1));
        _graph.Node("Add", "size_if_right", ["batch_size", "wrong_count"]);
        return _graph.Node(
            "Reshape", closed ? "lengths_must_be_1_to_time" : "lengths_must_be_0_to_time", [lengths, "size_if_right"],
            Setting("allowzero", 1));
    }
}
