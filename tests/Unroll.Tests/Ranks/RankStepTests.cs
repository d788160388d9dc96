using System.Runtime.InteropServices;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Tests.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Ranks;

/// <summary>Steps that ranks take together give the bits of those of one process, on every rank.</summary>
[Collection(AvailableKernels.Name)]
public class RankStepTests
{
    private const int Vocabulary = 500;

    // One shard, two, four, eight and sixteen; the last of an epoch is one of few rows.
    private static readonly int[] BatchSizes = [50, 3, 100, 9, 250, 1, 17, 50];

    private static readonly TrainingOptions Usual = new()
    {
        Cell = Cell.Gru,
        Embedding = 9,
        Hidden = 11,
        Layers = 2,
        Dropout = 0.3f,
        Adversarial = 0.1f,
        WordDropout = 0.2f,
        DenseUpdates = true,
        ClipNorm = 1,
    };

    /// <summary>A step of each kind.</summary>
    public static TheoryData<string> Kinds => [.. OptionsOf.Keys];

    private static readonly Dictionary<string, TrainingOptions> OptionsOf = Enum.GetValues<Cell>().ToDictionary(
        cell => $"{cell}",
        cell => Usual with
        {
            Cell = cell,
            Hidden = cell == Cell.Transformer ? 9 : 11,
            Transformer = cell == Cell.Transformer ? new TransformerOptions { Heads = 3 } : new TransformerOptions(),
        }).Concat(new Dictionary<string, TrainingOptions>
        {
            ["last"] = Usual with { Pooling = Pooling.Last },
            ["mean"] = Usual with { Pooling = Pooling.Mean },
            ["attention"] = Usual with { Pooling = Pooling.Attention },
            ["one direction"] = Usual with { Bidirectional = false, Layers = 1 },
            ["no dropout"] = Usual with { Dropout = 0, WordDropout = 0, Adversarial = 0 },
            ["one-hot"] = Usual with { Embedding = 0, Adversarial = 0 },
            ["one-hot, one direction"] = Usual with { Embedding = 0, Adversarial = 0, Bidirectional = false, Layers = 1 },
            ["hard clipping"] = Usual with { ClipNorm = 1e-3f },
            ["clipped values"] = Usual with { ClipNorm = null, ClipValue = 1e-3f },
            ["seen rows alone"] = Usual with { DenseUpdates = false },
            ["SGD"] = Usual with { Optimizer = OptimizerKind.Sgd },
            ["momentum"] = Usual with { Optimizer = OptimizerKind.Sgd, Momentum = 0.9f, Nesterov = true, WeightDecay = 0.001f },
            ["AdamW"] = Usual with { Optimizer = OptimizerKind.AdamW, WeightDecay = 0.01f },
            ["sub-words"] = Usual with { Subwords = true },
            ["smoothed"] = Usual with { LabelSmoothing = 0.1f, ClassWeights = [1, 2, 0.5f] },
            ["truncated"] = Usual with { Bidirectional = false, Pooling = Pooling.Last, TruncateSteps = 4 },
            ["stretches"] = Usual with { StretchTokens = 5 },
        }).ToDictionary();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_number_of_ranks_and_threads_gives_the_same_bits(string kind)
    {
        TrainingOptions options = OptionsOf[kind];
        (byte[] Parameters, double[] Results) expected = Train(options, null, threads: 1);
        foreach ((int ranks, int threads) in ((int, int)[])[(2, 3), (4, 1), (8, 2), (32, 1)])
        {
            foreach ((byte[] parameters, double[] results) in ThreadRanks.Run(ranks, each => Train(options, each, threads)))
            {
                Assert.Equal(expected.Results, results);
                Assert.True(expected.Parameters.AsSpan().SequenceEqual(parameters), $"{ranks} ranks of {threads} threads");
            }
        }
    }

    [Fact]
    public void Ranks_measure_how_gradients_flow_as_one_process_does()
    {
        foreach (TrainingOptions options in (TrainingOptions[])[Usual, OptionsOf[nameof(Cell.Transformer)]])
        {
            double[] expected = Flow(options, null);
            foreach (double[] means in ThreadRanks.Run(4, each => Flow(options, each)))
                Assert.Equal(expected, means);
        }

        static double[] Flow(TrainingOptions options, ICommunicator? communicator)
        {
            using var pool = new WorkerPool(1);
            (TrainingStep step, EncodedTexts texts) = Create(options, pool, communicator);
            var sums = new GradientFlowSums();
            step.Run(texts, new TorchGenerator(4).Integers(100, texts.Count), 0.01f, sums);
            return [.. sums.MeansByDistance, .. sums.MeansByStep];
        }
    }

    [Fact]
    public void Logits_of_ranks_are_those_of_one_process()
    {
        float[] expected = Logits(null);
        foreach (float[] logits in ThreadRanks.Run(8, Logits))
            Assert.Equal(expected, logits);

        static float[] Logits(ICommunicator? communicator)
        {
            using var pool = new WorkerPool(1);
            (TrainingStep step, EncodedTexts texts) = Create(Usual, pool, null);
            var pass = new NetworkPass(step.Network, pool, communicator);
            var batch = new Batch();
            batch.Fill(texts, [.. Enumerable.Range(0, 100)]);
            pass.Forward(batch);
            return pass.Logits.ToArray();
        }
    }

    [Fact]
    public void A_step_of_ranks_exchanges_little_more_than_its_gradients()
    {
        using var pool = new WorkerPool(1);
        long[] sent = ThreadRanks.Run(4, each =>
        {
            var counting = new CountingCommunicator(each);
            (TrainingStep step, EncodedTexts texts) = Create(OptionsOf["no dropout"], pool, counting);
            step.Run(texts, [.. Enumerable.Range(0, 100)], 0.01f);
            return counting.Sent;
        });
        (TrainingStep alone, EncodedTexts all) = Create(OptionsOf["no dropout"], pool, null);
        int tokens = Enumerable.Range(0, 100).Sum(all.LengthOf);
        long dense = sizeof(float) * (alone.Network.Parameters.Length - alone.Network.Parameters.DenseStart);
        // Of R ranks each sends 2 (R - 1) / R of the sum, its own rows of words to those that lack them, and a loss a sentence.
        long most = 2 * dense * 3 / 4 + 2L * tokens * 9 * sizeof(float) + 100 * sizeof(double) + 100;
        Assert.All(sent, bytes => Assert.InRange(bytes, dense, most));
    }

    private static (byte[] Parameters, double[] Results) Train(TrainingOptions options, ICommunicator? communicator, int threads)
    {
        using var pool = new WorkerPool(threads);
        (TrainingStep step, EncodedTexts texts) = Create(options, pool, communicator);
        var random = new TorchGenerator(4);
        var results = new List<double>();
        foreach (int size in BatchSizes)
        {
            StepResult result = step.Run(texts, random.Integers(size, texts.Count), 0.01f);
            results.AddRange([result.Loss, result.GradientNorm]);
        }
        step.CatchUp();
        return (MemoryMarshal.AsBytes(step.Network.Parameters.Values).ToArray(), [.. results]);
    }

    private static (TrainingStep Step, EncodedTexts Texts) Create(
        TrainingOptions options, WorkerPool pool, ICommunicator? communicator)
    {
        ModelConfig config = options.ToModelSizes() with { Labels = ["a", "b", "c"], Subwords = options.Subwords ? 300 : 0 };
        Network network = TestNetworks.Create(config, Vocabulary, options, seed: 1);
        var random = new TorchGenerator(2);
        if (options.Subwords)
            network.Subwords = TestNetworks.Pieces(Vocabulary, 300, random);
        var texts = new EncodedTexts();
        for (int row = 0; row < 300; row++)
            texts.Add(random.Integers(1 + row % 23, Vocabulary), row % 3);
        return (TestNetworks.Step(network, options, pool, communicator), texts);
    }

    private sealed class CountingCommunicator(ICommunicator inner) : ICommunicator
    {
        public long Sent { get; private set; }

        public int Rank => inner.Rank;

        public int Size => inner.Size;

        public void Exchange(int peer, ReadOnlySpan<byte> sent, Span<byte> received)
        {
            Sent += sent.Length;
            inner.Exchange(peer, sent, received);
        }
    }
}
