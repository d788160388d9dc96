using System.Text.Json;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Kernels;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Tests.Inspection;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

[Collection(AvailableKernels.Name)]
public class GradientFlowTests
{
    [Fact]
    public void Norms_are_those_of_PyTorchs_gradients_of_each_sentences_loss()
    {
        foreach (JsonElement golden in InspectedModels.File.GetProperty("flows").EnumerateArray())
        {
            string name = golden.GetProperty("name").GetString()!;
            JsonElement @case = InspectedModels.CaseOf(name);
            var texts = new EncodedTexts();
            foreach ((JsonElement sentence, int label) in @case.GetProperty("sentences").EnumerateArray().Zip(
                @case.GetProperty("labels").Integers()))
                texts.Add(sentence.Integers(), label);
            // Whole batches, or a batch a sentence: what is measured is each sentence's own.
            foreach (int rows in (int[])[texts.Count, 1])
            {
                var sums = new GradientFlowSums();
                using var pool = new WorkerPool(1);
                SentenceClassifier classifier = InspectedModels.Create(name);
                for (int first = 0; first < texts.Count; first += rows)
                {
                    TrainingStep step = TestNetworks.Step(
                        classifier.Network, new TrainingOptions { Optimizer = OptimizerKind.Sgd }, pool);
                    step.Run(texts, [.. Enumerable.Range(first, rows)], learningRate: 0, sums);
                }
                Assert.Equal(texts.Count, sums.Samples);
                Close.To(golden.GetProperty("hidden_norm").Doubles(), sums.MeansByDistance, 1e-6, 1e-4, name);
                Close.To(golden.GetProperty("by_step").Doubles(), sums.MeansByStep, 1e-6, 1e-4, name);
            }
        }
    }

    [Theory]
    [InlineData(Cell.Rnn, false, null)]
    [InlineData(Cell.Gru, true, null)]
    [InlineData(Cell.Lstm, false, 3)]
    public void Measuring_changes_no_bit_of_a_training(Cell cell, bool bidirectional, int? truncate)
    {
        TrainingOptions options = new()
        {
            Cell = cell,
            Bidirectional = bidirectional,
            Layers = 2,
            Pooling = Pooling.Last,
            TruncateSteps = truncate,
            Embedding = 6,
            Hidden = 5,
            Dropout = 0.3f,
            BatchSize = 1,
            Epochs = 3,
        };
        LabelledText[] rows = [
            .. Enumerable.Range(0, 40).Select(
                row => new LabelledText(
                    row % 3 == 0 ? "a" : "b",
                    string.Join(' ', Enumerable.Range(0, 1 + row % 7).Select(i => $"w{(row * i + row) % 11}"))))];
        var flows = new List<GradientFlow>();
        SentenceClassifier watched = SentenceClassifier.Train(rows, options with { GradientFlow = new Recorder(flows) });
        SentenceClassifier alone = SentenceClassifier.Train(rows, options);
        Assert.Equal(alone.Parameters.Values.ToArray(), watched.Parameters.Values.ToArray());
        Assert.Equal([1, 2, 3], flows.Select(flow => flow.Epoch));
        // 36 rows are left to train on; of steps 0 … 35 these are 0 and 32.
        Assert.All(flows, flow => Assert.Equal(2, flow.Samples));
        Assert.All(
            flows, flow => Assert.True(flow.ByDistance.All(norm => norm is > 0 and < 10), string.Join(' ', flow.ByDistance)));
        Assert.NotEqual(flows[0].ByStep[0], flows[1].ByStep[0]);
        Assert.NotEqual(flows[0].SpectralRadius, flows[2].SpectralRadius);
        Assert.All(flows, flow => Assert.Equal(1, flow.JacobianByDistance[0]));
        Assert.NotEqual(flows[0].JacobianByDistance[1], flows[2].JacobianByDistance[1]);
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public unsafe void Spectra_are_those_of_torch_linalg(string kernels)
    {
        using IDisposable forced = AvailableKernels.Force(kernels);
        foreach (JsonElement golden in InspectedModels.File.GetProperty("spectra").EnumerateArray())
        {
            float[] matrix = golden.Singles("matrix");
            int width = (int)Math.Sqrt(matrix.Length);
            RecurrentSpectrum spectrum = Of(matrix, width);
            double norm = golden.GetProperty("norm").GetDouble();
            double radius = golden.GetProperty("radius").GetDouble();
            Assert.Equal(norm, spectrum.Norm, 1e-3 * norm);
            Assert.Equal(radius, spectrum.Radius, 1e-3 * radius);
        }
        Assert.Equal(new RecurrentSpectrum(0, 0), Of(new float[9], 3));
        // All eigenvalues are 0: gradients vanish after two steps, however far the first one stretches.
        RecurrentSpectrum nilpotent = Of([0, 1e15f, 0, 0], 2);
        Assert.Equal(1e15, nilpotent.Norm, 1e11);
        Assert.Equal(0, nilpotent.Radius);
        Assert.True(double.IsNaN(Of([float.NaN, 1, 1, 1], 2).Radius));
        // Turns by 90 degrees: a pair of complex eigenvalues.
        Close.To([0.5, 0.5], [Of([0, -0.5f, 0.5f, 0], 2).Norm, Of([0, -0.5f, 0.5f, 0], 2).Radius], 1e-6);

        static RecurrentSpectrum Of(float[] matrix, int width)
        {
            fixed (float* values = matrix)
                return RecurrentSpectrum.Of(KernelRegistry.Current, new Matrix(values, width, width));
        }
    }

    [Theory]
    [InlineData(Cell.Rnn, 0)]
    [InlineData(Cell.Gru, 2)]
    [InlineData(Cell.Lstm, 2)]
    public void The_spectrum_is_that_of_the_candidates_rows(Cell cell, int gate)
    {
        var config = new ModelConfig { Cell = cell, Embedding = 2, Hidden = 4, Layers = 2, Labels = ["a", "b"] };
        SentenceClassifier classifier = SentenceClassifier.Create(config, InspectedModels.VocabularyOf(5));
        Parameter weight = classifier.Parameters.Find("rnn.weight_hh_l0");
        float[] values = classifier.Parameters.Read(weight);
        for (int i = 0; i < 16; i++)
            values[gate * 16 + i] = i % 5 == 0 ? 1.25f : 0;
        classifier.Parameters.Write(weight, values);
        RecurrentSpectrum spectrum = RecurrentSpectrum.Of(classifier.Network);
        Close.To([1.25, 1.25], [spectrum.Norm, spectrum.Radius], 1e-6);
    }

    [Fact]
    public void A_cell_without_recurrent_weight_has_no_spectrum_and_its_gradients_are_measured()
    {
        LabelledText[] rows =
            [.. Enumerable.Range(0, 20).Select(row => new LabelledText(row % 3 == 0 ? "a" : "b", $"w{row % 5} w{row % 7} w1"))];
        var flows = new List<GradientFlow>();
        var options = new TrainingOptions { Cell = Cell.MinGru, Embedding = 4, Hidden = 5, Epochs = 2 };
        SentenceClassifier.Train(rows, options with { GradientFlow = new Recorder(flows) });
        Assert.All(flows, flow => Assert.Equal((double.NaN, double.NaN), (flow.SpectralNorm, flow.SpectralRadius)));
        Assert.All(flows, flow => Assert.True(flow.JacobianByDistance[1] is > 0 and < 1));
    }

    private sealed class Recorder(List<GradientFlow> flows) : IProgress<GradientFlow>
    {
        public void Report(GradientFlow value) => flows.Add(value);
    }
}
