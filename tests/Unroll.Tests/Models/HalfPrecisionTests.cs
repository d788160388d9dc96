using Unroll.Data;
using Unroll.Engine.Layers;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Inspection;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Predictions with recurrent weights of 16 bits.</summary>
[Collection(AvailableKernels.Name)]
public class HalfPrecisionTests
{
    private static readonly string[] Texts =
    [
        .. Enumerable.Range(0, 9).Select(
            row => InspectedModels.TextOf(Enumerable.Range(0, 3 + row).Select(t => 2 + (row * t) % 8))),
    ];

    public static TheoryData<string, Cell, int> Models()
    {
        var data = new TheoryData<string, Cell, int>();
        foreach (string kernels in AvailableKernels.All().Select(row => row.Data))
        {
            foreach (Cell cell in RecurrentCells.All)
            {
                foreach (int hidden in (int[])[1, 33, 70])
                    data.Add(kernels, cell, hidden);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void One_text_and_many_answer_alike_and_near_to_single_precision(string kernels, Cell cell, int hidden)
    {
        using IDisposable forced = AvailableKernels.Force(kernels);
        SentenceClassifier classifier = Create(cell, hidden);
        double[] before = Answers(classifier);
        classifier.HalfPrecision = true;
        double[] together = Answers(classifier);
        double[] alone = [.. Texts.SelectMany(text => ProbabilitiesOf(classifier.Predict(text)))];
        Assert.Equal(together, alone);
        Assert.All(before.Zip(together), pair => Assert.InRange(pair.Second, pair.First - 1e-3, pair.First + 1e-3));
        bool isRecurrent = classifier.Tensors.Any(tensor => tensor.Name.Contains("weight_hh", StringComparison.Ordinal));
        if (hidden == 70)
            Assert.Equal(isRecurrent, !before.SequenceEqual(together));
        classifier.HalfPrecision = false;
        Assert.Equal(before, Answers(classifier));
    }

    [Fact]
    public void Files_keep_the_weights_as_they_were()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier classifier = Create(Cell.Gru, hidden: 40);
        classifier.Save(folder["before"]);
        classifier.HalfPrecision = true;
        classifier.Predict(Texts[0]);
        classifier.Save(folder["after"]);
        Assert.Equal(File.ReadAllBytes(folder["before/model.safetensors"]), File.ReadAllBytes(folder["after/model.safetensors"]));
    }

    [Fact]
    public void Training_ends_it_and_is_what_it_would_have_been()
    {
        var options = new TrainingOptions { Epochs = 2, LearningRate = 0.01f };
        LabelledText[] rows = [.. Texts.Select((text, i) => new LabelledText(i % 2 == 0 ? "a" : "b", text))];
        SentenceClassifier rounded = Create(Cell.Lstm, hidden: 40), plain = Create(Cell.Lstm, hidden: 40);
        rounded.HalfPrecision = true;
        rounded.Fit(rows, options);
        plain.Fit(rows, options);
        Assert.False(rounded.HalfPrecision);
        Assert.Equal(Answers(plain), Answers(rounded));
    }

    [Theory]
    [InlineData(new float[] { 0, 0 })]
    [InlineData(new float[] { 1, -1, 0.25f, 1e-9f })]
    [InlineData(new float[] { 32767, -32767, 3 })]
    [InlineData(new float[] { 32767.6f, -12 })]
    [InlineData(new float[] { 3e38f, -1 })]
    [InlineData(new float[] { 1e-40f, -2e-39f })]
    public unsafe void Rounding_is_off_by_half_a_unit_at_most(float[] values)
    {
        var whole = new WholeNumbers();
        float[] rounded = [.. values];
        whole.Round(rounded);
        Assert.Equal(0, BitConverter.SingleToInt32Bits(whole.Unit) & 0x7FFFFF);
        Assert.InRange(whole.Unit, 0, Math.Max(values.Max(Math.Abs) / 16383, 1.17549435E-38f));
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(rounded[i], whole.Pointer[i] * whole.Unit);
            Assert.InRange(Math.Abs((double)rounded[i] - values[i]), 0, whole.Unit / 2.0);
        }
    }

    private static SentenceClassifier Create(Cell cell, int hidden)
    {
        var config = new ModelConfig
        {
            Cell = cell,
            Embedding = 6,
            Hidden = hidden,
            Bidirectional = true,
            Layers = 2,
            Labels = ["a", "b"],
        };
        return SentenceClassifier.Create(config, InspectedModels.VocabularyOf(10), new TrainingOptions { Seed = 3 });
    }

    private static double[] Answers(SentenceClassifier classifier) =>
        [.. classifier.Predict((IEnumerable<string>)Texts).SelectMany(ProbabilitiesOf)];

    private static IEnumerable<double> ProbabilitiesOf(Prediction prediction) =>
        prediction.Probabilities.Select(probability => probability.Value);
}
