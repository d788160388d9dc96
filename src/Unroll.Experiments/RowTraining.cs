using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>Trainings on labelled rows, epoch by epoch.</summary>
internal static class RowTraining
{
    private const int BatchSize = 32;

    /// <summary>Trains a cell and measures it after each epoch.</summary>
    /// <param name="cell">The recurrent layer.</param>
    /// <param name="texts">The rows.</param>
    /// <param name="embedding">E.</param>
    /// <param name="hidden">H.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="epochs">How often all rows are seen.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>The network, and its accuracy on the rows to measure on after each epoch.</returns>
    public static (Network Network, double[] Accuracy) Cell(
        CellChoice cell, RowTexts texts, int embedding, int hidden, float learningRate, int epochs, ulong seed,
        CancellationToken cancellationToken)
    {
        CellTraining training = Fresh(cell, texts, embedding, hidden, seed);
        var batch = new Batch();
        batch.Fill(texts.Test, [.. Enumerable.Range(0, texts.Test.Count)]);
        double[] accuracy = Epochs(
            texts.Train, seed, epochs, rows => training.Step.Run(texts.Train, rows, learningRate), () => training.Accuracy(batch),
            cancellationToken);
        // Rows of word vectors that the last steps did not see are brought up to date, for others read the network now.
        training.Step.CatchUp();
        return (training.Step.Network, accuracy);
    }

    /// <summary>A network with fresh parameters, as <see cref="Cell"/> begins with.</summary>
    public static CellTraining Fresh(CellChoice cell, RowTexts texts, int embedding, int hidden, ulong seed) =>
        new(cell, cell.Config(embedding, hidden, texts.Labels.Count, texts.Vocabulary.Size), CellTraining.Settings(seed));

    /// <summary>Trains a bag of word vectors and measures it after each epoch.</summary>
    public static double[] Bag(
        RowTexts texts, int embedding, float learningRate, int epochs, ulong seed, CancellationToken cancellationToken)
    {
        var bag = new BagOfEmbeddings(
            texts.Vocabulary.Size, embedding, texts.Labels.Count, CellTraining.Settings(seed).Optimizer, seed);
        return Epochs(
            texts.Train, seed, epochs, rows => bag.Step(texts.Train, rows, learningRate), () => bag.Accuracy(texts.Test),
            cancellationToken);
    }

    private static double[] Epochs(
        EncodedTexts train, ulong seed, int epochs, Action<int[]> step, Func<double> accuracy,
        CancellationToken cancellationToken)
    {
        var generator = new TorchGenerator(2_000_000 + seed);
        double[] curve = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            foreach (int[] rows in BatchOrder.Shuffled(train, BatchSize, generator))
            {
                cancellationToken.ThrowIfCancellationRequested();
                step(rows);
            }
            curve[epoch] = accuracy();
        }
        return curve;
    }
}
