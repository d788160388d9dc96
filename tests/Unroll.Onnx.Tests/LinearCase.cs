using Unroll.Data;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Onnx.Tests;

/// <summary>A model with a linear part, both with random parameters.</summary>
internal sealed record LinearCase(TokenKind Kind, UnknownWords Unknown, double Share, double Temperature, Pooling Pooling)
{
    /// <summary>How many networks the model has.</summary>
    public int Networks { get; init; } = 1;

    /// <summary>Whether each label is decided by itself.</summary>
    public bool MultiLabel { get; init; }

    private static readonly string[] Known =
        ["the Film is good , not bad", "not good not good", "a naïve 😀 plot 图书馆", "bad bad bad", "▁ so-so ▁"];

    public static IReadOnlyList<LinearCase> All { get; } =
    [
        .. from kind in Enum.GetValues<TokenKind>()
           from share in (double[])[0.3, 1]
           select new LinearCase(kind, UnknownWords.Token, share, share == 1 ? 1 : 1.7, Pooling.Max),
        new(TokenKind.Word, UnknownWords.Drop, 0.6, 1, Pooling.Last),
        new(TokenKind.Word, UnknownWords.Token, 1, 1.7, Pooling.Max) { Networks = 0 },
        new(TokenKind.Char, UnknownWords.Token, 1, 1, Pooling.Max) { Networks = 0 },
        .. from pooling in Enum.GetValues<Pooling>()
           select new LinearCase(TokenKind.Word, UnknownWords.Token, 0.3, 1.7, pooling) { Networks = 3 },
        new(TokenKind.Word, UnknownWords.Refuse, 0.6, 2, Pooling.Mean),
        new(TokenKind.Word, UnknownWords.Token, 0.4, 1.7, Pooling.Mean) { MultiLabel = true },
        new(TokenKind.Word, UnknownWords.Token, 1, 1, Pooling.Max) { MultiLabel = true, Networks = 0 },
    ];

    public string Name => $"{(MultiLabel ? "several labels, " : "")}{Networks} networks, {Kind}, unknown words: {Unknown}, "
        + $"λ {Share}, T {Temperature}, {Pooling}";

    /// <summary>Texts with known words, unknown ones, pieces that are known, repeated ones, and nothing at all.</summary>
    public string[] Texts => Unknown == UnknownWords.Refuse
        ? ["good film", "bad", "not good , not bad not"]
        :
        [
            "the film is good", "", "good", "xyzzy", "films goodness", "bad bad bad not good 😀😀", "  ", "a 图书 plot naïve",
            "▁", "QQQQ",
        ];

    /// <summary>A linear part and a network of random numbers; of the network's words some are unknown that have terms.</summary>
    public SentenceClassifier CreateModel()
    {
        var tokenizer = new Tokenizer(Kind);
        var corpus = new Corpus(tokenizer);
        corpus.AddRange(Known.Select(text => new LabelledText("x", text)));
        string[] special = Unknown switch
        {
            UnknownWords.Token => ["<pad>", "<unk>"],
            UnknownWords.Drop => ["<pad>"],
            UnknownWords.Refuse => [],
            _ => throw new InvalidOperationException($"{Unknown}"),
        };
        string[] words = Kind == TokenKind.Char ? ["g", "o", "d", "b", "a", "n", "▁"] : ["good", "bad", "not", "film", ",", "is"];
        var config = new ModelConfig
        {
            Networks = Networks,
            Cell = Cell.Gru,
            Embedding = 4,
            Hidden = 5,
            Pooling = Pooling,
            Labels = ["-", "0", "+"],
            Tokens = tokenizer,
            Unknown = Unknown,
            Temperature = Temperature,
            MultiLabel = MultiLabel,
        };
        SentenceClassifier classifier = SentenceClassifier.Create(config, new Vocabulary([.. special, .. words], Unknown));
        var generator = new TorchGenerator(7);
        foreach (Engine.Networks.Network network in classifier.Networks)
        {
            foreach (Engine.Networks.Parameter parameter in network.Parameters.All)
                network.Parameters.Write(parameter, Normal(parameter.Length));
            network.Pack();
        }
        var counts = new TermCounts(corpus);
        counts.Add(Enumerable.Range(0, corpus.Count));
        TermTable terms = counts.Keep(150).Terms;
        classifier.SetLinear(new LinearPart(terms, Normal(3 * terms.Count), Normal(3)), Share);
        return classifier;

        float[] Normal(int count)
        {
            float[] values = new float[count];
            generator.FillNormal(values, 0, 0.8f);
            return values;
        }
    }

    /// <summary>What the graph is given for texts.</summary>
    public TextBatch Batch(string name, SentenceClassifier classifier, string[] texts, long fill = -1, float fillCount = 0)
    {
        string[][] tokens = [.. texts.Select(classifier.Config.Tokens.Tokenize)];
        int[][] ids = [.. tokens.Select(row => row.Length == 0 ? [] : classifier.Vocabulary.EncodeWords(row))];
        int time = ids.Select(row => row.Length).DefaultIfEmpty(0).Max();
        return new TextBatch(
            name, [.. ids.Select(row => (int[])[.. row, .. new int[time - row.Length]])], time,
            [.. ids.Select(row => row.Length)], [])
        {
            Terms = TermBatch.Of(tokens, Kind, classifier.Terms, fill, fillCount),
        };
    }
}
