using Unroll.Data;
using Unroll.Models;
using Unroll.Training;

namespace Unroll.Server.Tests;

/// <summary>Two small models, trained once: one that reads both ways, and one that can be streamed.</summary>
internal static class ServedModels
{
    private static readonly Lazy<SentenceClassifier> Both = new(() => Train(bidirectional: true, seed: 1));
    private static readonly Lazy<SentenceClassifier> One = new(() => Train(bidirectional: false, seed: 2));

    public static SentenceClassifier BothWays => Both.Value;

    public static SentenceClassifier OneWay => One.Value;

    public static SentenceClassifier Train(bool bidirectional, ulong seed)
    {
        string[] good = ["good", "great", "fine", "lovely"], bad = ["bad", "awful", "poor", "dull"];
        IEnumerable<LabelledText> rows =
            from noun in (string[])["movie", "film", "song", "book"]
            from i in Enumerable.Range(0, 4)
            from text in (string[])[$"the {noun} is {good[i]}\tgood", $"the {noun} is {bad[i]}\tbad"]
            select new LabelledText(text.Split('\t')[1], text.Split('\t')[0], 0);
        return SentenceClassifier.Train(rows, new TrainingOptions
        {
            Cell = Cell.Gru,
            Embedding = 8,
            Hidden = 6,
            Bidirectional = bidirectional,
            Linear = false,
            DevShare = 0,
            Epochs = 8,
            Seed = seed,
            LearningRate = 0.02f,
        });
    }
}
