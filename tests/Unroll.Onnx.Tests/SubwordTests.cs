using System.Text.Json;
using Google.Protobuf;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Onnx.Schema;
using Unroll.Storage;
using Unroll.Tests;
using Unroll.Text;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>onnxruntime gives the model's answer where pieces of words have vectors.</summary>
public class SubwordTests
{
    private const int Rows = 40;
    private const double Tolerance = 1e-5;

    private static readonly string[] Known = ["good", "bad", "not", "film", ",", "is"];

    private static readonly string[] Texts =
        ["film is good", "", "xyzzy", "films are goood , not baad", "good", "naïve 😀 filmé", "  ", "is is is is is is"];

    [Theory]
    [InlineData(Cell.Gru, Pooling.Max, 1)]
    [InlineData(Cell.Gru, Pooling.Max, 3)]
    [InlineData(Cell.MinGru, Pooling.Attention, 1)]
    [InlineData(Cell.Lstm, Pooling.Last, 1)]
    public void It_predicts_what_the_library_predicts(Cell cell, Pooling pooling, int networks)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = CreateModel(cell, pooling, networks);
        Prediction[] expected = [.. classifier.Predict(Texts)];
        JsonElement outputs = Run(
            folder, classifier,
            [Batch(Texts), Batch(Texts, fill: -7), .. Texts.Select(text => Batch([text]))]);
        for (int b = 0; b < Texts.Length; b++)
        {
            AssertSame(expected[b], outputs[0], b, $"\"{Texts[b]}\"");
            AssertSame(expected[b], outputs[1], b, $"\"{Texts[b]}\" with other filling");
            AssertSame(expected[b], outputs[b + 2], 0, $"\"{Texts[b]}\" alone");
        }
    }

    [Fact]
    public void Without_pieces_an_unknown_word_is_the_token_of_unknown_words()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = CreateModel(Cell.Gru, Pooling.Mean);
        TextBatch without = Batch(["film xyzzy"]) with { Pieces = new PieceBatch([[[], []]], [1, 2, 0]) };
        JsonElement outputs = Run(folder, classifier, [without, Batch(["film is"]) with { Ids = [[5, 1]] }]);
        double expected = outputs[1].GetProperty("logits")[0][0].GetDouble();
        Assert.Equal(expected, outputs[0].GetProperty("logits")[0][0].GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 4)]
    public void No_texts_give_no_rows(int time, int width)
    {
        using var folder = new TemporaryFolder();
        JsonElement outputs = Run(
            folder, CreateModel(Cell.Gru, Pooling.Max),
            [new("none", [], time, [], []) { Pieces = new PieceBatch([], [0, time, width]) }]);
        Assert.True(outputs[0].TryGetProperty("logits", out JsonElement logits), $"{outputs[0]}");
        Assert.Equal(0, logits.GetArrayLength());
    }

    [Fact]
    public void What_is_no_piece_is_refused_by_a_node_that_says_so()
    {
        using var folder = new TemporaryFolder();
        (PieceBatch Batch, string Expected)[] batches =
        [
            (new([[[0, Rows]], [[1, 2]]], [2, 1, 2]), "subwords_must_be_rows_of_subword_weight"),
            (new([[[0, 1]], [[1, long.MaxValue]]], [2, 1, 2]), "subwords_must_be_rows_of_subword_weight"),
            (new([[[0, 1]]], [1, 1, 2]), "subwords_must_have_a_row_for_each_id"),
            (new([[[0], [1]], [[1], [2]]], [2, 2, 1]), "subwords_must_have_a_row_for_each_id"),
        ];
        JsonElement outputs = Run(
            folder, CreateModel(Cell.Gru, Pooling.Max),
            [.. batches.Select(batch => new TextBatch("", [[1], [1]], 1, [1, 1], []) { Pieces = batch.Batch })]);
        for (int i = 0; i < batches.Length; i++)
        {
            Assert.Contains(
                batches[i].Expected, outputs[i].GetProperty("error").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_name_of_the_graph_is_defined_once_before_it_is_used_and_is_used()
    {
        GraphProto graph = ModelProto.Parser.ParseFrom(
            OnnxExport.Create(CreateModel(Cell.Gru, Pooling.Max)).ToByteArray()).Graph;
        Assert.Equal(["ids", "lengths", "subwords"], graph.Input.Select(input => input.Name));
        var defined = new HashSet<string>(graph.Input.Select(value => value.Name));
        var used = new HashSet<string>(graph.Output.Select(value => value.Name));
        Assert.All(graph.Initializer, constant => Assert.True(defined.Add(constant.Name), $"{constant.Name} is defined twice"));
        foreach (NodeProto node in graph.Node)
        {
            Assert.All(node.Input, input => Assert.Contains(input, defined));
            used.UnionWith(node.Input);
            Assert.All(node.Output, output => Assert.True(defined.Add(output), $"{output} is defined twice"));
        }
        Assert.All(graph.Initializer, constant => Assert.Contains(constant.Name, used));
    }

    [Fact]
    public void The_function_of_the_documentation_finds_the_pieces_of_the_library()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "files.md"));
        int start = page.IndexOf("def subwords_of(", StringComparison.Ordinal);
        string function = page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
        const string driver =
            """

            import json, sys
            for word in json.load(sys.stdin):
                print(json.dumps(subwords_of(word, 1000)))
            """;
        string[] words = ["film", "a", "naïve", "😀", "图书馆", "don't", "unwatchably", new('x', 300)];
        string[] printed = TermRecipeTests.Python(function + driver, JsonSerializer.Serialize(words));
        var rows = new List<int>();
        for (int i = 0; i < words.Length; i++)
        {
            CharacterNgrams.Read(words[i], 1000, rows);
            Assert.Equal(rows, JsonSerializer.Deserialize<int[]>(printed[i]));
            if (words[i].Length < 256)
                Assert.Equal(rows.Select(row => (long)row), PieceBatch.PiecesOf(words[i], 1000));
        }
    }

    private static SentenceClassifier CreateModel(Cell cell, Pooling pooling, int networks = 1)
    {
        var config = new ModelConfig
        {
            Networks = networks,
            Cell = cell,
            Embedding = 4,
            Subwords = Rows,
            Hidden = 5,
            Bidirectional = true,
            Pooling = pooling,
            Labels = ["-", "0", "+"],
            Temperature = 1.5,
        };
        SentenceClassifier classifier =
            SentenceClassifier.Create(config, new Vocabulary(["<pad>", "<unk>", .. Known], UnknownWords.Token));
        var generator = new TorchGenerator(7);
        foreach (Engine.Networks.Network network in classifier.Networks)
        {
            foreach (Engine.Networks.Parameter parameter in network.Parameters.All)
            {
                float[] values = new float[parameter.Length];
                generator.FillNormal(values, 0, 0.8f);
                network.Parameters.Write(parameter, values);
            }
        }
        return classifier;
    }

    private static TextBatch Batch(string[] texts, long fill = -1)
    {
        string[][] tokens = [.. texts.Select(text => new Tokenizer().Tokenize(text))];
        int[][] ids = [.. tokens.Select(row => Array.ConvertAll(row, IdOf))];
        int time = ids.Max(row => row.Length);
        return new TextBatch(
            string.Join('/', texts), [.. ids.Select(row => (int[])[.. row, .. new int[time - row.Length]])], time,
            [.. ids.Select(row => row.Length)], [])
        {
            Pieces = PieceBatch.Of(tokens, Known.ToHashSet(), Rows, time, fill),
        };
    }

    private static int IdOf(string token) => Array.IndexOf(Known, token) is >= 0 and var at ? at + 2 : 1;

    private static JsonElement Run(TemporaryFolder folder, SentenceClassifier classifier, IReadOnlyList<TextBatch> batches)
    {
        JsonElement result = OnnxRuntime.Run(
            folder,
            json =>
            {
                json.WriteStartArray();
                OnnxRuntimeTests.Runs.WriteModel(json, folder["model.onnx"], classifier, batches);
                json.WriteEndArray();
            });
        if (result[0].TryGetProperty("error", out JsonElement error))
            Assert.Fail($"onnxruntime refuses the model: {error}");
        return result[0].GetProperty("outputs");
    }

    private static void AssertSame(Prediction expected, JsonElement output, int row, string what)
    {
        if (output.TryGetProperty("error", out JsonElement error))
            Assert.Fail($"onnxruntime refuses {what}: {error}");
        JsonElement probabilities = output.GetProperty("probabilities")[row];
        for (int c = 0; c < expected.Probabilities.Count; c++)
        {
            double wanted = expected.Probabilities[c].Value;
            Assert.True(
                Math.Abs(wanted - probabilities[c].GetDouble()) <= Tolerance,
                $"{what}: class {c} is {probabilities[c]}, expected {wanted:R}");
        }
    }
}
