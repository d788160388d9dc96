using Unroll.Engine.Cells;
using Unroll.Onnx.Schema;
using Unroll.Storage;
using static Unroll.Onnx.GraphBuilder;

namespace Unroll.Onnx;

/// <summary>Recurrent layers by an operator of ONNX that computes the cell, a node for both directions of a layer.</summary>
internal sealed class OperatorNodes : IRecurrentNodes
{
    private readonly GraphBuilder _graph;
    private readonly IReadOnlyDictionary<string, NamedTensor> _tensors;
    private readonly ModelConfig _config;
    private readonly OnnxOperator _operator;
    private readonly AttributeProto[] _settings;

    /// <summary>Adds what all layers share.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="config">The model.</param>
    /// <param name="tensors">Its parameters by name.</param>
    /// <param name="operator">The cell's operator.</param>
    /// <param name="lengths">The texts' lengths, [B].</param>
    public OperatorNodes(
        GraphBuilder graph, ModelConfig config, IReadOnlyDictionary<string, NamedTensor> tensors, OnnxOperator @operator,
        string lengths)
    {
        (_graph, _tensors, _config, _operator) = (graph, tensors, config, @operator);
        _graph.Node("Cast", "lengths_int32", [lengths], Setting("to", (long)TensorProto.Types.DataType.Int32));
        if (_config.Layers > 1 || _config.Pooling != Pooling.Last)
            _graph.Integers("states_shape", 0, 0, _config.StateSize);
        _settings =
        [
            Setting("hidden_size", _config.Hidden),
            Setting("direction", _config.Directions == 2 ? "bidirectional" : "forward"),
            .. @operator.Attributes.Select(attribute => Setting(attribute.Name, attribute.Value)),
        ];
        if (@operator.Activation is { } activation)
            _settings = [.. _settings, Setting("activations", Enumerable.Repeat(activation, _config.Directions))];
    }

    public void Add(int layer, string input)
    {
        var constants = new RecurrentConstants(_config, _tensors, _operator, layer);
        int directions = _config.Directions;
        long rows = (long)constants.Gates * _config.Hidden;
        string suffix = $"_l{layer}";
        _graph.Node(
            _operator.Name,
            ["states_tdbh" + suffix, "last_dbh" + suffix],
            [
                input,
                _graph.Floats("rnn.weight_ih" + suffix, [directions, rows, constants.InputSize], constants.InputWeight),
                _graph.Floats("rnn.weight_hh" + suffix, [directions, rows, _config.Hidden], constants.RecurrentWeight),
                _graph.Floats("rnn.bias" + suffix, [directions, 2 * rows], constants.Bias),
                "lengths_int32",
            ],
            _settings);
    }

    // [T,D,B,H] → [T,B,H·D]
    public string States(int layer)
    {
        _graph.Node("Transpose", $"states_tbdh_l{layer}", [$"states_tdbh_l{layer}"], Setting("perm", 0, 2, 1, 3));
        return _graph.Node("Reshape", $"states_l{layer}", [$"states_tbdh_l{layer}", "states_shape"]);
    }

    // [D,B,H] → [B,H·D]
    public string LastStates(int layer)
    {
        _graph.Node("Transpose", "last_bdh", [$"last_dbh_l{layer}"], Setting("perm", 1, 0, 2));
        return _graph.Node("Reshape", "pooled", ["last_bdh", _graph.Integers("last_shape", 0, _config.StateSize)]);
    }
}
