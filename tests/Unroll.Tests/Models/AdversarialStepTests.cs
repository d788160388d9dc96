using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

[Collection(AvailableKernels.Name)]
public class AdversarialStepTests
{
    private const int Words = 40;
    private const float Epsilon = 0.2f;

    public static TheoryData<Cell, Pooling, bool, float> Models => new()
    {
        { Cell.Rnn, Pooling.Last, false, 0 },
        { Cell.Gru, Pooling.Max, true, 0.3f },
        { Cell.Lstm, Pooling.Attention, true, 0 },
        { Cell.Gru, Pooling.Mean, false, 0 },
    };

    // Every token is a word of its own, so that moving the words of the table by r is moving the vectors of the texts by r.
    [Theory]
    [MemberData(nameof(Models))]
    public void The_gradients_are_the_mean_of_those_at_x_and_at_x_plus_r(
        Cell cell, Pooling pooling, bool bidirectional, float dropout)
    {
        int[][] sentences = [[2, 3, 4, 5, 6], [7], [8, 9, 10, 11, 12, 13, 14], [.. Enumerable.Range(15, 25)]];
        (Network network, EncodedTexts texts) = Create(cell, pooling, bidirectional, dropout, sentences);
        Parameters parameters = network.Parameters;
        float[] initial = parameters.Values.ToArray();
        (double loss, float[] plain) = Gradients(network, texts, 0);
        (double reported, float[] adversarial) = Gradients(network, texts, Epsilon);
        Assert.Equal(loss, reported);

        Parameter table = network.Embedding!;
        int width = table.TableWidth;
        foreach (int[] sentence in sentences)
        {
            IEnumerable<int> places = sentence.SelectMany(word => Enumerable.Range(table.Start + word * width, width));
            double scale = Epsilon * Math.Sqrt(Math.Min(1, 16.0 / sentence.Length) *
                places.Sum(i => (double)initial[i] * initial[i]) / places.Sum(i => (double)plain[i] * plain[i]));
            foreach (int i in places)
                parameters.Writable[i] += (float)(scale * plain[i]);
        }
        network.Pack();
        (double moved, float[] there) = Gradients(network, texts, 0);
        Assert.True(moved > loss, $"the step lowers the loss, from {loss} to {moved}");
        Close.To([.. plain.Zip(there, (a, b) => ((double)a + b) / 2)], [
            .. adversarial.Select(value => (double)value)], 1e-6, 1e-4, $"{cell} {pooling}");
    }

    [Fact]
    public void Threads_change_no_bit_and_a_step_allocates_nothing()
    {
        var random = new TorchGenerator(2);
        int[][] sentences = [.. Enumerable.Range(0, 50).Select(row => random.Integers(1 + row % 23, Words))];
        float[]? expected = null;
        for (int threads = 1; threads <= 4; threads++)
        {
            (Network network, EncodedTexts texts) = Create(Cell.Gru, Pooling.Max, true, 0.3f, sentences);
            using var pool = new WorkerPool(threads);
            TrainingStep step = TestNetworks.Step(network, new TrainingOptions { Adversarial = Epsilon }, pool);
            int[] rows = [.. Enumerable.Range(0, texts.Count)];
            for (int i = 0; i < 4; i++)
                step.Run(texts, rows, 0.01f);
            if (threads == 1)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                step.Run(texts, rows, 0.01f);
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
            else
            {
                step.Run(texts, rows, 0.01f);
            }
            expected ??= network.Parameters.Values.ToArray();
            Assert.Equal(expected, network.Parameters.Values.ToArray());
        }
    }

    [Fact]
    public void The_gradient_flow_that_is_measured_is_that_of_the_texts_themselves()
    {
        int[][] sentences = [[2, 3, 4, 5, 6], [7], [2, 9, 3]];
        double[] Flow(float epsilon)
        {
            (Network network, EncodedTexts texts) = Create(Cell.Gru, Pooling.Last, false, 0, sentences);
            using var pool = new WorkerPool(1);
            TrainingStep step = TestNetworks.Step(network, new TrainingOptions { Adversarial = epsilon }, pool);
            var sums = new GradientFlowSums();
            step.Run(texts, [0, 1, 2], 0, sums);
            return sums.MeansByDistance;
        }
        Close.To(Flow(0), Flow(Epsilon), 0, 1e-6, "by distance");
    }

    [Theory]
    [InlineData(-0.1f, 4, "TrainingOptions.Adversarial is -0.1, expected 0 (none) or a positive share, such as 0.07")]
    [InlineData(
        0.1f, 0,
        "TrainingOptions.Adversarial moves word vectors and embedding is 0, one-hot; leave out TrainingOptions.Adversarial, "
            + "or give TrainingOptions.Embedding = 200")]
    public void What_cannot_be_is_refused(float epsilon, int embedding, string expected)
    {
        var options = new TrainingOptions { Adversarial = epsilon, Embedding = embedding };
        Assert.Equal(expected, Assert.Throws<InputException>(options.Validate).Message);
    }

    [Theory]
    [InlineData(0, TokenKind.Word, 0)]
    [InlineData(100, TokenKind.Char, 0)]
    [InlineData(100, TokenKind.Whitespace, 0.07f)]
    public void Without_a_setting_the_model_decides(int embedding, TokenKind tokens, float expected)
    {
        var rows = new List<LabelledText> { new("good", "x y z"), new("bad", "x x y") };
        // So many that the rows are learned: no step is adversarial before.
        var options = new TrainingOptions { Embedding = embedding, Hidden = 4, Tokens = tokens, Epochs = 80, DevShare = 0 };
        float[] Trained(float? adversarial) =>
            SentenceClassifier.Train(rows, options with { Adversarial = adversarial }).Parameters.Values.ToArray();
        Assert.Equal(Trained(expected), Trained(null));
        if (embedding > 0)
            Assert.NotEqual(Trained(0.07f - expected), Trained(null));
    }

    [Fact]
    public void A_one_hot_model_that_is_trained_further_has_no_vectors_to_move()
    {
        LabelledText[] rows = [new("good", "x y z"), new("bad", "x x y")];
        SentenceClassifier model = SentenceClassifier.Train(
            rows, new TrainingOptions { Embedding = 0, Hidden = 4, Epochs = 1, DevShare = 0 });
        Assert.Throws<InputException>(() => model.Fit(rows, new TrainingOptions { Adversarial = 0.1f }));
    }

    private static (double Loss, float[] Gradients) Gradients(Network network, EncodedTexts texts, float epsilon)
    {
        using var pool = new WorkerPool(2);
        TrainingStep step = TestNetworks.Step(network, new TrainingOptions { Adversarial = epsilon }, pool);
        double loss = step.ComputeGradients(texts, [.. Enumerable.Range(0, texts.Count)]);
        return (loss, step.CopyGradients().Values.ToArray());
    }

    private static (Network Network, EncodedTexts Texts) Create(
        Cell cell, Pooling pooling, bool bidirectional, float dropout, int[][] sentences)
    {
        var config = new ModelConfig
        {
            Cell = cell,
            Embedding = 9,
            Hidden = 7,
            Layers = 2,
            Bidirectional = bidirectional,
            Pooling = pooling,
            Dropout = dropout,
            Labels = ["a", "b", "c"],
        };
        var vocabulary = new Vocabulary([.. Enumerable.Range(0, Words).Select(word => $"w{word}")], UnknownWords.Refuse);
        SentenceClassifier classifier = SentenceClassifier.Create(config, vocabulary);
        var texts = new EncodedTexts();
        for (int row = 0; row < sentences.Length; row++)
            texts.Add(sentences[row], row % 3);
        return (classifier.Network, texts);
    }
}
