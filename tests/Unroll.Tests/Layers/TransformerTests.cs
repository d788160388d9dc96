using System.Text.Json;
using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Losses;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Tests.Inspection;
using Unroll.Tests.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>
/// The Transformer beside PyTorch's numbers and its own reference; <see cref="EngineTests"/> has logits and gradients of every
/// kind.
/// </summary>
[Collection(AvailableKernels.Name)]
public unsafe class TransformerTests
{
    [Fact]
    public void New_parameters_are_those_of_torch_nn_TransformerEncoderLayer()
    {
        JsonElement golden = GoldenCase.Transformers.GetProperty("initial");
        JsonElement config = golden.GetProperty("config");
        var model = new ModelConfig
        {
            Cell = Cell.Transformer,
            Embedding = 8,
            Hidden = 8,
            Layers = config.GetProperty("layers").GetInt32(),
            Pooling = Pooling.Max,
            Transformer = GoldenCase.TransformerOf(config),
            Labels = ["a", "b", "c"],
        };
        Parameters parameters = SentenceClassifier.Create(
            model, InspectedModels.VocabularyOf(7), new TrainingOptions { EmbeddingDeviation = 1 }).Parameters;
        foreach (Parameter parameter in parameters.All)
            Assert.Equal(golden.GetProperty("parameters").Singles(parameter.Name), parameters.Read(parameter));
    }

    [Fact]
    public void Thirty_steps_give_PyTorchs_losses_and_parameters()
    {
        JsonElement golden = GoldenCase.Transformers.GetProperty("training");
        GoldenCase @case = CaseOf(golden, "start");
        using var pool = new WorkerPool(2);
        TrainingStep trainer = TestNetworks.Step(
            @case.Network, new TrainingOptions { Optimizer = OptimizerKind.Sgd, ClipNorm = null, Adversarial = 0 }, pool);
        var batch = new Batch();
        double[] expected = golden.GetProperty("losses").Doubles();
        Assert.True(expected[^1] < expected[0] / 2);
        for (int step = 0; step < expected.Length; step++)
        {
            batch.Fill(@case.Texts, step % 2 == 0 ? [0, 1, 2, 3] : [4, 5, 6]);
            Assert.Equal(expected[step], trainer.Run(batch, 0.1f).Loss, 1e-5);
        }
        @case.Compare(golden.GetProperty("final"), @case.Parameters, 2e-5, 1e-5);
    }

    [Fact]
    public void An_inspection_shows_the_weights_of_PyTorchs_heads()
    {
        JsonElement golden = GoldenCase.Transformers.GetProperty("attention");
        GoldenCase @case = CaseOf(golden, "parameters");
        SentenceClassifier classifier = SentenceClassifier.Create(@case.Config, InspectedModels.VocabularyOf(@case.Vocabulary));
        classifier.Parameters.CopyFrom(@case.Parameters.Values);
        classifier.Network.Pack();
        string text = InspectedModels.TextOf(golden.GetProperty("sentences")[0].Integers());
        TextInspection inspection = Inspector.Inspect(classifier, text);
        Assert.Equal(8, inspection.Heads.Count);
        foreach (HeadTrace head in inspection.Heads)
        {
            float[] expected = golden.GetProperty("weights")[head.Layer][head.Head].EnumerateArray()
                .SelectMany(row => row.EnumerateArray().Select(value => value.GetSingle())).ToArray();
            float[] actual = [.. head.Weights.SelectMany(row => row)];
            Close.To(expected, actual, 1e-5, what: $"layer {head.Layer}, head {head.Head}");
        }
        Assert.Equal(2, inspection.States.Count);
        Assert.Equal(classifier.Predict(text).Probabilities, inspection.Prediction.Probabilities);
    }

    // More queries than a block has, sentences of several chunks of tokens, and a shard of many sentences.
    [Theory]
    [InlineData(NormPlace.Before, 150, 4)]
    [InlineData(NormPlace.After, 70, 9)]
    public void Long_sentences_are_computed_as_the_reference_computes_them(NormPlace norm, int longest, int sentences)
    {
        ModelConfig config = Config(norm, Positions.Sinusoidal, layers: 2);
        foreach (string kernels in AvailableKernels.All().Select(row => row.Data))
        {
            using IDisposable forced = AvailableKernels.Force(kernels);
            using var pool = new WorkerPool(2);
            Network network = TestNetworks.Create(config, 30, new TrainingOptions { EmbeddingDeviation = 1 }, seed: 1);
            var random = new TorchGenerator(2);
            var texts = new EncodedTexts();
            for (int row = 0; row < sentences; row++)
                texts.Add(random.Integers(1 + (longest - 1) * (row + 1) / sentences, 30), row % 3);
            var batch = new Batch();
            batch.Fill(texts, [.. Enumerable.Range(0, sentences)]);
            var pass = new NetworkPass(network, pool);
            var gradients = new GradientSum(network, pool);
            double loss = pass.ForwardBackward(batch, new SoftmaxCrossEntropy(), gradients, dropoutSeed: 0, step: 0);
            (double expected, Dictionary<string, double[]> slopes) = Reference(network, texts);
            Assert.Equal(expected, loss, 1e-5);
            Parameters actual = gradients.Copy();
            foreach ((string name, double[] slope) in slopes)
                Close.To(slope, Close.Widen(actual[name]), 1e-5, 1e-4, $"{kernels}: d {name}");
            // A pass without a trace gives the same logits, and a text does not know what stands beside it.
            int[] rows = batch.Rows.ToArray();
            float[] trained = Logits(network, texts, pass);
            foreach ((float z, float other) in trained.Zip(Logits(network, texts, new NetworkPass(network, pool))))
                Assert.Equal(z, other);
            batch.Fill(texts, [sentences / 2]);
            pass.Forward(batch);
            int place = Array.IndexOf(rows, sentences / 2);
            Assert.Equal(trained.AsSpan(place * 3, 3), pass.Logits);
        }
    }

    [Theory]
    [InlineData(Positions.Sinusoidal)]
    [InlineData(Positions.Learned)]
    public void A_stretch_of_a_text_stands_where_it_stood_in_the_text(Positions positions)
    {
        using var pool = new WorkerPool(1);
        ModelConfig config = Config(NormPlace.Before, positions, layers: 1);
        Network network = TestNetworks.Create(config, 30, new TrainingOptions { EmbeddingDeviation = 1 }, seed: 1);
        var texts = new EncodedTexts();
        texts.Add(new TorchGenerator(2).Integers(40, 30), 0);
        var batch = new Batch();
        batch.Fill(texts, [0], TokenWindow.Last(10));
        Assert.Equal([30], batch.Starts.ToArray());
        var pass = new NetworkPass(network, pool);
        pass.Forward(batch);
        Parameters parameters = network.Parameters;
        Matrix placed = pass.Buffers.States(0);
        for (int t = 0; t < 10; t++)
        {
            for (int i = 0; i < config.Embedding; i++)
            {
                float word = parameters["embedding.weight"][texts.IdAt(0, 30 + t) * config.Embedding + i];
                double place = positions == Positions.Learned
                    ? parameters["position.weight"][(30 + t) * config.Embedding + i]
                    : SinusoidalPositions.Value(30 + t, i, config.Embedding);
                Assert.Equal(word + place, placed[t, i], 1e-6);
            }
        }
        // Its gradient goes to the same places.
        if (positions == Positions.Sinusoidal)
            return;
        var gradients = new GradientSum(network, pool);
        pass.ForwardBackward(batch, new SoftmaxCrossEntropy(), gradients, dropoutSeed: 0, step: 0);
        float[] d = gradients.Copy()["position.weight"];
        Assert.All(d[..(30 * config.Embedding)], value => Assert.Equal(0, value));
        Assert.All(d[(30 * config.Embedding)..(40 * config.Embedding)], value => Assert.NotEqual(0, value));
    }

    // The masks of a step are fixed by its seed and number, so the loss with dropout is a function of the parameters too.
    [Theory]
    [InlineData(NormPlace.Before)]
    [InlineData(NormPlace.After)]
    public void With_dropout_gradients_are_slopes_and_every_part_is_dropped(NormPlace norm)
    {
        using var pool = new WorkerPool(2);
        ModelConfig config = Config(norm, Positions.Learned, layers: 2) with { Dropout = 0.3f };
        Network network = TestNetworks.Create(config, 12, new TrainingOptions { EmbeddingDeviation = 1 }, seed: 1);
        var random = new TorchGenerator(2);
        var texts = new EncodedTexts();
        for (int row = 0; row < 9; row++)
            texts.Add(random.Integers(2 + row, 12), row % 3);
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, texts.Count)]);
        var pass = new NetworkPass(network, pool);
        var gradients = new GradientSum(network, pool);
        double Loss(long step = 0) => pass.ForwardBackward(batch, new SoftmaxCrossEntropy(), gradients, dropoutSeed: 5, step);
        Loss();
        Assert.NotEqual(Loss(1), Loss(2));
        Loss();
        Parameters exact = gradients.Copy();
        foreach (Parameter parameter in network.Parameters.All)
        {
            float[] values = network.Parameters.Read(parameter);
            float[] d = exact.Read(parameter);
            foreach (int i in (int[])[0, parameter.Length / 2, parameter.Length - 1])
            {
                const float epsilon = 2e-3f;
                double slope = (At(epsilon) - At(-epsilon)) / (2 * epsilon);
                bool isSlope = Math.Abs(slope - d[i]) < 3e-3 + 0.03 * Math.Abs(slope);
                Assert.True(isSlope, $"{parameter.Name}[{i}]: {d[i]}, slope {slope}");

                double At(float moved)
                {
                    float[] other = [.. values];
                    other[i] += moved;
                    network.Parameters.Write(parameter, other);
                    double loss = Loss();
                    network.Parameters.Write(parameter, values);
                    return loss;
                }
            }
        }
    }

    // The second pass of an adversarial step has other gradients; what is told are the first one's.
    [Fact]
    public void Gradients_at_the_top_states_are_measured_before_an_adversarial_step()
    {
        using var pool = new WorkerPool(2);
        double[][] measured = [.. new[] { 0f, 0.5f }.Select(adversarial =>
        {
            var options = new TrainingOptions { EmbeddingDeviation = 1, Adversarial = adversarial };
            ModelConfig config = Config(NormPlace.Before, Positions.Sinusoidal, layers: 1);
            TrainingStep step = TestNetworks.Step(TestNetworks.Create(config, 12, options, seed: 1), options, pool);
            var texts = new EncodedTexts();
            for (int row = 0; row < 9; row++)
                texts.Add(new TorchGenerator((ulong)row).Integers(2 + row, 12), row % 3);
            var flow = new GradientFlowSums();
            step.Run(texts, [.. Enumerable.Range(0, 9)], 0.1f, flow);
            return flow.MeansByDistance;
        })];
        Assert.All(measured[0], norm => Assert.True(norm > 0));
        Close.To(measured[0], measured[1], 1e-6, 1e-5);
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Softmax_and_layer_norm_are_right_at_every_length_and_touch_nothing_else(string name)
    {
        IKernels kernels = AvailableKernels.Get(name);
        for (int length = 1; length <= 70; length++)
        {
            var random = new TorchGenerator((ulong)length);
            float[] x = random.Normal(length + 1, 3);
            float[] y = random.Normal(length, 2);
            double max = x[..length].Max(value => 0.5 * value);
            double[] exponentials = [.. x[..length].Select(value => Math.Exp(0.5 * value - max))];
            float[] p = [.. x];
            fixed (float* at = p)
                kernels.Softmax(length, 0.5f, at);
            Close.To([.. exponentials.Select(value => value / exponentials.Sum())], Close.Widen(p.AsSpan(0, length)), 1e-6, 1e-5);
            Assert.Equal(x[length], p[length]);

            double mean = x[..length].Average(value => (double)value);
            double variance = x[..length].Average(value => (value - mean) * (value - mean));
            float[] normed = [.. x];
            float[] statistics = new float[2];
            fixed (float* from = x, to = normed, weight = y, kept = statistics)
                kernels.LayerNormForward(length, from, weight, weight, to, kept);
            double inverse = 1 / Math.Sqrt(variance + 1e-5);
            double[] expected = [.. Enumerable.Range(0, length).Select(i => ((x[i] - mean) * inverse + 1) * y[i])];
            Close.To(expected, Close.Widen(normed.AsSpan(0, length)), 2e-5, 2e-5);
            Assert.Equal(x[length], normed[length]);
        }
    }

    [Fact]
    public void Scores_that_are_no_numbers_stay_so()
    {
        IKernels kernels = KernelRegistry.Current;
        foreach (float odd in (float[])[float.NaN, float.PositiveInfinity])
        {
            float[] x = [.. Enumerable.Repeat(1f, 37)];
            x[20] = odd;
            fixed (float* at = x)
                kernels.Softmax(37, 1, at);
            Assert.Contains(x, float.IsNaN);
        }
    }

    private static GoldenCase CaseOf(JsonElement golden, string parameters) => new(
        golden.GetProperty("config"), golden.GetProperty(parameters), golden.GetProperty("sentences"),
        golden.GetProperty("labels"));

    private static ModelConfig Config(NormPlace norm, Positions positions, int layers) => new()
    {
        Cell = Cell.Transformer,
        Embedding = 12,
        Hidden = 12,
        Layers = layers,
        Pooling = Pooling.Mean,
        Transformer = new TransformerOptions
        {
            Heads = 3,
            FeedForward = 21,
            Positions = positions,
            MaximumPositions = 40,
            Norm = norm,
        },
        Labels = ["a", "b", "c"],
    };

    private static float[] Logits(Network network, EncodedTexts texts, NetworkPass pass)
    {
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, texts.Count)]);
        pass.Forward(batch);
        return pass.Logits.ToArray();
    }

    // Mean pooling and a linear output over the reference of the layers.
    private static (double Loss, Dictionary<string, double[]> Gradients) Reference(Network network, EncodedTexts texts)
    {
        NetworkConfig config = network.Config;
        var parameters = network.Parameters.All.ToDictionary(p => p.Name, p => Close.Widen(network.Parameters.Read(p)));
        var gradients = parameters.ToDictionary(entry => entry.Key, entry => new double[entry.Value.Length]);
        var layers = new TransformerReference(config.Embedding, config.Layers, config.Transformer, parameters);
        double loss = 0;
        int width = config.Embedding;
        for (int row = 0; row < texts.Count; row++)
        {
            int[] ids = texts.IdsOf(row).ToArray();
            double[][] words = [.. ids.Select(id => parameters["embedding.weight"][(id * width)..((id + 1) * width)])];
            double[][] states = layers.Forward(words);
            double[] pooled = [.. Enumerable.Range(0, width).Select(i => states.Average(state => state[i]))];
            double[] weight = parameters["output.weight"];
            double[] z = [.. parameters["output.bias"].Select(
                (bias, c) => bias + pooled.Select((p, i) => p * weight[c * width + i]).Sum())];
            double sum = z.Sum(Math.Exp);
            loss -= (z[texts.LabelOf(row)] - Math.Log(sum)) / texts.Count;
            double[] dz = [.. z.Select((value, c) => (Math.Exp(value) / sum - (c == texts.LabelOf(row) ? 1 : 0)) / texts.Count)];
            double[] dPooled = new double[width];
            for (int c = 0; c < config.Classes; c++)
            {
                gradients["output.bias"][c] += dz[c];
                for (int i = 0; i < width; i++)
                {
                    gradients["output.weight"][c * width + i] += dz[c] * pooled[i];
                    dPooled[i] += dz[c] * weight[c * width + i] / ids.Length;
                }
            }
            double[][] dWords = layers.Backward(words, [.. ids.Select(_ => dPooled)], gradients);
            for (int t = 0; t < ids.Length; t++)
            {
                for (int i = 0; i < width; i++)
                    gradients["embedding.weight"][ids[t] * width + i] += dWords[t][i];
            }
        }
        return (loss, gradients);
    }
}
