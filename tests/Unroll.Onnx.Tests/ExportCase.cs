using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Onnx.Tests;

/// <summary>A model with random parameters, and what the engine computes with it.</summary>
public sealed record ExportCase(
    Cell Cell, Nonlinearity Nonlinearity, int Embedding, int Layers, bool Bidirectional, Pooling Pooling, double Temperature = 1)
{
    private const int Words = 11;

    /// <summary>How many networks the model has.</summary>
    public int Networks { get; init; } = 1;

    /// <summary>Every cell × directions × layers × pooling with word vectors, and one-hot and other cases besides.</summary>
    public static IReadOnlyList<ExportCase> All { get; } =
    [
        .. from cell in RecurrentCells.All
           from nonlinearity in Enum.GetValues<Nonlinearity>()
           where nonlinearity == Nonlinearity.Tanh || RecurrentCells.Of(cell).ReadsNonlinearity
           from embedding in (int[])[5, 0]
           from layers in (int[])[1, 2]
           from bidirectional in (bool[])[false, true]
           from pooling in Enum.GetValues<Pooling>()
           select new ExportCase(cell, nonlinearity, embedding, layers, bidirectional, pooling),
        new(Cell.Gru, Nonlinearity.Tanh, 5, 3, true, Pooling.Last),
        new(Cell.Lstm, Nonlinearity.Tanh, 5, 1, false, Pooling.Mean, Temperature: 2.5),
        .. from cell in RecurrentCells.All
           from pooling in Enum.GetValues<Pooling>()
           select new ExportCase(cell, Nonlinearity.Tanh, 5, 2, true, pooling) { Networks = 2 },
        new(Cell.Rnn, Nonlinearity.Tanh, 0, 1, false, Pooling.Last, Temperature: 2.5) { Networks = 3 },
        .. from norm in Enum.GetValues<NormPlace>()
           from positions in Enum.GetValues<Positions>()
           from layers in (int[])[1, 3]
           from pooling in Enum.GetValues<Pooling>()
           select Transformer(layers, pooling, new TransformerOptions
           {
               Heads = layers,
               Norm = norm,
               Positions = positions,
               MaximumPositions = 20,
           }),
        Transformer(2, Pooling.Max, new TransformerOptions { Heads = 3, FinalNorm = false, PositionScale = 0.3f }) with
        {
            Networks = 2,
        },
        Transformer(2, Pooling.Last, new TransformerOptions { Heads = 6, Norm = NormPlace.After, FinalNorm = true }),
    ];

    /// <summary>What else makes a Transformer.</summary>
    public TransformerOptions Options { get; init; } = new();

    private static ExportCase Transformer(int layers, Pooling pooling, TransformerOptions options) =>
        new(Cell.Transformer, Nonlinearity.Tanh, 6, layers, false, pooling) { Options = options };

    public string Name =>
        $"{Networks} × {Cell} {(Cell == Cell.Transformer ? Options : Nonlinearity)}, embedding {Embedding}, {Layers} layers, "
            + $"{(Bidirectional ? "both directions" : "forward")}, {Pooling}, T {Temperature}";

    public ModelConfig Config => new()
    {
        Networks = Networks,
        Cell = Cell,
        Nonlinearity = Nonlinearity,
        Embedding = Embedding,
        Hidden = 6,
        Layers = Layers,
        Bidirectional = Bidirectional,
        Transformer = Options,
        Pooling = Pooling,
        Temperature = Temperature,
        Labels = ["bad", "\"good\"", "né"],
    };

    /// <summary>Parameters from N(0, 0.4²), so that no gate, direction or bias is without effect.</summary>
    /// <param name="unknown">What becomes of unknown words.</param>
    public SentenceClassifier CreateModel(UnknownWords unknown = UnknownWords.Token)
    {
        string[] tokens = [.. Enumerable.Range(0, Words).Select(i => $"w{i}")];
        string[] special = unknown switch
        {
            UnknownWords.Token => ["<pad>", "<unk>"],
            UnknownWords.Drop => ["<pad>"],
            UnknownWords.Refuse => [],
            _ => throw new ArgumentOutOfRangeException(nameof(unknown)),
        };
        special.CopyTo(tokens, 0);
        var vocabulary = new Vocabulary(tokens, unknown);
        SentenceClassifier classifier = SentenceClassifier.Create(Config with { Unknown = unknown }, vocabulary);
        var generator = new TorchGenerator(7);
        foreach (Network network in classifier.Networks)
        {
            foreach (Parameter parameter in network.Parameters.All)
            {
                float[] values = new float[parameter.Length];
                generator.FillNormal(values, 0, 0.4f);
                network.Parameters.Write(parameter, values);
            }
            network.Pack();
        }
        return classifier;
    }

    /// <summary>Sentences of mixed lengths, the longest neither first nor last; two of one word.</summary>
    public static int[][] Sentences(ulong seed, params int[] lengths)
    {
        var generator = new TorchGenerator(seed);
        return [.. lengths.Select(length =>
        {
            long[] ids = new long[length];
            generator.FillIntegers(ids, 0, Words);
            return (int[])[.. ids.Select(id => (int)id)];
        })];
    }

    /// <summary>The engine's logits, sentence by sentence.</summary>
    public static float[][] Logits(SentenceClassifier classifier, int[][] sentences)
    {
        using var pool = new WorkerPool(1);
        var texts = new EncodedTexts();
        foreach (int[] sentence in sentences)
            texts.Add(sentence, label: 0);
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, sentences.Length)]);
        var pass = new NetworksPass(classifier.Networks, classifier.Config.Classes, pool);
        pass.Forward(batch);
        float[][] logits = new float[sentences.Length][];
        int classes = classifier.Config.Classes;
        for (int b = 0; b < batch.Count; b++)
            logits[batch.Rows[b]] = pass.Logits.Slice(b * classes, classes).ToArray();
        return logits;
    }

    public float[] Probabilities(float[] logits)
    {
        double[] probabilities = new double[logits.Length];
        TemperatureScaling.Softmax(logits, Temperature, probabilities);
        return [.. probabilities.Select(p => (float)p)];
    }
}
