using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Experiments;

/// <summary>Labelled rows as a network reads them.</summary>
/// <param name="Train">Rows to train on.</param>
/// <param name="Test">Rows to measure on.</param>
/// <param name="Vocabulary">The words of the rows to train on.</param>
/// <param name="Labels">The label of each class.</param>
internal sealed record RowTexts(EncodedTexts Train, EncodedTexts Test, Vocabulary Vocabulary, IReadOnlyList<string> Labels)
{
    private const int MinimumCount = 2;
    private const double TestShare = 0.1;
    private const ulong FirstSplit = 42;

    /// <summary>Splits rows off where there are none to measure on, and encodes all.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="split">Which of the splits, from 1: each takes other rows.</param>
    public static RowTexts Of(ExperimentRows rows, int split)
    {
        var parts = DevSplit.Of(
            rows.Train, rows.Dev, new TrainingOptions { DevShare = TestShare, Seed = FirstSplit + (ulong)(split - 1) });
        IReadOnlyList<int> trainRows = parts.TrainRows ?? [.. Enumerable.Range(0, rows.Train.Count)];
        var vocabulary = Vocabulary.Build(rows.Train, trainRows, MinimumCount);
        IReadOnlyList<string> labels = rows.Train.DistinctLabels(trainRows);
        return new RowTexts(
            Encode(parts.Train, parts.TrainRows, vocabulary, labels), Encode(parts.Dev, parts.DevRows, vocabulary, labels),
            vocabulary, labels);
    }

    /// <summary>The same with the words of each text in random order.</summary>
    public RowTexts Shuffled(TorchGenerator generator) =>
        this with { Train = Shuffled(Train, generator), Test = Shuffled(Test, generator) };

    private static EncodedTexts Shuffled(EncodedTexts texts, TorchGenerator generator)
    {
        var shuffled = new EncodedTexts();
        for (int row = 0; row < texts.Count; row++)
        {
            int[] order = new int[texts.LengthOf(row)];
            generator.FillPermutation(order);
            int[] ids = texts.IdsOf(row).ToArray();
            shuffled.Add([.. order.Select(i => ids[i])], texts.LabelOf(row));
        }
        return shuffled;
    }

    private static EncodedTexts Encode(
        Corpus corpus, IReadOnlyList<int>? rows, Vocabulary vocabulary, IReadOnlyList<string> labels)
    {
        Dictionary<string, int> classOf = labels.Select((label, c) => (label, c)).ToDictionary(StringComparer.Ordinal);
        var texts = new EncodedTexts();
        foreach (int row in rows ?? [.. Enumerable.Range(0, corpus.Count)])
        {
            string label = corpus.Labels[corpus.LabelOf(row)];
            if (!classOf.TryGetValue(label, out int c))
            {
                throw new InputException(
                    $"row {row + 1} is the only one with the label \"{label}\", expected at least two of each");
            }
            string[] tokens = [.. corpus.TokensOf(row).ToArray().Select(token => corpus.Tokens[token])];
            texts.Add(vocabulary.Encode(tokens), c);
        }
        return texts;
    }
}
