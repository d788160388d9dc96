using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

[Collection(AvailableKernels.Name)]
public class DeterminismTests
{
    [Theory]
    [InlineData(Cell.Rnn, Pooling.Last)]
    [InlineData(Cell.Gru, Pooling.Max)]
    [InlineData(Cell.Lstm, Pooling.Attention)]
    [InlineData(Cell.MinGru, Pooling.Mean)]
    [InlineData(Cell.Transformer, Pooling.Max)]
    [InlineData(Cell.MinLstm, Pooling.Max)]
    [InlineData(Cell.Sru, Pooling.Last)]
    [InlineData(Cell.Peephole, Pooling.Mean)]
    [InlineData(Cell.Coupled, Pooling.Attention)]
    [InlineData(Cell.Janet, Pooling.Max)]
    [InlineData(Cell.SLstm, Pooling.Last)]
    [InlineData(Cell.DeltaNet, Pooling.Mean)]
    public void Twenty_steps_give_the_same_bits_with_any_number_of_threads(Cell cell, Pooling pooling)
    {
        foreach (string kernels in AvailableKernels.All().Select(row => row.Data))
        {
            using IDisposable forced = AvailableKernels.Force(kernels);
            int[] expected = TrainTwentySteps(cell, pooling, threads: 1);
            foreach (int threads in (int[])[1, 2, 3, 4, 8])
                Assert.Equal(expected, TrainTwentySteps(cell, pooling, threads));
        }
    }

    // Steps whose texts are moved adversarially, then steps whose gradients are clipped: both divide by norms.
    [Theory]
    [InlineData(Cell.Rnn, Pooling.Last)]
    [InlineData(Cell.Gru, Pooling.Max)]
    [InlineData(Cell.Lstm, Pooling.Attention)]
    [InlineData(Cell.MinGru, Pooling.Mean)]
    [InlineData(Cell.Transformer, Pooling.Max)]
    [InlineData(Cell.MinLstm, Pooling.Max)]
    [InlineData(Cell.Sru, Pooling.Last)]
    [InlineData(Cell.Peephole, Pooling.Mean)]
    [InlineData(Cell.Coupled, Pooling.Attention)]
    [InlineData(Cell.Janet, Pooling.Max)]
    [InlineData(Cell.SLstm, Pooling.Last)]
    [InlineData(Cell.DeltaNet, Pooling.Mean)]
    public void Twenty_steps_give_the_same_bits_with_every_set_of_kernels(Cell cell, Pooling pooling)
    {
        foreach ((float? clip, float adversarial) in ((float?, float)[])[(null, 0.1f), (1e-3f, 0)])
        {
            int[][] trained = [.. AvailableKernels.All().Select(row =>
            {
                using IDisposable forced = AvailableKernels.Force(row.Data);
                return TrainTwentySteps(cell, pooling, threads: 2, clip, adversarial);
            })];
            Assert.All(trained, bits => Assert.Equal(trained[0], bits));
        }
    }

    [Fact]
    public void Sub_words_give_the_same_bits_with_any_number_of_threads_and_every_set_of_kernels()
    {
        int[]? expected = null;
        foreach (string kernels in AvailableKernels.All().Select(row => row.Data))
        {
            using IDisposable forced = AvailableKernels.Force(kernels);
            foreach (int threads in (int[])[1, 3])
            {
                int[] bits = TrainTwentySteps(Cell.Gru, Pooling.Max, threads, clip: 1e-3f, adversarial: 0.1f, subwords: 300);
                Assert.Equal(expected ??= bits, bits);
            }
        }
    }

    // Batches of a single shard, whose directions and products threads share.
    [Theory]
    [InlineData(Cell.Rnn, true, 1)]
    [InlineData(Cell.Gru, false, 3)]
    [InlineData(Cell.Gru, true, 7)]
    [InlineData(Cell.Lstm, false, 1)]
    [InlineData(Cell.MinGru, false, 5)]
    public void Steps_of_few_rows_give_the_same_bits_with_any_number_of_threads(Cell cell, bool bidirectional, int rows)
    {
        foreach (string kernels in AvailableKernels.All().Select(row => row.Data))
        {
            using IDisposable forced = AvailableKernels.Force(kernels);
            int[] expected = Train(threads: 1);
            foreach (int threads in (int[])[2, 3, 8])
                Assert.Equal(expected, Train(threads));
        }

        int[] Train(int threads)
        {
            using var pool = new WorkerPool(threads);
            (TrainingStep step, _, EncodedTexts texts) = Create(
                cell, Pooling.Max, pool, adversarial: 0.1f, bidirectional: bidirectional, width: 90, longest: 150);
            var random = new TorchGenerator(4);
            for (int i = 0; i < 4; i++)
                step.Run(texts, random.Integers(rows, texts.Count), 0.01f);
            return BitsOf(step);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_step_of_few_rows_allocates_nothing_either(bool bidirectional)
    {
        using var pool = new WorkerPool(2);
        (TrainingStep step, Batch batch, EncodedTexts texts) = Create(
            Cell.Gru, Pooling.Max, pool, bidirectional: bidirectional, width: 90, longest: 150);
        Assert.Equal(0, LeastAllocated(step, batch, texts, [[97, 98, 99], [95, 96]]));
    }

    [Theory]
    [InlineData(Cell.Rnn, Pooling.Last, 1)]
    [InlineData(Cell.Gru, Pooling.Max, 1, 300)]
    [InlineData(Cell.Gru, Pooling.Max, 2, 300)]
    [InlineData(Cell.Gru, Pooling.Mean, 2)]
    [InlineData(Cell.Lstm, Pooling.Max, 1)]
    [InlineData(Cell.Lstm, Pooling.Attention, 2)]
    [InlineData(Cell.MinGru, Pooling.Last, 2)]
    [InlineData(Cell.Transformer, Pooling.Mean, 1)]
    [InlineData(Cell.Transformer, Pooling.Attention, 2)]
    [InlineData(Cell.MinLstm, Pooling.Max, 1)]
    [InlineData(Cell.Sru, Pooling.Last, 2)]
    [InlineData(Cell.Peephole, Pooling.Mean, 1)]
    [InlineData(Cell.Coupled, Pooling.Attention, 2)]
    [InlineData(Cell.Janet, Pooling.Max, 1)]
    [InlineData(Cell.SLstm, Pooling.Last, 2)]
    [InlineData(Cell.DeltaNet, Pooling.Mean, 2)]
    public void A_step_allocates_nothing_once_its_buffers_have_grown(Cell cell, Pooling pooling, int threads, int subwords = 0)
    {
        using var pool = new WorkerPool(threads);
        (TrainingStep step, Batch batch, EncodedTexts texts) = Create(cell, pooling, pool, subwords: subwords);
        // Two batches by turns: words of one wait while the other is learned.
        Assert.Equal(0, LeastAllocated(step, batch, texts, [[.. Enumerable.Range(0, 40)], [.. Enumerable.Range(46, 40)]]));
    }

    private static long LeastAllocated(TrainingStep step, Batch batch, EncodedTexts texts, int[][] rows)
    {
        for (int i = 0; i < 6; i++)
        {
            batch.Fill(texts, rows[i % 2]);
            step.Run(batch, 0.01f);
        }
        // The count is the whole process's, and the test runner has threads too: a step that allocates would do so in every
        // round.
        return Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 10; i++)
            {
                batch.Fill(texts, rows[i % 2]);
                step.Run(batch, 0.01f);
            }
            step.CatchUp();
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        });
    }

    [Fact]
    public void A_step_keeps_as_many_floats_as_its_config_says()
    {
        using var pool = new WorkerPool(1);
        foreach (Cell cell in Enum.GetValues<Cell>())
        {
            foreach (Pooling pooling in Enum.GetValues<Pooling>())
            {
                (TrainingStep step, Batch batch, EncodedTexts texts) = Create(cell, pooling, pool);
                batch.Fill(texts, [.. Enumerable.Range(0, 40)]);
                step.ComputeGradients(batch);
                Assert.Equal(step.Network.Config.TrainingStepFloats(batch.TokenCount, batch.Count), step.Buffers.Length);
            }
        }
    }

    private static int[] TrainTwentySteps(
        Cell cell, Pooling pooling, int threads, float? clip = 1, float adversarial = 0, int subwords = 0)
    {
        using var pool = new WorkerPool(threads);
        (TrainingStep step, _, EncodedTexts texts) = Create(cell, pooling, pool, clip, adversarial, subwords);
        var random = new TorchGenerator(4);
        for (int i = 0; i < 20; i++)
        {
            step.Run(texts, random.Integers(50, texts.Count), 0.01f);
        }
        return BitsOf(step);
    }

    private static int[] BitsOf(TrainingStep step)
    {
        int[] bits = new int[step.Network.Parameters.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = BitConverter.SingleToInt32Bits(step.Network.Parameters.Values[i]);
        return bits;
    }

    private static (TrainingStep Step, Batch Batch, EncodedTexts Texts) Create(
        Cell cell, Pooling pooling, WorkerPool pool, float? clip = 1, float adversarial = 0, int subwords = 0,
        bool bidirectional = true, int width = 9, int longest = 23)
    {
        // More than a batch has words of, so that some wait.
        const int vocabulary = 500;
        var config = new ModelConfig
        {
            Cell = cell,
            Embedding = width,
            Subwords = subwords,
            Hidden = cell == Cell.Transformer ? width : width + 2,
            Layers = 2,
            Bidirectional = bidirectional && cell != Cell.Transformer,
            Transformer = new TransformerOptions { Heads = 3, Positions = Positions.Learned },
            Pooling = pooling,
            Dropout = 0.3f,
            Labels = ["a", "b", "c"],
        };
        var options = new TrainingOptions
        {
            Optimizer = OptimizerKind.Adam,
            ClipNorm = clip,
            Adversarial = adversarial,
            WordDropout = 0.2f,
            DenseUpdates = true,
        };
        Network network = TestNetworks.Create(config, vocabulary, options, seed: 1);
        var texts = new EncodedTexts();
        var random = new TorchGenerator(2);
        if (subwords > 0)
            network.Subwords = TestNetworks.Pieces(vocabulary, subwords, random);
        for (int row = 0; row < 100; row++)
            texts.Add(random.Integers(1 + row % longest, vocabulary), row % 3);
        return (TestNetworks.Step(network, options, pool), new Batch(), texts);
    }
}
