using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Models;
using Unroll.Onnx.Schema;
using Unroll.Storage;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>
/// A classifier as an ONNX graph. The states are [T,B,H·D] between the layers. A mask [T,B], true where a text has a token, keeps
/// padding out: pooling leaves its states out.
/// </summary>
internal sealed class ClassifierGraph
{
    public const string Logits = "logits";
    public const string Probabilities = "probabilities";

    // Below every logit and state, and finite, as not every runtime's softmax takes infinities.
    private const float Lowest = float.MinValue;

    private readonly SentenceClassifier _classifier;
    private readonly ModelConfig _config;
    private readonly Dictionary<string, NamedTensor> _all;
    private readonly GraphBuilder _graph = new("unroll");

    // Those of the network whose nodes are written, by their names in a model of one network.
    private Dictionary<string, NamedTensor> _tensors = [];
    private SubwordNodes? _subwords;

    private ClassifierGraph(SentenceClassifier classifier)
    {
        _classifier = classifier;
        _config = classifier.Config;
        _all = classifier.Tensors.ToDictionary(tensor => tensor.Name);
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
        var texts = new TextNodes(_graph, _classifier.Vocabulary);
        LinearNodes? linear = _config.LinearShare > 0 ? new LinearNodes(_graph, _config.LinearShare, _all) : null;
        Classify(Networks(texts, linear is null ? "all_logits" : "network_logits"), texts, linear);
        _graph.Output(
            Probabilities, "The probability of each label; a row adds up to 1.", TextNodes.RowDimension, _config.Classes);
        _graph.Output(
            Logits, "What the probabilities are the softmax of, before calibration.", TextNodes.RowDimension, _config.Classes);
    }

    // z of the networks, [B,C]; null where there is none.
    private string? Networks(TextNodes texts, string output)
    {
        if (_config.Networks == 0)
            return null;
        // What all networks read is written before them.
        bool readsMask = _config.Pooling != Pooling.Last || _config.IsTransformer
            || RecurrentCells.Of(_config.Cell, _config.Nonlinearity).Onnx is OnnxStep;
        if (_config.Networks > 1 && readsMask)
            _ = texts.TextMask;
        _subwords = _config.Subwords > 0 ? new SubwordNodes(_graph, _config.Subwords) : null;
        string[] logits = new string[_config.Networks];
        for (int k = 0; k < logits.Length; k++)
        {
            string prefix = _config.Networks > 1 ? FormattableString.Invariant($"networks.{k}.") : "";
            _tensors = _all.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(
                entry => entry.Key[prefix.Length..], entry => entry.Value);
            int network = k;
            logits[k] = _graph.Prefixed(prefix, () => Network(texts, network, output));
        }
        return logits.Length == 1 ? logits[0] : _graph.Node("Mean", output, logits);
    }

    // z of one network, [B,C]
    private string Network(TextNodes texts, int network, string output)
    {
        string words = WordVectors(texts.Words, network);
        string pooled = _config.IsTransformer ? OfTransformer(words, texts) : OfRecurrent(words, texts);
        return _graph.Node(
            "Gemm", output, [pooled, Parameter("output.weight"), Parameter("output.bias")], Setting("transB", 1));
    }

    // p of recurrent layers, [B,H·D]
    private string OfRecurrent(string words, TextNodes texts)
    {
        IRecurrentNodes recurrent = RecurrentNodes(texts);
        for (int layer = 0; layer < _config.Layers; layer++)
            recurrent.Add(layer, layer == 0 ? words : recurrent.States(layer - 1));
        int top = _config.Layers - 1;
        return _config.Pooling == Pooling.Last ? recurrent.LastStates(top) : Pool(recurrent.States(top), texts);
    }

    // p of a Transformer, [B,E]
    private string OfTransformer(string words, TextNodes texts)
    {
        var transformer = new TransformerNodes(_graph, _config, _tensors, texts.TextMask, texts.TextLengths);
        string states = transformer.States(words);
        return _config.Pooling == Pooling.Last ? transformer.LastStates(states) : Pool(states, texts);
    }

    // [T,B,E], or [T,B,V] for one-hot input
    private string WordVectors(string words, int network)
    {
        if (_subwords is not null)
            return _subwords.WordVectors(_classifier.FoldedWordVectors(network), _tensors, words);
        if (_config.Embedding > 0)
            return _graph.Node("Gather", "word_vectors", [Parameter(NetworkLayout.EmbeddingWeight), words]);
        _graph.Integers("vocabulary_size", _classifier.Vocabulary.Size);
        _graph.Floats("off_on", [2], [0, 1]);
        return _graph.Node("OneHot", "word_vectors", [words, "vocabulary_size", "off_on"]);
    }

    private IRecurrentNodes RecurrentNodes(TextNodes texts) => RecurrentCells.Of(_config.Cell, _config.Nonlinearity).Onnx switch
    {
        OnnxOperator known => new OperatorNodes(_graph, _config, _tensors, known, texts.TextLengths),
        OnnxStep => new ScanNodes(_graph, _config, _tensors, texts.TextMask, texts.TextLengths),
        var other => throw new InvalidOperationException($"no nodes for {other.GetType().Name}"),
    };

    // p, [B,H·D]
    private string Pool(string states, TextNodes texts)
    {
        if (_config.Pooling is not (Pooling.Mean or Pooling.Max or Pooling.Attention))
            throw new InvalidOperationException($"no pooling {_config.Pooling}");
        _graph.Node("Unsqueeze", "mask_column", [texts.TextMask, _graph.Integers("axis_2", 2)]);
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
        _graph.Node("Cast", "lengths_float", [texts.TextLengths], Setting("to", (long)TensorProto.Types.DataType.Float));
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

    private void Classify(string? networks, TextNodes texts, LinearNodes? linear)
    {
        string logits = linear?.Mixed(networks, "all_logits")
            ?? networks ?? throw new InvalidOperationException("a model has a network, a linear part or both");
        string calibrated = logits;
        if (_config.Temperature != 1)
            calibrated = _graph.Node(
                "Div", "calibrated", [logits, _graph.Floats("temperature", [], [(float)_config.Temperature])]);
        if (_config.MultiLabel)
            _graph.Node("Sigmoid", "all_probabilities", [calibrated]);
        else
            _graph.Node("Softmax", "all_probabilities", [calibrated], Setting("axis", 1));
        texts.Rows(logits, Logits);
        texts.Rows("all_probabilities", Probabilities);
    }

    private string Parameter(string name)
    {
        NamedTensor tensor = _tensors[name];
        return _graph.Floats(name, [.. tensor.Shape.Select(size => (long)size)], tensor.Values.ToArray());
    }
}
