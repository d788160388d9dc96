using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class TrainingStepTests
{
    private const int Vocabulary = 6;

    [Theory]
    [InlineData(4, OptimizerKind.Sgd)]
    [InlineData(4, OptimizerKind.AdamW)]
    [InlineData(0, OptimizerKind.Adam)]
    public void Only_rows_of_words_that_were_seen_are_updated(int embedding, OptimizerKind optimizer)
    {
        var config = new ModelConfig { Cell = Cell.Gru, Embedding = embedding, Hidden = 3, Labels = ["a", "b"] };
        var options = new TrainingOptions { Optimizer = optimizer, WeightDecay = 0.1f };
        Network network = TestNetworks.Create(config, Vocabulary, options, seed: 1);
        Parameters parameters = network.Parameters;
        using var pool = new WorkerPool(2);
        TrainingStep step = TestNetworks.Step(network, options, pool);
        var texts = new EncodedTexts();
        texts.Add([2, 4, 2], 0);
        texts.Add([3, 4], 1);

        Parameter table = parameters.All.Single(parameter => parameter.IsTable);
        float[] before = parameters.Stored(table).ToArray();
        for (int i = 0; i < 3; i++)
            step.Run(texts, i == 1 ? [1] : [0, 1], 0.1f);
        float[] after = parameters.Stored(table).ToArray();
        for (int word = 0; word < Vocabulary; word++)
        {
            Range row = (word * table.TableWidth)..((word + 1) * table.TableWidth);
            Assert.Equal(word is 2 or 3 or 4, !before[row].SequenceEqual(after[row]));
        }
    }

    [Fact]
    public unsafe void Dropout_drops_the_asked_share_keeps_the_mean_and_repeats_by_key()
    {
        const int count = 100_000;
        const float p = 0.3f;
        float[] ones = [.. Enumerable.Repeat(1f, count)];
        float[] first = new float[count];
        float[] again = new float[count];
        float[] parts = new float[count];
        float[] other = new float[count];
        uint key = Scatter.Key(seed: 42, step: 7, site: 2);
        fixed (float* x = ones, a = first, b = again, c = parts, d = other)
        {
            Dropout.Apply(p, key, 0, count, x, a);
            Dropout.Apply(p, key, 0, count, x, b);
            Dropout.Apply(p, key, 0, 33_333, x, c);
            Dropout.Apply(p, key, 33_333, count - 33_333, x, c + 33_333);
            Dropout.Apply(p, Scatter.Key(42, 8, 2), 0, count, x, d);
        }
        Assert.Equal(p, first.Count(value => value == 0) / (double)count, 0.005);
        Assert.Equal(1, first.Average(), 0.01);
        Assert.Equal(first, again);
        Assert.Equal(first, parts);
        // Two independent masks drop the same place with chance p².
        Assert.Equal(p * p, first.Zip(other).Count(pair => pair is (0, 0)) / (double)count, 0.005);
    }
}
