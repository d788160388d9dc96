using System.Buffers.Binary;
using Google.Protobuf;
using Unroll.Onnx.Schema;
using static Unroll.Onnx.Schema.AttributeProto.Types;

namespace Unroll.Onnx;

/// <summary>Puts a graph together: constants, nodes, inputs and outputs, each under a name that the next ones use.</summary>
internal sealed class GraphBuilder(string name)
{
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>Adds a node of one output and returns that output's name, which is the node's too.</summary>
    public string Node(string op, string output, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        Node(op, [output], inputs, attributes);
        return output;
    }

    /// <summary>Adds a node; an empty name is an optional input or output that is left out.</summary>
    public void Node(
        string op, ReadOnlySpan<string> outputs, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = op, Name = outputs[^1] };
        node.Input.AddRange(inputs.ToArray());
        node.Output.AddRange(outputs.ToArray());
        node.Attribute.AddRange(attributes.ToArray());
        Graph.Node.Add(node);
    }

    /// <summary>
    /// Adds nodes whose names, and those of their constants, begin with a prefix, so that the same nodes can be added again.
    /// </summary>
    /// <param name="prefix">The prefix; empty for names as they are.</param>
    /// <param name="add">Adds them, by names without the prefix; it returns one of them.</param>
    /// <returns>That name with the prefix.</returns>
    public string Prefixed(string prefix, Func<string> add)
    {
        (int nodes, int constants) = (Graph.Node.Count, Graph.Initializer.Count);
        string result = add();
        if (prefix.Length == 0)
            return result;
        var own = new HashSet<string>();
        foreach (TensorProto constant in Graph.Initializer.Skip(constants))
        {
            own.Add(constant.Name);
            constant.Name = prefix + constant.Name;
        }
        NodeProto[] added = [.. Graph.Node.Skip(nodes)];
        own.UnionWith(added.SelectMany(node => node.Output));
        foreach (NodeProto node in added)
        {
            PrefixNode(node, prefix, own.Contains);
            foreach (AttributeProto body in node.Attribute.Where(attribute => attribute.G is not null))
                PrefixBody(body.G, prefix);
        }
        return prefix + result;
    }

    // A body reads nothing of the graph around it, so all its names are its own.
    private static void PrefixBody(GraphProto body, string prefix)
    {
        foreach (TensorProto constant in body.Initializer)
            constant.Name = prefix + constant.Name;
        foreach (ValueInfoProto value in body.Input.Concat(body.Output))
            value.Name = prefix + value.Name;
        foreach (NodeProto node in body.Node)
            PrefixNode(node, prefix, _ => true);
    }

    private static void PrefixNode(NodeProto node, string prefix, Func<string, bool> isOwn)
    {
        node.Name = prefix + node.Name;
        foreach (IList<string> names in (IList<string>[])[node.Input, node.Output])
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (isOwn(names[i]))
                    names[i] = prefix + names[i];
            }
        }
    }

    /// <summary>
    /// A value, if no entry of another is true; else a reshape to more elements fails, whose name says why: all that a graph
    /// can do.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="wrong">Booleans.</param>
    /// <param name="name">What is required.</param>
    public string Required(string value, string wrong, string name)
    {
        Node("NonZero", name + "_wrong", [wrong]);
        Node("Shape", name + "_count", [name + "_wrong"], Setting("start", 1));
        Node("Shape", name + "_found", [value]);
        Node("Add", name + "_shape", [name + "_found", name + "_count"]);
        return Node("Reshape", name, [value, name + "_shape"], Setting("allowzero", 1));
    }

    /// <summary>A constant of floats, row-major in the given shape.</summary>
    public string Floats(string name, ReadOnlySpan<long> shape, float[] values) =>
        Constant(name, shape, TensorProto.Types.DataType.Float, LittleEndian(values));

    private static byte[] LittleEndian(float[] values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return bytes;
    }

    /// <summary>A constant of doubles, row-major in the given shape.</summary>
    public string Doubles(string name, ReadOnlySpan<long> shape, double[] values)
    {
        byte[] bytes = new byte[values.Length * sizeof(double)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return Constant(name, shape, TensorProto.Types.DataType.Double, bytes);
    }

    /// <summary>A constant list of whole numbers.</summary>
    public string Integers(string name, params ReadOnlySpan<long> values) => Integers(name, [values.Length], values);

    /// <summary>A constant whole number without dimensions.</summary>
    public string Integer(string name, long value) => Integers(name, [], [value]);

    public void Input(string name, TensorProto.Types.DataType type, string description, params ReadOnlySpan<string> dimensions) =>
        Graph.Input.Add(Value(name, type, description, dimensions));

    public void Output(string name, string description, string freeDimension, long size)
    {
        ValueInfoProto value = Value(name, TensorProto.Types.DataType.Float, description, [freeDimension]);
        value.Type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        Graph.Output.Add(value);
    }

    /// <summary>An input whose shape the surrounding graph tells, in the body of an operator such as <c>Scan</c>.</summary>
    public string BodyInput(string name, TensorProto.Types.DataType type)
    {
        Graph.Input.Add(BodyValue(name, type));
        return name;
    }

    /// <summary>An output of a body, in floats.</summary>
    public void BodyOutput(string name) => Graph.Output.Add(BodyValue(name, TensorProto.Types.DataType.Float));

    public static AttributeProto Setting(string name, GraphProto body) =>
        new() { Name = name, Type = AttributeType.Graph, G = body };

    public static AttributeProto Setting(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Setting(string name, float value) =>
        new() { Name = name, Type = AttributeType.Float, F = value };

    public static AttributeProto Setting(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return attribute;
    }

    public static AttributeProto Setting(string name, string value) =>
        new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Setting(string name, IEnumerable<string> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Strings };
        attribute.Strings.AddRange(values.Select(ByteString.CopyFromUtf8));
        return attribute;
    }

    private string Integers(string name, ReadOnlySpan<long> shape, ReadOnlySpan<long> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return Constant(name, shape, TensorProto.Types.DataType.Int64, bytes);
    }

    private string Constant(string name, ReadOnlySpan<long> shape, TensorProto.Types.DataType type, byte[] bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.AddRange(shape.ToArray());
        Graph.Initializer.Add(tensor);
        return name;
    }

    private static ValueInfoProto BodyValue(string name, TensorProto.Types.DataType type) => new()
    {
        Name = name,
        Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type } },
    };

    private static ValueInfoProto Value(
        string name, TensorProto.Types.DataType type, string description, ReadOnlySpan<string> dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (string dimension in dimensions)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = dimension });
        return new ValueInfoProto
        {
            Name = name,
            DocString = description,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }
}
