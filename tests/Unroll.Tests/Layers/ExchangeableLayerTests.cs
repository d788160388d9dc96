using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>Any layer can stand between word vectors and pooling, alone or under a recurrent one: gradients are slopes.</summary>
public class ExchangeableLayerTests
{
    private const int Vocabulary = 7;
    private const int Embedding = 4;
    private const int Classes = 3;

    public static TheoryData<Pooling, bool> Cases
    {
        get
        {
            var cases = new TheoryData<Pooling, bool>();
            foreach (Pooling pooling in Enum.GetValues<Pooling>())
            {
                cases.Add(pooling, false);
                cases.Add(pooling, true);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_of_a_network_with_another_layer_are_slopes(Pooling pooling, bool underRecurrent)
    {
        using var pool = new WorkerPool(2);
        Network network = Create(pooling, underRecurrent);
        var step = new TrainingStep(network, new StepSettings(), pool);
        Batch batch = CreateBatch();
        step.ComputeGradients(batch);
        Parameters gradients = step.CopyGradients();
        const float epsilon = 0.002f;
        foreach (Parameter parameter in network.Parameters.All)
        {
            float[] gradient = gradients[parameter.Name];
            for (int i = 0; i < parameter.Length; i += 1 + parameter.Length / 20)
            {
                double slope = (LossAt(parameter, i, epsilon) - LossAt(parameter, i, -epsilon)) / (2 * epsilon);
                Assert.True(Math.Abs(slope - gradient[i]) < 2e-3, $"{parameter.Name}[{i}]: {gradient[i]}, slope {slope}");
            }
            Assert.Contains(gradient, value => value != 0);
        }

        double LossAt(Parameter parameter, int place, float moved)
        {
            ref float value = ref network.Parameters.WritableOf(parameter)[place];
            float kept = value;
            value += moved;
            network.Pack();
            double loss = step.ComputeGradients(batch);
            value = kept;
            network.Pack();
            return loss;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_network_with_another_layer_learns(bool underRecurrent)
    {
        using var pool = new WorkerPool(2);
        var step = new TrainingStep(Create(Pooling.Mean, underRecurrent), new StepSettings(), pool);
        Batch batch = CreateBatch();
        double first = step.Run(batch, 0.02f).Loss;
        for (int i = 0; i < 60; i++)
            step.Run(batch, 0.02f);
        double last = step.ComputeGradients(batch);
        Assert.True(last < 0.6 * first, $"{first} → {last}");
    }

    [Fact]
    public void Only_recurrent_layers_carry_states()
    {
        Network network = Create(Pooling.Last, underRecurrent: false);
        var pass = new NetworkPass(network, WorkerPool.CallerAlone);
        Assert.Throws<InvalidOperationException>(() => pass.ClearStates(rows: 1));
    }

    private static Network Create(Pooling pooling, bool underRecurrent)
    {
        IKernels kernels = KernelRegistry.Current;
        var config = new NetworkConfig
        {
            Vocabulary = Vocabulary,
            Embedding = Embedding,
            Hidden = 5,
            Classes = Classes,
            Pooling = pooling,
        };
        var tanh = new TanhLayer(kernels, Embedding, outputSize: 6);
        var gru = new RecurrentLayer(kernels, new GruCell(), inputSize: 6, hiddenSize: 5, ["_l1", "_l1_reverse"]);
        var network = new Network(config, kernels, underRecurrent ? [tanh, gru] : [tanh]);
        var random = new TorchGenerator(3);
        foreach (Parameter parameter in network.Parameters.All)
            random.Normal(parameter.Length, 0.5f).CopyTo(network.Parameters.WritableOf(parameter));
        network.Pack();
        return network;
    }

    // More sentences than a shard has rows.
    private static Batch CreateBatch()
    {
        var texts = new EncodedTexts();
        var random = new TorchGenerator(4);
        for (int row = 0; row < 20; row++)
            texts.Add(random.Integers(1 + row % 5, Vocabulary), row % Classes);
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, texts.Count)]);
        return batch;
    }
}
