using System.Text.Json;
using Google.Protobuf;
using Unroll.Models;
using Unroll.Onnx.Schema;
using Unroll.Tests;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>onnxruntime gives the whole model's answer where a linear part stands beside the network.</summary>
public class LinearPartTests
{
    private const double Tolerance = 1e-5;
    private static readonly LinearCase Case = LinearCase.All[0];

    public static IEnumerable<TheoryDataRow<string>> Names =>
        LinearCase.All.Select(@case => new TheoryDataRow<string>(@case.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void It_predicts_what_the_library_predicts(string name)
    {
        using var folder = new TemporaryFolder();
        LinearCase @case = LinearCase.All.First(candidate => candidate.Name == name);
        SentenceClassifier classifier = @case.CreateModel();
        string[] texts = @case.Texts;
        Prediction[] expected = [.. classifier.Predict(texts)];
        // The linear part changes the answers, and not only by its bias.
        SentenceClassifier without = classifier.WithLinear(null);
        Assert.NotEqual(expected.Select(each => each.Probability), without.Predict(texts).Select(each => each.Probability));
        JsonElement outputs = Run(
            folder, classifier,
            [
                @case.Batch("all", classifier, texts), @case.Batch("other filling", classifier, texts, fill: -7, fillCount: -3),
                .. texts.Select(text => @case.Batch(text, classifier, [text])),
            ]);
        for (int b = 0; b < texts.Length; b++)
        {
            AssertSame(expected[b], outputs[0], b, $"\"{texts[b]}\"");
            AssertSame(expected[b], outputs[1], b, $"\"{texts[b]}\" with other filling");
            AssertSame(expected[b], outputs[b + 2], 0, $"\"{texts[b]}\" alone");
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(0, 4)]
    [InlineData(3, 4)]
    public void No_texts_give_no_rows(int time, int width)
    {
        using var folder = new TemporaryFolder();
        foreach (LinearCase @case in LinearCase.All)
        {
            JsonElement outputs = Run(
                folder, @case.CreateModel(), [new("none", [], time, [], []) { Terms = new TermBatch([], [], width) }]);
            Assert.True(outputs[0].TryGetProperty("logits", out JsonElement logits), $"{@case.Name}: {outputs[0]}");
            Assert.Equal(0, logits.GetArrayLength());
            Assert.Equal(0, outputs[0].GetProperty("probabilities").GetArrayLength());
        }
    }

    [Fact]
    public void What_is_no_term_of_the_model_is_refused_by_a_node_that_says_so()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Case.CreateModel();
        int terms = classifier.Terms.Count;
        (TermBatch Batch, string? Expected)[] batches =
        [
            (new([[0, terms], [1, 2]], [[1, 1], [1, 1]], 2), "terms_must_be_lines_of_terms_txt"),
            (new([[0, 1], [1, long.MaxValue]], [[1, 1], [1, 1]], 2), "terms_must_be_lines_of_terms_txt"),
            (new([[0, 1], [1, 2]], [[1, 1], [0, 1]], 2), "term_counts_must_be_1_or_more"),
            (new([[0, 1], [1, 2]], [[1, 1], [1, float.NaN]], 2), "term_counts_must_be_1_or_more"),
            (new([[0, 1]], [[1, 1]], 2), "terms_must_have_a_row_for_each_text"),
            (new([[0], [1], [2]], [[1], [1], [1]], 1), "terms_must_have_a_row_for_each_text"),
            (new([[]], [[]], 0), "terms_must_have_a_row_for_each_text"),
            (new([[0, 1], [1, 2]], [[1], [1]], 2), "term_counts_must_have_the_shape_of_terms"),
            (new([[0, 1], [1, 2]], [[1, 1]], 2), "term_counts_must_have_the_shape_of_terms"),
            (new([[0, 1], [1, 2]], [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], 2),
                "term_counts_must_have_the_shape_of_terms"),
            (new([[0, terms - 1], [-1, long.MinValue]], [[1, 1], [0, float.NaN]], 2), null),
        ];
        JsonElement outputs = Run(
            folder, classifier,
            [.. batches.Select(batch => new TextBatch("", [[2, 3], [4, 5]], 2, [2, 2], []) { Terms = batch.Batch })]);
        for (int i = 0; i < batches.Length; i++)
        {
            if (batches[i].Expected is { } expected)
                Assert.Contains(expected, outputs[i].GetProperty("error").GetString(), StringComparison.Ordinal);
            else
                Assert.Equal(2, outputs[i].GetProperty("logits").GetArrayLength());
        }
    }

    [Fact]
    public void Metadata_has_the_terms_and_a_model_without_linear_part_has_none_of_it()
    {
        SentenceClassifier classifier = Case.CreateModel();
        ModelProto model = Read(classifier);
        Assert.Equal(["ids", "lengths", "terms", "term_counts"], model.Graph.Input.Select(input => input.Name));
        Assert.Equal(
            classifier.Terms, model.MetadataProps.Single(entry => entry.Key == "terms.txt").Value.Split('\n')[..^1]);

        classifier.SetLinear(null, 0);
        ModelProto without = Read(classifier);
        Assert.Equal(["ids", "lengths"], without.Graph.Input.Select(input => input.Name));
        Assert.DoesNotContain(without.MetadataProps, entry => entry.Key == "terms.txt");
        Assert.DoesNotContain(
            without.Graph.Node.SelectMany(node => node.Output).Concat(without.Graph.Initializer.Select(each => each.Name)),
            each => each.Contains("term", StringComparison.Ordinal) || each.Contains("linear", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_name_of_the_graph_is_defined_once_before_it_is_used_and_is_used(int networks)
    {
        GraphProto graph = Read(LinearCase.All.First(@case => @case.Networks == networks).CreateModel()).Graph;
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

    private static ModelProto Read(SentenceClassifier classifier) =>
        ModelProto.Parser.ParseFrom(OnnxExport.Create(classifier).ToByteArray());

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
        if (expected.IsMultiLabel)
        {
            Assert.Equal(
                expected.Labels.Keys.Order(),
                expected.Probabilities.Keys.Where((_, c) => probabilities[c].GetDouble() >= 0.5).Order());
        }
        for (int c = 0; c < expected.Probabilities.Count; c++)
        {
            double wanted = expected.Probabilities[c].Value;
            Assert.True(
                Math.Abs(wanted - probabilities[c].GetDouble()) <= Tolerance,
                $"{what}: class {c} is {probabilities[c]}, expected {wanted:R}");
        }
    }
}
