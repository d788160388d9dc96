using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class PredictionStreamTests
{
    private static readonly string[] Words = [.. Enumerable.Range(0, 20).Select(i => $"w{i}")];

    public static TheoryData<Cell, Pooling> CellsAndPoolings()
    {
        var data = new TheoryData<Cell, Pooling>();
        foreach (Cell cell in RecurrentCells.All)
        {
            foreach (Pooling pooling in Enum.GetValues<Pooling>())
                data.Add(cell, pooling);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(CellsAndPoolings))]
    public void After_every_word_it_says_what_the_model_says_of_the_words_so_far(Cell cell, Pooling pooling)
    {
        foreach (int layers in (int[])[1, 3])
        {
            foreach (int embedding in (int[])[0, 7])
            {
                SentenceClassifier classifier = Create(cell, pooling, layers, embedding);
                PredictionStream stream = classifier.Stream();
                for (int text = 0; text < 2; text++, stream.Clear())
                {
                    string[] words = [.. RandomWords(text, 60)];
                    for (int n = 1; n <= words.Length; n++)
                    {
                        Prediction soFar = stream.Add(words[n - 1]);
                        Prediction whole = classifier.Predict(string.Join(' ', words[..n]));
                        Close.To(Values(whole), Values(soFar), 1e-6, what: $"{layers} layers, embedding {embedding}, word {n}");
                        Assert.Equal((n, words[n - 1]), (stream.Count, soFar.Text));
                    }
                }
            }
        }
    }

    [Fact]
    public void Predictions_do_differ_from_word_to_word()
    {
        PredictionStream stream = Create(Cell.Lstm, Pooling.Attention, 2, 7).Stream();
        double[] seen = [.. RandomWords(0, 30).Select(word => stream.Add(word).Probability)];
        Assert.True(seen.Distinct().Count() > 25);
    }

    [Fact]
    public void A_piece_may_hold_several_words_or_none()
    {
        SentenceClassifier classifier = Create(Cell.Gru, Pooling.Mean, 1, 7);
        PredictionStream stream = classifier.Stream();
        Close.To(Values(classifier.Predict("")), Values(stream.Add(" ")), 0);
        Prediction two = stream.Add("w1  W2 ");
        Close.To(Values(classifier.Predict("w1 w2")), Values(two), 1e-6);
        Close.To(Values(two), Values(stream.Add("")), 0);
        Close.To(Values(classifier.Predict("w1 w2 unknown")), Values(stream.Add("unknown")), 1e-6);
        Assert.Equal(3, stream.Count);
    }

    [Fact]
    public void A_long_text_costs_no_memory_and_stays_exact()
    {
        SentenceClassifier classifier = Create(Cell.Lstm, Pooling.Attention, 2, 7);
        PredictionStream stream = classifier.Stream();
        string[] words = [.. RandomWords(3, 20_000)];
        foreach (string word in words[..100])
            stream.Add(word);
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (string word in words[100..200])
            stream.Add(word);
        long early = GC.GetAllocatedBytesForCurrentThread() - before;
        foreach (string word in words[200..^100])
            stream.Add(word);
        before = GC.GetAllocatedBytesForCurrentThread();
        Prediction last = words[^100..].Select(stream.Add).Last();
        long late = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(late, 0, early + 1000);
        Close.To(Values(classifier.Predict(string.Join(' ', words))), Values(last), 1e-5);
    }

    [Fact]
    public void Bidirectional_models_and_words_outside_a_closed_vocabulary_are_refused()
    {
        var vocabulary = new Vocabulary(["<pad>", "<unk>", "a"], UnknownWords.Token);
        var config = new ModelConfig { Embedding = 3, Hidden = 3, Labels = ["x", "y"], Bidirectional = true };
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(
            () => SentenceClassifier.Create(config, vocabulary).Stream());
        Assert.Contains("bidirectional", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<InvalidOperationException>(
            () => SentenceClassifier.Create(
                config with { Cell = Cell.Transformer, Embedding = 4, Hidden = 4, Bidirectional = false }, vocabulary).Stream());
        Assert.Contains("a Transformer reads every word beside all others", e.Message, StringComparison.Ordinal);

        var closed = SentenceClassifier.Create(
            config with { Bidirectional = false, Unknown = UnknownWords.Refuse }, new Vocabulary(
                ["a", "b"], UnknownWords.Refuse));
        PredictionStream stream = closed.Stream();
        Assert.Throws<InputException>(() => stream.Add(""));
        stream.Add("a");
        Assert.Throws<InputException>(() => stream.Add("b c"));
        Assert.Equal(1, stream.Count);
        Close.To(Values(closed.Predict("a b")), Values(stream.Add("b")), 1e-6);
    }

    private static SentenceClassifier Create(Cell cell, Pooling pooling, int layers, int embedding)
    {
        var vocabulary = new Vocabulary(["<pad>", "<unk>", .. Words], UnknownWords.Token);
        var config = new ModelConfig
        {
            Cell = cell,
            Pooling = pooling,
            Layers = layers,
            Embedding = embedding,
            Hidden = 9,
            Labels = ["x", "y", "z"],
            Temperature = 0.7,
        };
        return SentenceClassifier.Create(config, vocabulary, new TrainingOptions { Seed = 3 });
    }

    private static IEnumerable<string> RandomWords(int seed, int count)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => Words[random.Next(Words.Length)]);
    }

    private static double[] Values(Prediction prediction) => [.. prediction.Probabilities.Select(entry => entry.Value)];
}
