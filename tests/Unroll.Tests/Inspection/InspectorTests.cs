using System.Text;
using System.Text.Json;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Inspection;

public class InspectorTests
{
    [Theory]
    [InlineData(Cell.Rnn, false, Pooling.Last)]
    [InlineData(Cell.Lstm, true, Pooling.Attention)]
    public void Prefixes_and_texts_without_a_word_are_what_the_model_says_of_them(Cell cell, bool bidirectional, Pooling pooling)
    {
        SentenceClassifier classifier = Create(cell, bidirectional, pooling);
        string[] words = [.. Enumerable.Range(0, 300).Select(i => $"w{2 + i * i % 9}")];
        string text = string.Join(' ', words);
        TextInspection inspection = Inspector.Inspect(classifier, text);
        Assert.Equal(classifier.Predict(text).Probabilities, inspection.Prediction.Probabilities);
        int predicted = HiddenStates.Trace(classifier, text).Prediction;
        foreach (int t in (int[])[0, 1, 150, 298, 299])
        {
            Prediction prefix = classifier.Predict(string.Join(' ', words[..(t + 1)]));
            Assert.Equal(prefix.Probabilities.Select(entry => entry.Value), inspection.Prefixes[t]);
            float without = HiddenStates.Trace(
                classifier, string.Join(' ', [.. words[..t], .. words[(t + 1)..]])).Logits[predicted];
            Assert.Equal((double)HiddenStates.Trace(classifier, text).Logits[predicted] - without, inspection.LeaveOneOut[t]);
        }
        Assert.Equal(
            HiddenStates.Trace(classifier, text).Hidden.Select(h => h[0]),
            inspection.States[^(bidirectional ? 2 : 1)].Hidden.Select(h => h[0]));
        if (pooling == Pooling.Attention)
            Assert.Equal(1, inspection.AttentionWeights.Sum(), 1e-5);
        else
            Assert.Empty(inspection.AttentionWeights);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t ")]
    public void A_text_without_words_is_one_unknown_word(string text)
    {
        SentenceClassifier classifier = Create(Cell.Gru, bidirectional: true, Pooling.Last);
        TextInspection inspection = Inspector.Inspect(classifier, text);
        Assert.Equal(["<unk>"], inspection.Tokens);
        Assert.Equal([1], inspection.Ids);
        Assert.Equal([true], inspection.IsUnknown);
        Assert.Single(inspection.Prefixes);
        HiddenStateTrace trace = HiddenStates.Trace(classifier, text);
        Assert.Equal(["<unk>"], trace.Tokens);
        Assert.Single(trace.Hidden);
    }

    [Fact]
    public void Without_its_only_word_the_output_bias_is_left()
    {
        SentenceClassifier classifier = Create(Cell.Rnn, bidirectional: false, Pooling.Mean);
        HiddenStateTrace trace = HiddenStates.Trace(classifier, "w3");
        float bias = classifier.Parameters["output.bias"][trace.Prediction];
        Assert.Equal([(double)trace.Logits[trace.Prediction] - bias], Inspector.Inspect(classifier, "w3").LeaveOneOut);
    }

    [Fact]
    public void A_closed_vocabulary_refuses_other_words()
    {
        var config = new ModelConfig { Embedding = 0, Hidden = 2, Labels = ["0", "1"], Unknown = UnknownWords.Refuse };
        SentenceClassifier classifier = SentenceClassifier.Create(config, new Vocabulary(["good", "bad"], UnknownWords.Refuse));
        Assert.Contains(
            "unknown word \"fine\"", Assert.Throws<InputException>(() => Inspector.Inspect(classifier, "good fine")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no words", Assert.Throws<InputException>(() => Inspector.Inspect(classifier, "")).Message, StringComparison.Ordinal);
        Assert.Equal([false, false], Inspector.Inspect(classifier, "good bad").IsUnknown);
    }

    [Fact]
    public void Probabilities_are_the_calibrated_ones()
    {
        SentenceClassifier classifier = Create(Cell.Lstm, bidirectional: false, Pooling.Max);
        classifier.SetTemperature(3);
        TextInspection inspection = Inspector.Inspect(classifier, "w2 w3");
        Assert.Equal(classifier.Predict("w2 w3").Probabilities.Select(entry => entry.Value), inspection.Prefixes[1]);
    }

    [Theory]
    [InlineData(Cell.Rnn, Pooling.Last, 1)]
    [InlineData(Cell.Gru, Pooling.Attention, 2)]
    [InlineData(Cell.Lstm, Pooling.Mean, 2)]
    [InlineData(Cell.MinGru, Pooling.Max, 2)]
    [InlineData(Cell.MinLstm, Pooling.Mean, 1)]
    [InlineData(Cell.Sru, Pooling.Max, 2)]
    [InlineData(Cell.Peephole, Pooling.Last, 2)]
    [InlineData(Cell.Coupled, Pooling.Mean, 1)]
    [InlineData(Cell.Janet, Pooling.Attention, 2)]
    [InlineData(Cell.SLstm, Pooling.Max, 2)]
    [InlineData(Cell.DeltaNet, Pooling.Mean, 2)]
    public void The_JSON_has_every_array_in_its_shape(Cell cell, Pooling pooling, int layers)
    {
        SentenceClassifier classifier = Create(cell, bidirectional: layers == 2, pooling, layers);
        TextInspection inspection = Inspector.Inspect(classifier, "w2 strange \"w3\" w4");
        JsonElement json = Json(inspection);
        Assert.Equal("w2 strange \"w3\" w4", json.GetProperty("text").GetString());
        Assert.Equal(
            ["w2", "strange", "\"w3\"", "w4"], json.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!));
        Assert.Equal([2, 1, 1, 4], json.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal(inspection.Prediction.Probability, json.GetProperty("probability").GetDouble());
        Assert.Equal(3, json.GetProperty("probabilities").EnumerateObject().Count());
        JsonElement model = json.GetProperty("model");
        Assert.Equal(cell.ToString().ToLowerInvariant(), model.GetProperty("cell").GetString());
        Assert.Equal(classifier.Parameters.Length, model.GetProperty("parameters").GetInt32());
        Assert.Equal(layers * layers, json.GetProperty("states").GetArrayLength());
        foreach (JsonElement state in json.GetProperty("states").EnumerateArray())
        {
            AssertShape(state.GetProperty("hidden"), 4, 5);
            bool hasCellState = cell is Cell.Lstm or Cell.Sru or Cell.Peephole or Cell.Coupled or Cell.SLstm;
            Assert.Equal(hasCellState, state.TryGetProperty("cell", out JsonElement memory));
            if (hasCellState)
                AssertShape(memory, 4, 5);
            string[] gates = state.TryGetProperty("gates", out JsonElement all)
                ? [.. all.EnumerateObject().Select(gate => gate.Name)]
                : [];
            string[] expected = cell switch
            {
                Cell.Rnn => [],
                Cell.Gru => ["reset", "update", "new"],
                Cell.Lstm => ["input", "forget", "cell_candidate", "output"],
                Cell.MinGru => ["update", "candidate"],
                Cell.MinLstm => ["forget", "input", "candidate"],
                Cell.Sru => ["forget", "reset", "candidate"],
                Cell.Peephole or Cell.SLstm => ["input", "forget", "cell_candidate", "output"],
                Cell.Coupled => ["forget", "cell_candidate", "output"],
                Cell.Janet => ["forget", "candidate"],
                Cell.DeltaNet => ["query", "key", "value", "write"],
                _ => throw new InvalidOperationException($"what are the gates of {cell}?"),
            };
            Assert.Equal(expected, gates);
            foreach (string gate in gates)
                AssertShape(all.GetProperty(gate), 4, 5);
        }
        AssertShape(json.GetProperty("prefix"), 4, 3);
        Assert.Equal(4, json.GetProperty("gradient").GetProperty("hidden").GetArrayLength());
        Assert.Equal(4, json.GetProperty("gradient").GetProperty("embedding").GetArrayLength());
        Assert.Equal(4, json.GetProperty("attribution").GetProperty("gradient_x_input").GetArrayLength());
        Assert.Equal(4, json.GetProperty("attribution").GetProperty("leave_one_out").GetArrayLength());
        Assert.Equal(pooling == Pooling.Attention, json.TryGetProperty("attention", out _));
        Assert.Equal("principal components", json.GetProperty("plane").GetProperty("axes").GetString());
        AssertShape(json.GetProperty("plane").GetProperty("points"), 4, 2);
    }

    [Fact]
    public void A_model_that_computes_no_numbers_is_refused()
    {
        SentenceClassifier classifier = Create(Cell.Rnn, bidirectional: false, Pooling.Last);
        classifier.Parameters.Write(classifier.Parameters.Find("output.bias"), [float.NaN, 0, 0]);
        Assert.Contains(
            "computes NaN", Assert.Throws<InputException>(() => Inspector.Inspect(classifier, "w2 w3")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_none_become_null()
    {
        TextInspection inspection = Inspector.Inspect(Create(Cell.Rnn, bidirectional: false, Pooling.Last), "w2 w3");
        Assert.True(inspection.IsFinite);
        Assert.False((inspection with { HiddenGradient = [double.PositiveInfinity, 0] }).IsFinite);
        JsonElement json = Json(inspection with { Prefixes = [[double.NaN, 1, 0], [double.PositiveInfinity, 0, 0]] });
        Assert.Equal(JsonValueKind.Null, json.GetProperty("prefix")[0][0].ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("prefix")[1][0].ValueKind);
        Assert.Equal(JsonValueKind.Number, json.GetProperty("states")[0].GetProperty("hidden")[0][0].ValueKind);
    }

    private static void AssertShape(JsonElement matrix, int rows, int columns)
    {
        Assert.Equal(rows, matrix.GetArrayLength());
        Assert.All(matrix.EnumerateArray(), row => Assert.Equal(columns, row.GetArrayLength()));
    }

    private static JsonElement Json(TextInspection inspection)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            inspection.WriteTo(json);
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
        return document.RootElement.Clone();
    }

    private static SentenceClassifier Create(Cell cell, bool bidirectional, Pooling pooling, int layers = 2) =>
        SentenceClassifier.Create(
            new ModelConfig
            {
                Cell = cell,
                Embedding = 4,
                Hidden = 5,
                Layers = layers,
                Bidirectional = bidirectional,
                Pooling = pooling,
                Dropout = 0.4f,
                Labels = ["a", "b", "c"],
            },
            InspectedModels.VocabularyOf(11), new TrainingOptions { Initialization = Initialization.StandardNormal });
}
