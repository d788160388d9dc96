using Unroll.Engine.Batches;
using Unroll.Terms;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Terms;

public class NaiveBayesTests
{
    private static readonly (string Label, string Text)[] Labelled =
        [("pos", "a fine film"), ("neg", "a dull film"), ("pos", "fine fine acting"), ("neg", "a slow story")];

    private static readonly string[] Unlabelled =
        ["fine and warm", "warm acting", "dull and cold", "a cold cold story", "warm warm film", "slow and cold"];

    [Theory]
    [InlineData(TokenKind.Word, 0)]
    [InlineData(TokenKind.Word, 1)]
    [InlineData(TokenKind.Word, 4)]
    [InlineData(TokenKind.Char, 3)]
    public void It_is_what_the_formulas_say(TokenKind kind, int rounds)
    {
        (EncodedTexts labelled, EncodedTexts others, int words) = Read(kind, most: int.MaxValue);
        var bayes = NaiveBayes.Train(labelled, others, words, classes: 2, rounds);
        double[][] expected = Reference(kind, rounds);
        double[] logits = new double[2];
        for (int row = 0; row < others.Count; row++)
        {
            bayes.Logits(others.IdsOf(row), logits);
            Assert.Equal(expected[row][0], 1 / (1 + Math.Exp(logits[1] - logits[0])), 1e-12);
        }
    }

    // Without labels "warm" and "cold" are known by the words that they stand with.
    [Fact]
    public void Words_of_texts_without_a_label_are_learned()
    {
        (EncodedTexts labelled, EncodedTexts others, int words) = Read(TokenKind.Word, most: int.MaxValue);
        double[] logits = new double[2];
        NaiveBayes.Train(labelled, others, words, classes: 2, rounds: 0).Logits([], logits);
        Assert.Equal(logits[0], logits[1]);
        Assert.Equal(Math.Log(3.0 / 6), logits[0], 1e-12);
        var bayes = NaiveBayes.Train(labelled, others, words, classes: 2, rounds: 4);
        bayes.Logits(others.IdsOf(5), logits);
        Assert.True(logits[0] > logits[1] + 0.5, "slow and cold is negative");
        bayes.Logits(others.IdsOf(4), logits);
        Assert.True(logits[1] > logits[0] + 0.5, "warm warm film is positive");
    }

    [Fact]
    public void Expectation_maximisation_never_makes_the_texts_less_probable()
    {
        (EncodedTexts labelled, EncodedTexts others, int words) = Read(TokenKind.Word, most: int.MaxValue);
        double before = double.NegativeInfinity;
        for (int rounds = 0; rounds < 8; rounds++)
        {
            double now = LogPosterior(NaiveBayes.Train(labelled, others, words, classes: 2, rounds), labelled, others, words);
            Assert.True(now >= before - 1e-9, $"{now} after {before}");
            before = now;
        }
    }

    [Fact]
    public void A_text_is_the_set_of_its_words_and_words_have_a_limit()
    {
        (EncodedTexts labelled, EncodedTexts others, int words) = Read(TokenKind.Word, most: int.MaxValue);
        Assert.Equal(10, words);
        Assert.Equal([1, 4], labelled.IdsOf(2));
        (_, EncodedTexts limited, int few) = Read(TokenKind.Word, most: 4);
        Assert.Equal(4, few);
        Assert.Equal([1], limited.IdsOf(0));
        Assert.Equal([0], limited.IdsOf(1));
        Assert.Equal(others.Count, limited.Count);
    }

    private static (EncodedTexts Labelled, EncodedTexts Others, int Words) Read(TokenKind kind, int most)
    {
        var corpus = new Corpus(new Tokenizer(kind, Lowercase: true));
        foreach ((string label, string text) in Labelled)
            corpus.Add(label, text);
        Corpus unlabelled = corpus.CreateSharing();
        foreach (string text in Unlabelled)
            unlabelled.AddUnlabelled(text);
        var sets = new WordSets(most);
        EncodedTexts labelled = sets.Read(
            corpus, Enumerable.Range(0, corpus.Count), row => corpus.Labels[corpus.LabelOf(row)] == "pos" ? 1 : 0);
        EncodedTexts others = sets.Read(unlabelled, Enumerable.Range(0, unlabelled.Count), _ => 0);
        return (labelled, others, sets.Count);
    }

    // p of each text without a label, by strings and dictionaries.
    private static double[][] Reference(TokenKind kind, int rounds)
    {
        string[] labels = ["neg", "pos"];
        string[][] known = [.. Labelled.Select(row => Words(row.Text, kind))];
        string[][] others = [.. Unlabelled.Select(text => Words(text, kind))];
        string[] all = [.. known.Concat(others).SelectMany(words => words).Distinct()];
        double[] prior = [.. labels.Select(label => (1.0 + Labelled.Count(row => row.Label == label)) / (2 + Labelled.Length))];
        double[][]? p = null;
        for (int round = 0; round <= rounds; round++)
        {
            Dictionary<string, double>[] theta = [.. labels.Select((label, c) =>
            {
                var counts = all.ToDictionary(word => word, word => 1.0
                    + known.Where((words, i) => Labelled[i].Label == label && words.Contains(word)).Count()
                    + (p is null ? 0 : others.Select((words, i) => words.Contains(word) ? p[i][c] : 0).Sum()));
                double total = counts.Values.Sum();
                return counts.ToDictionary(entry => entry.Key, entry => entry.Value / total);
            })];
            p = [.. others.Select(words =>
            {
                double[] joint = [.. labels.Select((_, c) => words.Aggregate(prior[c], (p, word) => p * theta[c][word]))];
                return joint.Select(value => value / joint.Sum()).ToArray();
            })];
        }
        return p!;
    }

    private static string[] Words(string text, TokenKind kind) => kind == TokenKind.Word
        ? [.. text.Split(' ').Distinct()]
        : [.. Enumerable.Range(0, text.Length - 2).Select(i => text.Substring(i, 3)).Distinct()];

    // log p(texts) + log p(θ) under one count more of each word, what expectation maximisation climbs.
    private static double LogPosterior(NaiveBayes bayes, EncodedTexts labelled, EncodedTexts others, int words)
    {
        double[] logits = new double[2];
        double sum = 0;
        for (int row = 0; row < labelled.Count; row++)
        {
            bayes.Logits(labelled.IdsOf(row), logits);
            sum += logits[labelled.LabelOf(row)];
        }
        for (int row = 0; row < others.Count; row++)
        {
            bayes.Logits(others.IdsOf(row), logits);
            sum += Math.Log(Math.Exp(logits[0]) + Math.Exp(logits[1]));
        }
        double[] prior = new double[2];
        bayes.Logits([], prior);
        for (int word = 0; word < words; word++)
        {
            bayes.Logits([word], logits);
            sum += logits[0] - prior[0] + logits[1] - prior[1];
        }
        return sum;
    }
}
