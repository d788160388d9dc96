using System.Text.Json;
using Google.Protobuf;
using Unroll.Engine.Cells;
using Unroll.Models;
using Unroll.Onnx.Schema;
using Unroll.Tests;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>What stands in an exported file, without a runtime.</summary>
public class OnnxFileTests
{
    public static IEnumerable<TheoryDataRow<string>> Names =>
        ExportCase.All.Select(@case => new TheoryDataRow<string>(@case.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_graph_has_free_batch_and_time_and_uses_what_it_defines(string name)
    {
        ExportCase @case = ExportCase.All.First(candidate => candidate.Name == name);
        ModelProto model = Read(@case.CreateModel());
        GraphProto graph = model.Graph;
        Assert.Equal((17, ""), (Assert.Single(model.OpsetImport).Version, model.OpsetImport[0].Domain));
        Assert.Equal(["ids int64 [batch,time]", "lengths int64 [batch]"], graph.Input.Select(Describe));
        Assert.Equal(["probabilities float [batch,3]", "logits float [batch,3]"], graph.Output.Select(Describe));

        // Every name is defined once and before it is used, and every name is used.
        var defined = new HashSet<string>(graph.Input.Select(value => value.Name));
        var used = new HashSet<string>(graph.Output.Select(value => value.Name));
        foreach (TensorProto constant in graph.Initializer)
        {
            Assert.True(defined.Add(constant.Name), $"{constant.Name} is defined twice");
            long size = constant.DataType == (int)TensorProto.Types.DataType.Float ? sizeof(float) : sizeof(long);
            Assert.Equal(constant.Dims.Aggregate(size, (product, dimension) => product * dimension), constant.RawData.Length);
        }
        foreach (NodeProto node in graph.Node)
        {
            Assert.All(node.Input, input => Assert.Contains(input, defined));
            used.UnionWith(node.Input);
            Assert.All(node.Output, output => Assert.True(defined.Add(output), $"{output} is defined twice"));
        }
        foreach (NodeProto node in graph.Node)
            Assert.Contains(node.Output, used.Contains);
        Assert.All(graph.Initializer, constant => Assert.Contains(constant.Name, used));

        if (@case.Cell == Cell.Transformer)
        {
            int softmaxes = graph.Node.Count(node => node.OpType == "Softmax");
            // One of each layer; attention pooling has one more, and so have the probabilities.
            int others = 1 + (@case.Pooling == Pooling.Attention ? @case.Networks : 0);
            Assert.Equal(@case.Networks * @case.Layers + others, softmaxes);
            Assert.DoesNotContain(graph.Node, node => node.OpType is "Scan" or "RNN" or "GRU" or "LSTM");
            return;
        }
        if (RecurrentCells.Of(@case.Cell).Onnx is OnnxOperator { Name: var cell })
        {
            Assert.Equal(@case.Cell.ToString().ToUpperInvariant(), cell);
            Assert.Equal(@case.Networks * @case.Layers, graph.Node.Count(node => node.OpType == cell));
            string direction = @case.Bidirectional ? "bidirectional" : "forward";
            Assert.All(
                graph.Node.Where(node => node.OpType == cell),
                node => Assert.Equal(direction, node.Attribute.Single(a => a.Name == "direction").S.ToStringUtf8()));
            return;
        }
        NodeProto[] scans = [.. graph.Node.Where(node => node.OpType == "Scan")];
        Assert.Equal(@case.Networks * @case.Layers * (@case.Bidirectional ? 2 : 1), scans.Length);
        Assert.All(scans, scan => AssertBody(scan, defined));
    }

    // The body of a Scan has as many inputs and outputs as the node, and its names are its own.
    private static void AssertBody(NodeProto scan, HashSet<string> defined)
    {
        GraphProto body = scan.Attribute.Single(attribute => attribute.Name == "body").G;
        Assert.Equal((scan.Input.Count, scan.Output.Count), (body.Input.Count, body.Output.Count));
        IEnumerable<string> constants = body.Initializer.Select(constant => constant.Name);
        var known = new HashSet<string>(body.Input.Select(value => value.Name).Concat(constants));
        foreach (NodeProto node in body.Node)
        {
            Assert.All(node.Input, input => Assert.Contains(input, known));
            Assert.All(node.Output, output => Assert.True(known.Add(output), $"{output} is defined twice"));
        }
        Assert.All(body.Output, output => Assert.Contains(output.Name, known));
        Assert.All(known, name => Assert.True(defined.Add(name), $"{name} is defined twice"));
    }

    [Fact]
    public void Metadata_says_how_a_text_becomes_ids_and_what_a_class_is_called()
    {
        SentenceClassifier classifier = ExportCase.All[0].CreateModel();
        Dictionary<string, string> metadata = Read(classifier).MetadataProps.ToDictionary(
            entry => entry.Key, entry => entry.Value);
        using JsonDocument labels = JsonDocument.Parse(metadata["labels"]);
        Assert.Equal(classifier.Config.Labels, labels.RootElement.EnumerateArray().Select(label => label.GetString()!));
        Assert.Equal("whitespace", metadata["tokenizer"]);
        Assert.Equal(classifier.Vocabulary.Tokens, metadata["vocabulary.txt"].TrimEnd('\n').Split('\n'));
        using JsonDocument config = JsonDocument.Parse(metadata["config.json"]);
        Assert.True(config.RootElement.GetProperty("tokens").GetProperty("lowercase").GetBoolean());
    }

    [Fact]
    public void Saving_writes_what_a_stream_gets_and_replaces_only_when_told()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = ExportCase.All[0].CreateModel();
        string path = folder["new/model.onnx"];
        OnnxExport.Save(classifier, path);
        using var stream = new MemoryStream();
        OnnxExport.Write(classifier, stream);
        Assert.Equal(stream.ToArray(), File.ReadAllBytes(path));

        SentenceClassifier other = ExportCase.All[^1].CreateModel();
        Assert.Contains(
            "overwrite = true", Assert.Throws<InputException>(() => OnnxExport.Save(other, path)).Message,
            StringComparison.Ordinal);
        Assert.Equal(stream.ToArray(), File.ReadAllBytes(path));
        OnnxExport.Save(other, path, overwrite: true);
        Assert.NotEqual(stream.ToArray(), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder["new"]));
    }

    private static ModelProto Read(SentenceClassifier classifier) =>
        ModelProto.Parser.ParseFrom(OnnxExport.Create(classifier).ToByteArray());

    private static string Describe(ValueInfoProto value)
    {
        TypeProto.Types.Tensor type = value.Type.TensorType;
        IEnumerable<string> sizes = type.Shape.Dim.Select(size => size.DimParam.Length > 0 ? size.DimParam : $"{size.DimValue}");
        return $"{value.Name} {((TensorProto.Types.DataType)type.ElemType).ToString().ToLowerInvariant()} "
            + $"[{string.Join(',', sizes)}]";
    }
}
