using System.Text.Json;
using Google.Protobuf;
using Unroll.Models;
using Unroll.Tests;
using Unroll.Text;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>onnxruntime computes what the engine computes, for every kind of model.</summary>
public sealed class OnnxRuntimeTests(OnnxRuntimeTests.Runs runs) : IClassFixture<OnnxRuntimeTests.Runs>
{
    private const double Tolerance = 1e-5;

    private static readonly TextBatch[] Batches = [.. TextBatch.WithWords, .. TextBatch.WithEmptyTexts];

    public static IEnumerable<TheoryDataRow<string>> Names =>
        ExportCase.All.Select(@case => new TheoryDataRow<string>(@case.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void It_gives_the_engines_logits_and_probabilities(string name)
    {
        int index = ExportCase.All.ToList().FindIndex(@case => @case.Name == name);
        ExportCase @case = ExportCase.All[index];
        JsonElement result = runs.Results[index];
        if (result.TryGetProperty("error", out JsonElement error))
            Assert.Fail($"onnxruntime refuses the model: {error}");
        SentenceClassifier classifier = @case.CreateModel();
        JsonElement outputs = result.GetProperty("outputs");
        for (int i = 0; i < Batches.Length; i++)
        {
            TextBatch batch = Batches[i];
            if (outputs[i].TryGetProperty("error", out error))
                Assert.Fail($"onnxruntime refuses {batch.Name}: {error}");
            float[][] logits = batch.Texts.Length == 0 ? [] : ExportCase.Logits(classifier, batch.Texts);
            Assert.Equal(batch.Texts.Length, outputs[i].GetProperty("logits").GetArrayLength());
            Assert.Equal(batch.Texts.Length, outputs[i].GetProperty("probabilities").GetArrayLength());
            for (int b = 0; b < logits.Length; b++)
            {
                AssertClose(logits[b], outputs[i].GetProperty("logits")[b], $"{batch.Name}: logits of text {b}");
                AssertClose(
                    @case.Probabilities(logits[b]), outputs[i].GetProperty("probabilities")[b],
                    $"{batch.Name}: probabilities of text {b}");
            }
        }
    }

    [Fact]
    public void An_empty_text_gets_what_the_library_predicts_for_one_unknown_word()
    {
        int index = Array.FindIndex([.. TextBatch.WithEmptyTexts], batch => batch.Name == "time 0");
        for (int i = 0; i < ExportCase.All.Count; i++)
        {
            Prediction prediction = ExportCase.All[i].CreateModel().Predict("unheard");
            JsonElement output = runs.Results[i].GetProperty("outputs")[TextBatch.WithWords.Count + index];
            AssertClose(
                [.. prediction.Probabilities.Select(entry => (float)entry.Value)], output.GetProperty("probabilities")[0],
                ExportCase.All[i].Name);
        }
    }

    // The library refuses an empty text there too.
    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    public void A_closed_vocabulary_refuses_an_empty_text_and_not_an_empty_batch(int embedding)
    {
        using var folder = new TemporaryFolder();
        foreach (Cell cell in RecurrentCells.All)
        {
            ExportCase @case = new(cell, Nonlinearity.Tanh, embedding, 1, true, Pooling.Max);
            SentenceClassifier closed = @case.CreateModel(UnknownWords.Refuse);
            JsonElement outputs = Run(
                folder, closed,
                [
                    new("length 0", [[2, 2], [2, 2]], 2, [2, 0], []), new("time 0", [[]], 0, [0], []),
                    new("time 0, length 1", [[]], 0, [1], []), new("no texts", [], 3, [], []), new("no texts", [], 0, [], []),
                    new("word 0 alone", [[0, 0]], 2, [2], []),
                ]);
            for (int i = 0; i < 3; i++)
            {
                string? error = outputs[i].GetProperty("error").GetString();
                Assert.Contains("lengths_must_be_1_to_time", error, StringComparison.Ordinal);
            }
            Assert.Equal(0, outputs[3].GetProperty("logits").GetArrayLength());
            Assert.Equal(0, outputs[4].GetProperty("logits").GetArrayLength());
            AssertClose(ExportCase.Logits(closed, [[0, 0]])[0], outputs[5].GetProperty("logits")[0], $"{cell}: word 0 alone");
            Assert.Throws<InputException>(() => closed.Predict(""));
        }
    }

    /// <summary>Where unknown words are dropped, a text with nothing left is one padding.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    public void A_model_that_drops_unknown_words_reads_an_empty_text_as_the_padding(int embedding)
    {
        using var folder = new TemporaryFolder();
        foreach (Cell cell in RecurrentCells.All)
        {
            ExportCase @case = new(cell, Nonlinearity.Tanh, embedding, 1, true, Pooling.Mean);
            SentenceClassifier dropping = @case.CreateModel(UnknownWords.Drop);
            JsonElement outputs = Run(folder, dropping, TextBatch.WithEmptyTexts);
            for (int i = 0; i < TextBatch.WithEmptyTexts.Count; i++)
            {
                TextBatch batch = TextBatch.WithEmptyTexts[i];
                int[][] texts = [.. batch.Texts.Select(text => text is [1] ? new[] { 0 } : text)];
                float[][] logits = texts.Length == 0 ? [] : ExportCase.Logits(dropping, texts);
                Assert.Equal(texts.Length, outputs[i].GetProperty("logits").GetArrayLength());
                for (int b = 0; b < logits.Length; b++)
                    AssertClose(logits[b], outputs[i].GetProperty("logits")[b], $"{cell}, {batch.Name}: text {b}");
            }
            AssertClose(
                [.. dropping.Predict("zzz").Probabilities.Select(entry => (float)entry.Value)],
                outputs[0].GetProperty("probabilities")[0], $"{cell}: an unknown word alone");
        }
    }

    [Fact]
    public void A_length_above_time_is_refused()
    {
        using var folder = new TemporaryFolder();
        foreach (Cell cell in RecurrentCells.All)
        {
            ExportCase @case = new(cell, Nonlinearity.Tanh, 5, 1, false, Pooling.Mean);
            JsonElement outputs = Run(folder, @case.CreateModel(), [new("length 3 of 2", [[4, 5], [6, 7]], 2, [2, 3], [])]);
            Assert.Contains("lengths_must_be_0_to_time", outputs[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        }
    }

    /// <summary>Inside a text's length; what stands past it is free.</summary>
    [Theory]
    [InlineData(5, UnknownWords.Token)]
    [InlineData(0, UnknownWords.Token)]
    [InlineData(5, UnknownWords.Refuse)]
    [InlineData(0, UnknownWords.Refuse)]
    public void An_id_that_is_none_of_the_vocabulary_is_refused(int embedding, UnknownWords unknown)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier =
            new ExportCase(Cell.Gru, Nonlinearity.Tanh, embedding, 1, false, Pooling.Mean).CreateModel(unknown);
        int size = classifier.Vocabulary.Size;
        JsonElement outputs = Run(
            folder, classifier,
            [
                new("negative", [[4, -1], [2, 3]], 2, [2, 2], []), new("too large", [[2, 3], [4, size]], 2, [2, 2], []),
                new("alone", [[-1]], 1, [1], []), new("the last one", [[size - 1, 2]], 2, [2], []),
                new("past the length", [[2, -1], [3, size]], 2, [1, 1], []),
            ]);
        for (int i = 0; i < 3; i++)
        {
            string? error = outputs[i].GetProperty("error").GetString();
            Assert.Contains("ids_must_be_0_to_vocabulary", error, StringComparison.Ordinal);
        }
        AssertClose(ExportCase.Logits(classifier, [[size - 1, 2]])[0], outputs[3].GetProperty("logits")[0], "the last one");
        float[][] expected = ExportCase.Logits(classifier, [[2], [3]]);
        for (int b = 0; b < 2; b++)
            AssertClose(expected[b], outputs[4].GetProperty("logits")[b], $"past the length: text {b}");
    }

    [Fact]
    public void A_Transformer_refuses_places_that_it_has_not_learned_and_has_sines_for_any_text()
    {
        using var folder = new TemporaryFolder();
        int[][] texts = ExportCase.Sentences(5, 21, 3);
        TextBatch[] batches = [new("21 tokens of 20", [[.. texts[0]], [.. texts[1], .. new int[18]]], 21, [21, 3], [])];
        ExportCase learned = ExportCase.All.First(@case => @case.Options.Positions == Positions.Learned);
        JsonElement refused = Run(folder, learned.CreateModel(), batches);
        Assert.Contains(
            "texts_must_have_at_most_20_tokens", refused[0].GetProperty("error").GetString(), StringComparison.Ordinal);

        // Where a float's sine of place 3000 would be off.
        SentenceClassifier model = (learned with { Options = new TransformerOptions { Heads = 2 } }).CreateModel();
        int[] longest = ExportCase.Sentences(6, 3000)[0];
        JsonElement output = Run(folder, model, [new("3000 tokens", [longest], 3000, [3000], [])]);
        AssertClose(ExportCase.Logits(model, [longest])[0], output[0].GetProperty("logits")[0], "3000 tokens");
    }

    private static JsonElement Run(TemporaryFolder folder, SentenceClassifier classifier, IReadOnlyList<TextBatch> batches)
    {
        JsonElement result = OnnxRuntime.Run(
            folder,
            json =>
            {
                json.WriteStartArray();
                Runs.WriteModel(json, folder["model.onnx"], classifier, batches);
                json.WriteEndArray();
            });
        return result[0].GetProperty("outputs");
    }

    private static void AssertClose(float[] expected, JsonElement actual, string what)
    {
        Assert.Equal(expected.Length, actual.GetArrayLength());
        for (int c = 0; c < expected.Length; c++)
        {
            double difference = Math.Abs(expected[c] - actual[c].GetDouble());
            Assert.True(difference <= Tolerance, $"{what}: class {c} is {actual[c]}, expected {expected[c]:R}");
        }
    }

    /// <summary>All models in one process.</summary>
    public sealed class Runs : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Lazy<JsonElement> _results;

        public Runs() =>
            _results = new Lazy<JsonElement>(() => OnnxRuntime.Run(_folder, Write), LazyThreadSafetyMode.PublicationOnly);

        public JsonElement Results => _results.Value;

        public void Dispose() => _folder.Dispose();

        private void Write(Utf8JsonWriter json)
        {
            json.WriteStartArray();
            for (int i = 0; i < ExportCase.All.Count; i++)
                WriteModel(json, _folder[$"{i}.onnx"], ExportCase.All[i].CreateModel(), Batches);
            json.WriteEndArray();
        }

        /// <summary>Writes a model's file, and the entry of run.js that has it read batches.</summary>
        public static void WriteModel(
            Utf8JsonWriter json, string path, SentenceClassifier classifier, IReadOnlyList<TextBatch> batches)
        {
            using (FileStream stream = File.Create(path))
                OnnxExport.Create(classifier).WriteTo(stream);
            json.WriteStartObject();
            json.WriteString("model", path);
            json.WriteStartArray("batches");
            foreach (TextBatch batch in batches)
                batch.WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
