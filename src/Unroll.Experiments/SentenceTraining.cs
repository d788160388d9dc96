using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// Trains a cell on the sentences of a task, drawn anew in every step, and measures it on others. Training ends when the loss of
/// a stretch of steps is next to nothing; sentences of sizes that are not trained play no part in that.
/// </summary>
internal sealed class SentenceTraining
{
    /// <summary>B.</summary>
    public const int BatchSize = 32;

    /// <summary>Steps of a stretch, whose mean loss is a point of the curve.</summary>
    public const int CurveEvery = 50;

    // In nats: below it the labels of the trained sizes are as good as certain.
    private const double LearnedLoss = 0.01;
    private const int Embedding = 16;
    private const int TestRows = 200;

    private readonly ISentenceTask _task;
    private readonly CellTraining _training;
    private readonly TorchGenerator _generator;
    private readonly ulong _seed;
    private readonly EncodedTexts _texts = new();
    private readonly int[] _rows = [.. Enumerable.Range(0, BatchSize)];

    /// <summary>Makes a network with fresh parameters.</summary>
    /// <param name="task">The sentences.</param>
    /// <param name="cell">The recurrent layer.</param>
    /// <param name="hidden">H.</param>
    /// <param name="layers">Layers, one upon the other.</param>
    /// <param name="seed">The seed of parameters and sentences.</param>
    public SentenceTraining(ISentenceTask task, CellChoice cell, int hidden, int layers, ulong seed)
    {
        (_task, _seed) = (task, seed);
        NetworkConfig config = cell.Config(Embedding, hidden, task.Classes, task.Vocabulary) with { Layers = layers };
        _training = new CellTraining(cell, config, CellTraining.Settings(seed));
        _generator = new TorchGenerator(1_000_000 + seed);
    }

    /// <summary>The network.</summary>
    public Network Network => _training.Step.Network;

    /// <summary>The mean loss of each stretch of <see cref="CurveEvery"/> steps.</summary>
    public List<double> Curve { get; } = [];

    /// <summary>Steps that were done.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether the loss of the last stretch was next to nothing.</summary>
    public bool Learned => Curve.Count > 0 && Curve[^1] < LearnedLoss;

    /// <summary>Trains until it is learned, the loss is no number any more, or the steps are over.</summary>
    /// <param name="sizes">Sizes of sentences; each has one, drawn at random.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="steps">Steps at most.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public void Run(IReadOnlyList<int> sizes, float learningRate, int steps, CancellationToken cancellationToken)
    {
        double sum = 0;
        while (Steps < steps && !Learned && double.IsFinite(sum))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _texts.Clear();
            for (int row = 0; row < BatchSize; row++)
                _task.Add(sizes[(int)(_generator.NextUInt32() % (uint)sizes.Count)], _generator, _texts);
            sum += _training.Step.Run(_texts, _rows, learningRate).Loss;
            int inStretch = Steps++ % CurveEvery + 1;
            if (inStretch < CurveEvery && Steps < steps)
                continue;
            Curve.Add(sum / inStretch);
            sum = 0;
        }
    }

    /// <summary>The share of other sentences of a size that are labelled right.</summary>
    /// <param name="size">Their size, trained or not.</param>
    /// <param name="rows">How many.</param>
    public double Accuracy(int size, int rows = TestRows) => Accuracy(Test(size, rows));

    /// <summary>The share of some sentences that are labelled right.</summary>
    /// <param name="texts">The sentences.</param>
    public double Accuracy(EncodedTexts texts)
    {
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, texts.Count)]);
        return _training.Accuracy(batch);
    }

    /// <summary>Sentences to measure on, the same for every cell.</summary>
    /// <param name="size">Their size.</param>
    /// <param name="rows">How many.</param>
    public EncodedTexts Test(int size, int rows)
    {
        var generator = new TorchGenerator(2_000_000 + 1000 * _seed + (ulong)size);
        var texts = new EncodedTexts();
        for (int row = 0; row < rows; row++)
            _task.Add(size, generator, texts);
        return texts;
    }
}
