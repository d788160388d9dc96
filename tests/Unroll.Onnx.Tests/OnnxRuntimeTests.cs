using System.Text.Json;
using Google.Protobuf;
using Unroll.Models;
using Unroll.Tests;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>onnxruntime computes what the engine computes, for every kind of model.</summary>
public sealed class OnnxRuntimeTests(OnnxRuntimeTests.Runs runs) : IClassFixture<OnnxRuntimeTests.Runs>
{
    private const double Tolerance = 1e-5;

    private static readonly int[][][] Batches =
    [
        ExportCase.Sentences(1, 3, 9, 1, 5, 9, 2, 1),
        ExportCase.Sentences(2, 4),
        ExportCase.Sentences(3, 1, 1),
    ];

    // What stands past a sentence's end: the padding, a word, numbers that no word has.
    private static readonly int[] Paddings = [0, 4, 1000, -50];

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
        int at = 0;
        foreach (int[][] sentences in Batches)
        {
            float[][] logits = ExportCase.Logits(classifier, sentences);
            foreach (int padding in Paddings)
            {
                JsonElement output = outputs[at++];
                for (int b = 0; b < sentences.Length; b++)
                {
                    AssertClose(logits[b], output.GetProperty("logits")[b], $"logits of sentence {b}, padding {padding}");
                    AssertClose(
                        @case.Probabilities(logits[b]), output.GetProperty("probabilities")[b], $"probabilities of sentence "
                            + $"{b}, padding {padding}");
                }
            }
        }
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
            {
                ExportCase @case = ExportCase.All[i];
                string path = _folder[$"{i}.onnx"];
                using (FileStream stream = File.Create(path))
                    OnnxExport.Create(@case.CreateModel()).WriteTo(stream);
                json.WriteStartObject();
                json.WriteString("model", path);
                json.WriteStartArray("batches");
                foreach (int[][] sentences in Batches)
                {
                    foreach (int padding in Paddings)
                        WriteBatch(json, sentences, padding);
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }

        private static void WriteBatch(Utf8JsonWriter json, int[][] sentences, int padding)
        {
            // One step more than the longest has, so that every sentence is padded.
            int steps = sentences.Max(sentence => sentence.Length) + 1;
            json.WriteStartObject();
            json.WriteStartArray("ids");
            foreach (int[] sentence in sentences)
            {
                json.WriteStartArray();
                for (int t = 0; t < steps; t++)
                    json.WriteNumberValue(t < sentence.Length ? sentence[t] : padding);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteStartArray("lengths");
            foreach (int[] sentence in sentences)
                json.WriteNumberValue(sentence.Length);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
