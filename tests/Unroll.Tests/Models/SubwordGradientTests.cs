using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Tests.Oracles;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>
/// A network with sub-words against one without, in whose table every word that is read, known or not, has a row of its own with
/// the vector that its pieces make.
/// </summary>
public class SubwordGradientTests
{
    private const int Words = 12;
    private const int Rows = 9;
    private const int Width = 6;

    // Known words, one read twice; known words by their pieces alone (12 …); words that are not known (24 …).
    private static readonly int[][] Sentences = [[2, 3, 4, 3, 1], [24, 5], [14, 2, 25, 6, 7], [0, 11, 23, 8]];

    private static readonly int[] Labels = [0, 1, 1, 0];

    [Theory]
    [InlineData(0, null)]
    [InlineData(0.2f, null)]
    [InlineData(0, 2)]
    public void Loss_and_gradients_are_those_of_the_vectors_that_the_pieces_make(float adversarial, int? truncate)
    {
        (Network network, EncodedTexts texts) = Create(truncate);
        (Network folded, EncodedTexts plain) = Fold(network, texts);
        (double loss, Parameters gradients) = Gradients(network, texts, adversarial, truncate);
        (double expectedLoss, Parameters expected) = Gradients(folded, plain, adversarial, truncate);
        Assert.Equal(expectedLoss, loss, 1e-6);
        foreach (Parameter parameter in expected.All.Where(parameter => !parameter.IsTable))
            Close.To(Close.Widen(expected.Read(parameter)), Close.Widen(gradients[parameter.Name]), 1e-6, 1e-4, parameter.Name);

        double[] dVectors = Close.Widen(expected["embedding.weight"]);
        double[] dWords = dVectors[..(Words * Width)];
        double[] dPieces = new double[Rows * Width];
        for (int id = 0; id < folded.Config.Vocabulary; id++)
        {
            int[] pieces = PiecesOf(network, texts, id);
            foreach (int row in pieces)
            {
                for (int e = 0; e < Width; e++)
                    dPieces[row * Width + e] += dVectors[id * Width + e] / pieces.Length;
            }
        }
        Assert.Contains(dPieces, d => Math.Abs(d) > 1e-4);
        Close.To(dWords, Close.Widen(gradients["embedding.weight"]), 1e-6, 1e-4, "embedding.weight");
        Close.To(dPieces, Close.Widen(gradients["subword.weight"]), 1e-6, 1e-4, "subword.weight");
    }

    [Fact]
    public void Gradients_of_both_tables_are_the_slopes_of_the_loss_in_double_precision()
    {
        (Network network, EncodedTexts texts) = Create(truncate: null);
        (_, Parameters gradients) = Gradients(network, texts, adversarial: 0, truncate: null);
        var parameters = network.Parameters.All.ToDictionary(
            parameter => parameter.Name, parameter => Close.Widen(network.Parameters.Read(parameter)));
        foreach (string name in (string[])["embedding.weight", "subword.weight"])
        {
            double[] gradient = Close.Widen(gradients[name]);
            FiniteDifferences.Check(parameters[name], gradient, () => Loss(network, texts, parameters), "d " + name);
        }
    }

    [Fact]
    public void The_norm_that_clips_is_that_of_all_gradients()
    {
        (Network network, EncodedTexts texts) = Create(truncate: null);
        using var pool = new WorkerPool(2);
        var step = new TrainingStep(network, new StepSettings(), pool);
        double norm = step.Run(texts, [0, 1, 2, 3], 0.01f).GradientNorm;
        double squares = 0;
        foreach (float d in step.CopyGradients().Values)
            squares += (double)d * d;
        Assert.Equal(Math.Sqrt(squares), norm, 1e-6);
    }

    [Fact]
    public void A_step_moves_the_rows_of_its_words_and_of_their_pieces_alone()
    {
        (Network network, EncodedTexts texts) = Create(truncate: null);
        float[] words = network.Parameters["embedding.weight"];
        float[] pieces = network.Parameters["subword.weight"];
        var step = new TrainingStep(network, new StepSettings(), WorkerPool.CallerAlone);
        step.Run(texts, [1], 0.01f);
        // The row has one known word, and one that is not known.
        HashSet<int> moved = [.. PiecesOf(network, texts, 24), .. PiecesOf(network, texts, 5)];
        Assert.Equal([5], Changed(words, network.Parameters["embedding.weight"]));
        Assert.Equal(moved.Order(), Changed(pieces, network.Parameters["subword.weight"]));

        static IEnumerable<int> Changed(float[] before, float[] after) =>
            Enumerable.Range(0, before.Length / Width).Where(row =>
                !before.AsSpan(row * Width, Width).SequenceEqual(after.AsSpan(row * Width, Width)));
    }

    [Fact]
    public void Word_dropout_leaves_a_word_its_pieces()
    {
        (Network network, EncodedTexts texts) = Create(truncate: null);
        var settings = new StepSettings { WordDropout = 0.999f, UnknownId = 1 };
        var step = new TrainingStep(network, settings, WorkerPool.CallerAlone);
        step.ComputeGradients(texts, [0, 1, 2, 3]);
        Parameters gradients = step.CopyGradients();
        Assert.DoesNotContain(gradients["embedding.weight"][(2 * Width)..], d => d != 0);
        Assert.Contains(gradients["subword.weight"], d => d != 0);
        // Padding and unknown word have no pieces, and stay.
        Assert.Contains(gradients["embedding.weight"][Width..(2 * Width)], d => d != 0);
    }

    [Fact]
    public void First_values_are_the_same_beside_sub_words()
    {
        (Network with, _) = Create(truncate: null);
        var without = new Network(with.Config with { Subwords = 0 });
        new InitialValues().Draw(without, new TorchGenerator(1));
        foreach (Parameter parameter in without.Parameters.All)
            Assert.Equal(without.Parameters.Read(parameter), with.Parameters[parameter.Name]);
        float[] drawn = with.Parameters["subword.weight"];
        Assert.InRange(drawn.Average(value => (double)value * value), 0.5, 1.5);
    }

    private static double Loss(Network network, EncodedTexts texts, Dictionary<string, double[]> parameters)
    {
        int vocabulary = 2 * Words + texts.UnknownWords.Count;
        var folded = parameters.Where(entry => entry.Key != "subword.weight").ToDictionary();
        folded["embedding.weight"] =
            [.. Enumerable.Range(0, vocabulary).SelectMany(id => Vector(network, texts, id, parameters))];
        // The engine has a GRU's second bias where it counts alone.
        double[] hidden = new double[3 * network.Config.Hidden];
        folded["rnn.bias_hn_l0"].CopyTo(hidden, 2 * network.Config.Hidden);
        folded["rnn.bias_hh_l0"] = hidden;
        var config = new OracleConfig("gru", vocabulary, Width, network.Config.Hidden, 1, false, "mean", 2);
        return new ClassifierOracle(config, folded).Loss(Sentences, Labels);
    }

    private static double[] Vector(Network network, EncodedTexts texts, int id, Dictionary<string, double[]> parameters)
    {
        double[] vector = new double[Width];
        if (id < Words)
            parameters["embedding.weight"].AsSpan(id * Width, Width).CopyTo(vector);
        int[] pieces = PiecesOf(network, texts, id);
        foreach (int row in pieces)
        {
            for (int e = 0; e < Width; e++)
                vector[e] += parameters["subword.weight"][row * Width + e] / pieces.Length;
        }
        return vector;
    }

    private static int[] PiecesOf(Network network, EncodedTexts texts, int id) => id < Words
        ? [.. network.Subwords![id]]
        : id < 2 * Words ? [.. network.Subwords![id - Words]] : [.. texts.UnknownWords[id - 2 * Words]];

    private static (Network Network, EncodedTexts Texts) Create(int? truncate)
    {
        var network = new Network(new NetworkConfig
        {
            Cell = Cell.Gru,
            Vocabulary = Words,
            Embedding = Width,
            Subwords = Rows,
            Hidden = 5,
            Classes = 2,
            Pooling = truncate is null ? Pooling.Mean : Pooling.Last,
        })
        {
            Subwords = TestNetworks.Pieces(Words, Rows, new TorchGenerator(4)),
        };
        new InitialValues().Draw(network, new TorchGenerator(1));
        network.Pack();
        var texts = new EncodedTexts();
        for (int row = 0; row < Sentences.Length; row++)
            texts.Add(Sentences[row], Labels[row]);
        texts.UnknownWords.Add([3, 3, 8]);
        texts.UnknownWords.Add([1]);
        return (network, texts);
    }

    private static (Network Folded, EncodedTexts Texts) Fold(Network network, EncodedTexts texts)
    {
        int vocabulary = 2 * Words + texts.UnknownWords.Count;
        var folded = new Network(network.Config with { Vocabulary = vocabulary, Subwords = 0 });
        var parameters = network.Parameters.All.ToDictionary(
            parameter => parameter.Name, parameter => Close.Widen(network.Parameters.Read(parameter)));
        float[] vectors =
        [
            .. Enumerable.Range(0, vocabulary).SelectMany(id => Vector(network, texts, id, parameters)).Select(x => (float)x),
        ];
        foreach (Parameter parameter in folded.Parameters.All)
            folded.Parameters.Write(parameter, parameter.IsTable ? vectors : network.Parameters[parameter.Name]);
        folded.Pack();
        var plain = new EncodedTexts();
        for (int row = 0; row < texts.Count; row++)
            plain.Add(texts.IdsOf(row), texts.LabelOf(row));
        return (folded, plain);
    }

    private static (double Loss, Parameters Gradients) Gradients(
        Network network, EncodedTexts texts, float adversarial, int? truncate)
    {
        using var pool = new WorkerPool(2);
        var step = new TrainingStep(network, new StepSettings { Adversarial = adversarial, TruncateSteps = truncate }, pool);
        double loss = step.ComputeGradients(texts, [.. Enumerable.Range(0, texts.Count)]);
        return (loss, step.CopyGradients());
    }
}
