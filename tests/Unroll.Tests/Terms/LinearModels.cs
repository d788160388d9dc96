using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Tests.Terms;

/// <summary>Small models with a linear part, network and linear part of random numbers.</summary>
internal static class LinearModels
{
    private static readonly string[] Texts = ["the film is good , not bad", "not good", "bad bad plot", "a 😀 plot"];

    /// <summary>A model whose linear part has the terms of some texts; its network knows some of their words.</summary>
    /// <param name="kind">What a token is.</param>
    /// <param name="share">λ.</param>
    /// <param name="unknown">What becomes of words that the network does not know.</param>
    /// <param name="change">Changes the model.</param>
    public static SentenceClassifier Create(
        TokenKind kind, double share, UnknownWords unknown = UnknownWords.Token, Func<ModelConfig, ModelConfig>? change = null)
    {
        var corpus = new Corpus(new Tokenizer(kind));
        corpus.AddRange(Texts.Select(text => new LabelledText("x", text)));
        var counts = new TermCounts(corpus);
        counts.Add(Enumerable.Range(0, Texts.Length));
        TermTable terms = counts.Keep(1000).Terms;
        var config = new ModelConfig
        {
            Cell = Cell.Gru,
            Embedding = 4,
            Hidden = 5,
            Pooling = Pooling.Mean,
            Labels = ["-", "0", "+"],
            Tokens = new Tokenizer(kind),
            Unknown = unknown,
        };
        config = change?.Invoke(config) ?? config;
        string[] special = unknown == UnknownWords.Drop ? ["<pad>"] : ["<pad>", "<unk>"];
        string[] words = kind == TokenKind.Char ? ["g", "o", "d", "b", "a", "▁", "t"] : ["good", "bad", "not", "film", "is"];
        SentenceClassifier classifier = SentenceClassifier.Create(config, new Vocabulary([.. special, .. words], unknown));
        var generator = new TorchGenerator(11);
        foreach (Parameter parameter in classifier.Parameters.All)
            classifier.Parameters.Write(parameter, Normal(parameter.Length, 0.8f));
        classifier.Network.Pack();
        float[] weight = Normal(config.Classes * terms.Count, 2);
        classifier.SetLinear(new LinearPart(terms, weight, Normal(config.Classes, 1)), share);
        return classifier;

        float[] Normal(int count, float deviation)
        {
            float[] values = new float[count];
            generator.FillNormal(values, 0, deviation);
            return values;
        }
    }

    /// <summary>A model with some terms and weights of two classes, whose rarities are all 1.</summary>
    public static SentenceClassifier Of(TokenKind kind, double share, params (string Term, float Weight)[] terms)
    {
        SentenceClassifier classifier = Create(kind, share, change: config => config with { Labels = ["-", "+"] });
        float[] rarity = [.. terms.Select(_ => 1f)];
        float[] weight = [.. terms.SelectMany(term => (float[])[-term.Weight, term.Weight])];
        classifier.SetLinear(
            new LinearPart(new TermTable([.. terms.Select(term => term.Term)], rarity, kind), weight, [0, 100]), share);
        return classifier;
    }
}
