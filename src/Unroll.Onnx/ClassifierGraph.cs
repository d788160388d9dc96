using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Models;
using Unroll.Onnx.Schema;
using Unroll.Storage;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>
/// A classifier as an ONNX graph. The states are [T,B,H·D] between the layers. A mask [T,B], true where a sentence has a word,
/// keeps padding out: its ids are read as 0, and pooling leaves its states out.
/// </summary>
internal sealed class ClassifierGraph
{
    public const string Ids = "ids";
    public const string Lengths = "lengths";
    public const string Logits = "logits";
    public const string Probabilities = "probabilities";
    private const string Batch = "batch";
    private const string Time = "time";

    // Below every logit and state, and finite, as not every runtime's softmax takes infinities.
    private const float Lowest = float.MinValue;

    private readonly SentenceClassifier _classifier;
    private readonly ModelConfig _config;
    private readonly Dictionary<string, NamedTensor> _tensors;
    private readonly GraphBuilder _graph = new("unroll");

    private ClassifierGraph(SentenceClassifier classifier)
    {
        _classifier = classifier;
        _config = classifier.Config;
        _tensors = classifier.Tensors.ToDictionary(tensor => tensor.Name);
    }

    /// <summary>Writes a classifier as a graph.</summary>
    public static GraphProto Of(SentenceClassifier classifier)
    {
        var graph = new ClassifierGraph(classifier);
        graph.Build();
        return graph._graph.Graph;
    }

    private void Build()
    {
        _graph.Input(
            Ids, TensorProto.Types.DataType.Int64,
            "Each text's tokens as line numbers of the vocabulary, counted from 0; past its length any number.", Batch, Time);
        _graph.Input(Lengths, TensorProto.Types.DataType.Int64, "Each text's tokens, 1 to time.", Batch);
        _graph.Integer("zero", 0);
        _graph.Integer("one", 1);
        string mask = Mask();
        string words = Words(mask);
        IRecurrentNodes recurrent = RecurrentNodes(mask);
        for (int layer = 0; layer < _config.Layers; layer++)
            recurrent.Add(layer, layer == 0 ? words : recurrent.States(layer - 1));
        int top = _config.Layers - 1;
        Classify(_config.Pooling == Pooling.Last ? recurrent.LastStates(top) : Pool(recurrent.States(top), mask));
        _graph.Output(Probabilities, "The probability of each label; a row adds up to 1.", Batch, _config.Classes);
        _graph.Output(Logits, "What the probabilities are the softmax of, before calibration.", Batch, _config.Classes);
    }

    // [T,B]: t < length
    private string Mask()
    {
        _graph.Node("Shape", "ids_shape", [Ids]);
        _graph.Node("Gather", "time", ["ids_shape", "one"]);
        _graph.Node("Range", "steps", ["zero", "time", "one"]);
        _graph.Node("Unsqueeze", "steps_column", ["steps", _graph.Integers("axis_1", 1)]);
        return _graph.Node("Less", "mask", ["steps_column", Lengths]);
    }

    // [T,B,E], or [T,B,V] for one-hot input
    private string Words(string mask)
    {
        _graph.Node("Transpose", "ids_by_time", [Ids], Setting("perm", 1, 0));
        _graph.Node("Where", "words", [mask, "ids_by_time", "zero"]);
        if (_config.Embedding > 0)
            return _graph.Node("Gather", "word_vectors", [Parameter(NetworkLayout.EmbeddingWeight), "words"]);
        _graph.Integers("vocabulary_size", _classifier.Vocabulary.Size);
        _graph.Floats("off_on", [2], [0, 1]);
        return _graph.Node("OneHot", "word_vectors", ["words", "vocabulary_size", "off_on"]);
    }

    private IRecurrentNodes RecurrentNodes(string mask) => RecurrentCells.Of(_config.Cell, _config.Nonlinearity).Onnx switch
    {
        OnnxOperator known => new OperatorNodes(_graph, _config, _tensors, known, Lengths),
        OnnxStep step => new ScanNodes(_graph, _config, _tensors, step, mask, Lengths),
        var other => throw new InvalidOperationException($"no nodes for {other.GetType().Name}"),
    };

    // p, [B,H·D]
    private string Pool(string states, string mask)
    {
        if (_config.Pooling is not (Pooling.Mean or Pooling.Max or Pooling.Attention))
            throw new InvalidOperationException($"no pooling {_config.Pooling}");
        _graph.Node("Unsqueeze", "mask_column", [mask, _graph.Integers("axis_2", 2)]);
        if (_config.Pooling == Pooling.Max)
        {
            _graph.Node("Where", "states_or_lowest", ["mask_column", states, _graph.Floats("lowest", [], [Lowest])]);
            return _graph.Node("ReduceMax", "pooled", ["states_or_lowest"], Setting("axes", [0L]), Setting("keepdims", 0));
        }
        _graph.Node("Where", "states_or_zero", ["mask_column", states, _graph.Floats("zero_state", [], [0])]);
        string weighted = _config.Pooling == Pooling.Attention ? AttentionWeighted(states) : "states_or_zero";
        string sum = _graph.Node("ReduceSum", "states_sum", [weighted, _graph.Integers("axis_0", 0)], Setting("keepdims", 0));
        if (_config.Pooling == Pooling.Attention)
            return sum;
        _graph.Node("Cast", "lengths_float", [Lengths], Setting("to", (long)TensorProto.Types.DataType.Float));
        _graph.Node("Unsqueeze", "lengths_column", ["lengths_float", "axis_1"]);
        return _graph.Node("Div", "pooled", [sum, "lengths_column"]);
    }

    // α_t h_t, [T,B,H·D], with α the softmax over the words of queryᵀ tanh(W h_t + b)
    private string AttentionWeighted(string states)
    {
        string weight = Parameter("attention.weight");
        _graph.Node("Transpose", "attention.weight_transposed", [weight], Setting("perm", 1, 0));
        _graph.Node("MatMul", "attention_product", [states, "attention.weight_transposed"]);
        _graph.Node("Add", "attention_sum", ["attention_product", Parameter("attention.bias")]);
        _graph.Node("Tanh", "attention_u", ["attention_sum"]);
        float[] query = _tensors["attention.query"].Values.ToArray();
        _graph.Node("MatMul", "attention_scores", ["attention_u", _graph.Floats("attention.query", [query.Length, 1], query)]);
        _graph.Node("Where", "attention_masked", ["mask_column", "attention_scores", _graph.Floats("lowest", [], [Lowest])]);
        _graph.Node("Softmax", "attention_weights", ["attention_masked"], Setting("axis", 0L));
        return _graph.Node("Mul", "attention_states", ["states_or_zero", "attention_weights"]);
    }

    private void Classify(string pooled)
    {
        _graph.Node("Gemm", Logits, [pooled, Parameter("output.weight"), Parameter("output.bias")], Setting("transB", 1));
        string calibrated = Logits;
        if (_config.Temperature != 1)
            calibrated = _graph.Node(
                "Div", "calibrated", [Logits, _graph.Floats("temperature", [], [(float)_config.Temperature])]);
        _graph.Node("Softmax", Probabilities, [calibrated], Setting("axis", 1));
    }

    private string Parameter(string name)
    {
        NamedTensor tensor = _tensors[name];
        return _graph.Floats(name, [.. tensor.Shape.Select(size => (long)size)], tensor.Values.ToArray());
    }
}
