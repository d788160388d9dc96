using System.Text.Json;
using Unroll.Engine.Batches;
using Unroll.Engine.Losses;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>The float engine against PyTorch, for every cell × direction × layers × pooling and every set of kernels.</summary>
[Collection(AvailableKernels.Name)]
public class EngineTests
{
    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Logits_loss_and_every_gradient_are_PyTorchs(string kernels)
    {
        using IDisposable forced = AvailableKernels.Force(kernels);
        using var pool = new WorkerPool(2);
        JsonElement[] cases = [.. GoldenCase.All("cases"), .. GoldenCase.Transformers.GetProperty("cases").EnumerateArray()];
        Assert.True(cases.Length >= 64 + 16 + 13);
        foreach (JsonElement golden in cases)
        {
            string name = golden.GetProperty("name").GetString()!;
            var @case = new GoldenCase(
                golden.GetProperty("config"), golden.GetProperty("parameters"), golden.GetProperty("sentences"), golden
                    .GetProperty("labels"));
            Assert.Equal(kernels, @case.Network.Kernels.Name);
            var pass = new NetworkPass(@case.Network, pool);
            pass.Forward(@case.Batch);
            float[] expected = golden.Singles("logits");
            int classes = @case.Config.Classes;
            for (int b = 0; b < @case.Batch.Count; b++)
            {
                int row = @case.Batch.Rows[b];
                Close.To(expected.AsSpan(row * classes, classes), pass.Logits
                    .Slice(b * classes, classes), 1e-5, 1e-5, $"{name} logits");
            }

            float[] weights = golden.Singles("class_weights");
            var loss = new SoftmaxCrossEntropy(
                weights.Length == 0 ? null : weights, golden.GetProperty("label_smoothing").GetSingle());
            var gradients = new GradientSum(@case.Network, pool);
            for (int again = 0; again < 2; again++)
            {
                double value = pass.ForwardBackward(@case.Batch, loss, gradients, dropoutSeed: 0, step: 0);
                Assert.Equal(golden.GetProperty("loss").GetDouble(), value, 1e-5);
                @case.Compare(golden.GetProperty("gradients"), gradients.Copy(), 1e-5, 1e-4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Five_steps_of_each_optimizer_give_PyTorchs_parameters(string kernels)
    {
        using IDisposable forced = AvailableKernels.Force(kernels);
        using var pool = new WorkerPool(1);
        JsonElement golden = GoldenCase.File.GetProperty("optimizers");
        foreach (JsonElement run in golden.GetProperty("runs").EnumerateArray())
        {
            var @case = new GoldenCase(
                golden.GetProperty("config"), golden.GetProperty("start"), golden.GetProperty("sentences"), golden
                    .GetProperty("labels"));
            TrainingOptions options = OptionsOf(run);
            TrainingStep step = TestNetworks.Step(@case.Network, options, pool);
            double[] losses = run.GetProperty("losses").Doubles();
            double[] norms = run.GetProperty("gradient_norms").Doubles();
            for (int i = 0; i < losses.Length; i++)
            {
                StepResult result = step.Run(@case.Batch, options.LearningRate);
                Assert.Equal(losses[i], result.Loss, 1e-5);
                Assert.Equal(norms[i], result.GradientNorm, 1e-4);
                Assert.Equal(options.ClipNorm is not null, result.Clipped);
            }
            @case.Compare(run.GetProperty("parameters"), @case.Parameters, 2e-5, 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(AvailableKernels.All), MemberType = typeof(AvailableKernels))]
    public void Truncated_gradients_are_PyTorchs_with_a_detached_state(string kernels)
    {
        using IDisposable forced = AvailableKernels.Force(kernels);
        using var pool = new WorkerPool(2);
        foreach (JsonElement golden in GoldenCase.All("truncated"))
        {
            var @case = new GoldenCase(
                golden.GetProperty("config"), golden.GetProperty("parameters"), golden.GetProperty("sentences"), golden
                    .GetProperty("labels"));
            int steps = golden.GetProperty("steps").GetInt32();
            TrainingStep step = TestNetworks.Step(@case.Network, new TrainingOptions { TruncateSteps = steps }, pool);
            Assert.Equal(golden.GetProperty("loss").GetDouble(), step.ComputeGradients(@case.Texts, @case.Rows), 1e-5);
            @case.Compare(golden.GetProperty("gradients"), step.CopyGradients(), 1e-5, 1e-4);
        }
    }

    [Fact]
    public void Truncation_leaves_the_loss_as_it_is_and_memory_does_not_grow_with_the_sentence()
    {
        using var pool = new WorkerPool(1);
        long[] floats = [.. new[] { 300, 3000 }.Select(length =>
        {
            var config = new ModelConfig { Cell = Cell.Lstm, Embedding = 5, Hidden = 6, Layers = 2, Labels = ["a", "b"] };
            Network network = TestNetworks.Create(config, 20, new TrainingOptions { EmbeddingDeviation = 1 }, seed: 1);
            var texts = new EncodedTexts();
            texts.Add(new TorchGenerator(2).Integers(length, 20), 1);
            texts.Add(new TorchGenerator(3).Integers(length - 7, 20), 0);
            texts.Add([4, 5], 0);
            TrainingStep Step(int? truncate) =>
                TestNetworks.Step(network, new TrainingOptions { TruncateSteps = truncate, StretchTokens = 0 }, pool);
            TrainingStep truncated = Step(50);
            Assert.Equal(Step(null).ComputeGradients(texts, [0, 1, 2]), truncated.ComputeGradients(texts, [0, 1, 2]));
            return truncated.Buffers.Length;
        })];
        Assert.Equal(floats[0], floats[1]);
    }

    [Fact]
    public void Learning_rates_are_those_of_PyTorchs_schedulers()
    {
        JsonElement golden = GoldenCase.File.GetProperty("schedules");
        (string Name, LearningRateSchedule Schedule)[] schedules =
        [
            ("step", new(ScheduleKind.Step, StepSize: 5, Gamma: 0.5)), ("cosine", new(ScheduleKind.Cosine)), (
                "one_cycle", new(ScheduleKind.OneCycle)),
        ];
        foreach ((string name, LearningRateSchedule schedule) in schedules)
        {
            double[] expected = golden.GetProperty(name).Doubles();
            Close.To(expected, [
                .. Enumerable.Range(0, expected.Length).Select(
                    step => schedule.Factor(step, expected.Length))], 1e-9, what: name);
        }
        var warm = new LearningRateSchedule(WarmUpSteps: 4);
        Assert.Equal([0.25, 0.5, 0.75, 1, 1], Enumerable.Range(0, 5).Select(step => warm.Factor(step, 100)));
    }

    [Theory]
    [InlineData("rnn", Cell.Rnn)]
    [InlineData("gru", Cell.Gru)]
    [InlineData("lstm", Cell.Lstm)]
    public void New_parameters_are_those_of_torch_nn_modules_made_in_the_same_order(string name, Cell cell)
    {
        JsonElement golden = GoldenCase.File.GetProperty("initial").GetProperty(name);
        var config = new ModelConfig
        {
            Cell = cell,
            Embedding = 4,
            Hidden = 5,
            Layers = 2,
            Bidirectional = true,
            Labels = ["a", "b", "c"]
        };
        var vocabulary = new Vocabulary(["<pad>", "<unk>", .. Enumerable.Range(0, 7).Select(i => $"w{i}")], UnknownWords.Token);
        Parameters parameters = SentenceClassifier.Create(
            config, vocabulary, new TrainingOptions { EmbeddingDeviation = 1 }).Parameters;
        foreach (Parameter parameter in parameters.All)
        {
            bool newGate = parameter.Name.Contains("bias_hn", StringComparison.Ordinal);
            float[] expected = newGate
                ? golden.Singles(parameter.Name.Replace("bias_hn", "bias_hh", StringComparison.Ordinal))[^5..]
                : golden.Singles(parameter.Name);
            Assert.Equal(expected, parameters.Read(parameter));
        }
    }

    [Fact]
    public void Recurrent_weights_can_be_orthogonal_or_the_identity_and_the_forget_bias_set()
    {
        var config = new ModelConfig { Cell = Cell.Lstm, Embedding = 3, Hidden = 6, Labels = ["a", "b"] };
        var vocabulary = new Vocabulary(["<pad>", "<unk>", "x"], UnknownWords.Token);
        Parameters identity = SentenceClassifier.Create(
            config, vocabulary, new TrainingOptions
            {
                RecurrentInitialization = RecurrentInitialization.Identity,
                ForgetBias = 1
            }).Parameters;
        float[] eye = new float[36];
        Initializers.Identity(eye, 6, 6);
        Assert.Equal([.. eye, .. eye, .. eye, .. eye], identity["rnn.weight_hh_l0"]);
        Assert.Equal(Enumerable.Repeat(1f, 6), identity["rnn.bias_ih_l0"][6..12]);

        float[] orthogonal = SentenceClassifier.Create(
            config, vocabulary, new TrainingOptions { RecurrentInitialization = RecurrentInitialization.Orthogonal })
            .Parameters["rnn.weight_hh_l0"];
        for (int gate = 0; gate < 4; gate++)
        {
            for (int row = 0; row < 6; row++)
                Assert.Equal(1, orthogonal.Skip(gate * 36 + row * 6).Take(6).Sum(w => (double)w * w), 1e-5);
        }
    }

    [Theory]
    [InlineData(1, 1, 100)]
    [InlineData(4_000, 10, 20)]
    [InlineData(8_000, 20, 10)]
    [InlineData(115_000, 400, 10)]
    [InlineData(630_000, 2_000, 4)]
    [InlineData(100_000_000, 100_000, 3)]
    [InlineData(1_300_000, 127, 6)]
    [InlineData(1_300_000, 20, 10)]
    public void Few_tokens_and_few_steps_make_more_epochs_than_many(long tokens, int steps, int epochs) =>
        Assert.Equal(epochs, TrainingOptions.EpochsFor(tokens, steps));

    [Fact]
    public void First_word_vectors_are_as_wide_as_asked_and_the_rest_of_the_draw_is_the_same()
    {
        var config = new ModelConfig { Embedding = 16, Hidden = 6, Labels = ["a", "b"] };
        var vocabulary = new Vocabulary(["<pad>", "<unk>", .. Enumerable.Range(0, 200).Select(i => $"{i}")], UnknownWords.Token);
        Parameters Draw(float deviation) =>
            SentenceClassifier.Create(config, vocabulary, new TrainingOptions { EmbeddingDeviation = deviation }).Parameters;
        Parameters one = Draw(1), small = Draw(0.25f);
        Assert.Equal(one["embedding.weight"].Select(value => value * 0.25f), small["embedding.weight"]);
        Assert.Equal(0.25, Math.Sqrt(small["embedding.weight"][16..].Average(value => (double)value * value)), 0.01);
        Assert.Equal(one["rnn.weight_hh_l0"], small["rnn.weight_hh_l0"]);
        Assert.Equal(one["output.weight"], small["output.weight"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public void With_word_dropout_the_unknown_word_is_learned_though_no_row_has_it(int? truncate)
    {
        var config = new ModelConfig { Embedding = 4, Hidden = 6, Labels = ["a", "b"] };
        var vocabulary = new Vocabulary(["<pad>", "<unk>", "x", "y"], UnknownWords.Token);
        var texts = new EncodedTexts();
        for (int row = 0; row < 20; row++)
            texts.Add([2 + row % 2, 2, 3, 2 + row % 2], row % 2);
        float[] Unknown(float wordDropout)
        {
            var options = new TrainingOptions
            {
                Epochs = 1,
                WordDropout = wordDropout,
                TruncateSteps = truncate,
                Bidirectional = false,
                Pooling = Pooling.Last
            };
            SentenceClassifier classifier = SentenceClassifier.Create(config, vocabulary, options);
            classifier.Fit(texts, options);
            return classifier.Parameters["embedding.weight"][4..8];
        }
        float[] first = SentenceClassifier.Create(config, vocabulary).Parameters["embedding.weight"][4..8];
        Assert.Equal(first, Unknown(0));
        Assert.NotEqual(first, Unknown(0.3f));
    }

    private static TrainingOptions OptionsOf(JsonElement run)
    {
        JsonElement options = run.GetProperty("options");
        string name = run.GetProperty("name").GetString()!;
        float Option(string key) => options.TryGetProperty(key, out JsonElement value) ? value.GetSingle() : 0;
        float? Clip(string key) => run.GetProperty(key).ValueKind == JsonValueKind.Null ? null : run.GetProperty(key).GetSingle();
        return new TrainingOptions
        {
            Optimizer = name.StartsWith("adamw", StringComparison.Ordinal) ? OptimizerKind.AdamW
                : name.StartsWith("adam", StringComparison.Ordinal) ? OptimizerKind.Adam : OptimizerKind.Sgd,
            LearningRate = Option("lr"),
            WeightDecay = Option("weight_decay"),
            Momentum = Option("momentum"),
            Nesterov = options.TryGetProperty("nesterov", out JsonElement nesterov) && nesterov.GetBoolean(),
            ClipNorm = Clip("clip_norm"),
            ClipValue = Clip("clip_value"),
        };
    }
}
