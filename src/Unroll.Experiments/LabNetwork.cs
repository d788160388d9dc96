using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;

namespace Unroll.Experiments;

/// <summary>
/// The lab as it is taught: one-hot words, everything drawn from N(0,1), one step of plain gradient descent for each sentence.
/// </summary>
internal sealed class LabNetwork
{
    /// <summary>H.</summary>
    public const int Hidden = 2;

    /// <summary>How often both sentences are seen.</summary>
    public const int Epochs = 300;

    /// <summary>The learning rate.</summary>
    public const float LearningRate = 0.1f;

    // The words are numbered The, movie, is, good, bad.
    private static readonly (int[] Words, int Label)[] Both = [([0, 1, 2, 3], 1), ([0, 1, 2, 4], 0)];

    private readonly TrainingStep _step;

    /// <summary>Draws fresh parameters.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="hidden">H.</param>
    public LabNetwork(ulong seed, int hidden = Hidden)
    {
        Network = new Network(
            new NetworkConfig { Cell = Cell.Rnn, Vocabulary = Words.Count, Embedding = 0, Hidden = hidden, Classes = 2 });
        new InitialValues { Initialization = Initialization.StandardNormal }.Draw(Network, new TorchGenerator(seed));
        foreach ((int[] words, int label) in Both)
            Sentences.Add(words, label);
        var settings = new StepSettings { Optimizer = new OptimizerSettings { Kind = OptimizerKind.Sgd }, Seed = seed };
        _step = new TrainingStep(Network, settings, WorkerPool.CallerAlone);
    }

    /// <summary>The words, in the order of their ids.</summary>
    public static IReadOnlyList<string> Words { get; } = ["The", "movie", "is", "good", "bad"];

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>"The movie is good", 1, and "The movie is bad", 0.</summary>
    public EncodedTexts Sentences { get; } = new();

    /// <summary>Trains.</summary>
    /// <param name="epochs">How often both sentences are seen.</param>
    /// <param name="cancellationToken">Ends it between two epochs.</param>
    /// <returns>The total loss of each epoch.</returns>
    public double[] Train(int epochs, CancellationToken cancellationToken)
    {
        double[] losses = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int row = 0; row < Sentences.Count; row++)
                losses[epoch] += _step.Run(Sentences, [row], LearningRate).Loss;
        }
        return losses;
    }

    /// <summary>The probability of label 1 after each word of each sentence, [row][T].</summary>
    public double[][] Probabilities()
    {
        var beginnings = new EncodedTexts();
        for (int row = 0; row < Sentences.Count; row++)
        {
            for (int t = 1; t <= Sentences.LengthOf(row); t++)
                beginnings.Add(Sentences.IdsOf(row)[..t], label: 0);
        }
        double[] probabilities = [.. SentenceStates.Probabilities(Network, beginnings).Select(all => all[1])];
        return [.. probabilities.Chunk(Sentences.LengthOf(0))];
    }

    /// <summary>Whether both sentences are labelled right.</summary>
    public bool Learned()
    {
        double[][] ofLabel = SentenceStates.Probabilities(Network, Sentences);
        return ofLabel.Select((all, row) => all[1] > all[0] == (Sentences.LabelOf(row) == 1)).All(right => right);
    }

    /// <summary>What each word brings, U x, [word][H].</summary>
    public float[][] Columns()
    {
        // W_ih is [H,V]: a word's vector is a column.
        float[] weight = Network.Parameters["rnn.weight_ih_l0"];
        int hidden = Network.Config.Hidden;
        return [.. Words.Select((_, word) => Enumerable.Range(0, hidden).Select(i => weight[i * Words.Count + word]).ToArray())];
    }
}
