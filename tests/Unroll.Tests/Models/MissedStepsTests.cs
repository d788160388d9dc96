using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>
/// Rows of word vectors that wait and catch up end where an optimizer in double precision brings them that updates all rows in
/// every step, with the engine's own gradients.
/// </summary>
public class MissedStepsTests
{
    private const int Vocabulary = 40;

    [Theory]
    [InlineData(OptimizerKind.Adam, 6, 0, 0, false, 1e-8)]
    [InlineData(OptimizerKind.Adam, 0, 0, 0, false, 1e-8)]
    [InlineData(OptimizerKind.AdamW, 6, 0.1, 0, false, 1e-8)]
    [InlineData(OptimizerKind.AdamW, 0, 0.1, 0, false, 1e-8)]
    [InlineData(OptimizerKind.Sgd, 6, 0, 0.9, false, 1e-8)]
    [InlineData(OptimizerKind.Sgd, 6, 0, 0.9, true, 1e-8)]
    [InlineData(OptimizerKind.Sgd, 6, 0, 0, false, 1e-8)]
    public void Rows_that_waited_are_those_of_an_optimizer_of_all_rows(
        OptimizerKind kind, int embedding, float decay, float momentum, bool nesterov, float epsilon)
    {
        var settings = new OptimizerSettings
        {
            Kind = kind,
            WeightDecay = decay,
            Momentum = momentum,
            Nesterov = nesterov,
            Epsilon = epsilon,
            DenseUpdates = true,
        };
        (double difference, double moved) = Compare(settings, embedding, steps: 60, truncate: null);
        Assert.True(difference < 1e-5, $"{difference} beside {moved}");
        Assert.True(moved > 0.1);
    }

    // An ε as large as the gradients is the case that the closed sum only approximates: a share of what was moved, not all of it.
    [Fact]
    public void A_large_epsilon_is_off_by_little()
    {
        var settings = new OptimizerSettings { Epsilon = 1e-3f, DenseUpdates = true };
        (double difference, double moved) = Compare(settings, 6, steps: 60, truncate: null);
        Assert.InRange(difference, 0, 0.02 * moved);
    }

    [Fact]
    public void Rows_that_only_set_the_state_of_a_truncated_text_catch_up_too()
    {
        (double difference, _) = Compare(new OptimizerSettings { DenseUpdates = true }, 6, steps: 60, truncate: 2);
        Assert.True(difference < 1e-5, $"{difference}");
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 0)]
    [InlineData(OptimizerKind.AdamW, 0.1f)]
    public void Rows_of_sub_words_catch_up_too(OptimizerKind kind, float decay)
    {
        (double difference, double moved) = Compare(Adam(kind, decay), 6, steps: 60, truncate: null, subwords: 50);
        Assert.True(difference < 1e-5, $"{difference} beside {moved}");
    }

    [Fact]
    public void More_steps_than_are_kept_change_nothing()
    {
        (double difference, _) = Compare(
            Adam(OptimizerKind.AdamW, 0.01f), 6, MissedSteps.Most + 70, truncate: null);
        Assert.True(difference < 1e-4, $"{difference}");
    }

    [Fact]
    public void Weight_decay_in_the_gradients_is_that_of_seen_rows_alone()
    {
        OptimizerSettings settings = Adam(OptimizerKind.Adam, 0.1f);
        (Network network, TrainingStep step, EncodedTexts texts) = Create(settings, 6, truncate: null, WorkerPool.CallerAlone);
        float[] before = network.Parameters["embedding.weight"];
        step.Run(texts, [0], 0.1f);
        step.CatchUp();
        float[] after = network.Parameters["embedding.weight"];
        for (int row = 0; row < Vocabulary; row++)
        {
            Range values = (row * 6)..(row * 6 + 6);
            Assert.Equal(texts.IdsOf(0).Contains(row), !before[values].SequenceEqual(after[values]));
        }
    }

    [Theory]
    [InlineData(true, 0f, 0f, 0f)]
    [InlineData(true, 3f, 0f, 3f, 2f)]
    [InlineData(false, 3f, 4f)]
    [InlineData(false, 3f, -1f)]
    [InlineData(false, 3f, 0.5f)]
    [InlineData(false, 0.5f, 0f)]
    [InlineData(false, -1f, 0f)]
    [InlineData(false, 1024f, 0f)]
    public void The_state_of_waiting_rows_is_known_from_what_is_none(bool isState, float steps, params float[] rows)
    {
        float[] missed = new float[1 + MissedSteps.Most];
        missed[0] = steps;
        Assert.Equal(isState, TrainingStep.IsWaitingRows(rows, subwords: [], missed));
    }

    [Fact]
    public void Without_dense_updates_rows_wait_as_they_are()
    {
        (Network network, TrainingStep step, EncodedTexts texts) =
            Create(new OptimizerSettings(), 6, truncate: null, WorkerPool.CallerAlone);
        step.Run(texts, [0], 0.1f);
        float[] before = network.Parameters["embedding.weight"];
        step.Run(texts, [1], 0.1f);
        step.CatchUp();
        float[] after = network.Parameters["embedding.weight"];
        foreach (int id in texts.IdsOf(0).ToArray().Except(texts.IdsOf(1).ToArray()))
            Assert.Equal(before[(id * 6)..(id * 6 + 6)], after[(id * 6)..(id * 6 + 6)]);
    }

    private static OptimizerSettings Adam(OptimizerKind kind, float decay) =>
        new() { Kind = kind, WeightDecay = decay, DenseUpdates = true };

    private static (double Difference, double Moved) Compare(
        OptimizerSettings settings, int embedding, int steps, int? truncate, int subwords = 0)
    {
        using var pool = new WorkerPool(2);
        (Network network, TrainingStep step, EncodedTexts texts) = Create(settings, embedding, truncate, pool, subwords);
        Parameter[] tables = [.. network.Parameters.All.Where(parameter => parameter.IsTable)];
        DenseOptimizer[] dense =
            [.. tables.Select(table => new DenseOptimizer(settings, network.Parameters.Stored(table).ToArray()))];
        float[][] first = [.. tables.Select(table => network.Parameters.Stored(table).ToArray())];
        var random = new TorchGenerator(3);
        var schedule = new LearningRateSchedule(ScheduleKind.OneCycle);
        for (int i = 0; i < steps; i++)
        {
            float learningRate = (float)((settings.Kind == OptimizerKind.Sgd ? 1 : 0.02) * schedule.Factor(i, steps));
            step.Run(texts, random.Integers(3, texts.Count), learningRate);
            Parameters gradients = step.CopyGradients();
            for (int t = 0; t < tables.Length; t++)
                dense[t].Step(gradients.Stored(tables[t]), learningRate);
        }
        step.CatchUp();
        double difference = 0;
        double moved = 0;
        for (int t = 0; t < tables.Length; t++)
        {
            ReadOnlySpan<float> values = network.Parameters.Stored(tables[t]);
            for (int i = 0; i < values.Length; i++)
            {
                difference = Math.Max(difference, Math.Abs(values[i] - dense[t].Values[i]));
                moved = Math.Max(moved, Math.Abs(values[i] - first[t][i]));
            }
        }
        return (difference, moved);
    }

    private static (Network Network, TrainingStep Step, EncodedTexts Texts) Create(
        OptimizerSettings settings, int embedding, int? truncate, WorkerPool pool, int subwords = 0)
    {
        var network = new Network(new NetworkConfig
        {
            Cell = Cell.Gru,
            Vocabulary = Vocabulary,
            Embedding = embedding,
            Subwords = subwords,
            Hidden = 5,
            Classes = 2,
            Bidirectional = truncate is null,
        });
        new InitialValues().Draw(network, new TorchGenerator(1));
        if (subwords > 0)
            network.Subwords = TestNetworks.Pieces(Vocabulary, subwords, new TorchGenerator(5));
        var step = new TrainingStep(network, new StepSettings { Optimizer = settings, TruncateSteps = truncate }, pool);
        var texts = new EncodedTexts();
        var random = new TorchGenerator(2);
        for (int row = 0; row < 30; row++)
            texts.Add(random.Integers(1 + row % 6, Vocabulary), row % 2);
        return (network, step, texts);
    }

    /// <summary>PyTorch's SGD, Adam and AdamW over every value.</summary>
    private sealed class DenseOptimizer(OptimizerSettings settings, float[] start)
    {
        private readonly double[] _first = new double[start.Length];
        private readonly double[] _second = new double[start.Length];
        private int _steps;

        public double[] Values { get; } = [.. start.Select(value => (double)value)];

        public void Step(ReadOnlySpan<float> gradients, double learningRate)
        {
            _steps++;
            for (int i = 0; i < Values.Length; i++)
            {
                if (settings.Kind == OptimizerKind.Sgd)
                    Sgd(i, gradients[i], learningRate);
                else
                    Adam(i, gradients[i], learningRate);
            }
        }

        private void Sgd(int i, double g, double learningRate)
        {
            _first[i] = settings.Momentum * _first[i] + g;
            Values[i] -= learningRate * (settings.Nesterov ? g + settings.Momentum * _first[i] : _first[i]);
        }

        private void Adam(int i, double g, double learningRate)
        {
            Values[i] *= 1 - learningRate * settings.WeightDecay;
            _first[i] = settings.Beta1 * _first[i] + (1 - (double)settings.Beta1) * g;
            _second[i] = settings.Beta2 * _second[i] + (1 - (double)settings.Beta2) * g * g;
            double m = _first[i] / (1 - Math.Pow(settings.Beta1, _steps));
            double v = _second[i] / (1 - Math.Pow(settings.Beta2, _steps));
            Values[i] -= learningRate * m / (Math.Sqrt(v) + settings.Epsilon);
        }
    }
}
