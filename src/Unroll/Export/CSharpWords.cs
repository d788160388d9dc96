using System.Globalization;
using Unroll.Storage;

namespace Unroll.Export;

/// <summary>What every network has below and above its layers, as C#: word vectors and pooling.</summary>
internal static class CSharpWords
{
    public static string Fields(ModelConfig config) =>
        "    private readonly float[] _words;\n" + (config.Subwords > 0 ? "    private readonly float[] _pieces;\n" : "");

    public static string Read(ModelConfig config)
    {
        string width = config.Embedding.ToString(CultureInfo.InvariantCulture);
        string rows = config.Subwords.ToString(CultureInfo.InvariantCulture);
        return $"        _words = reader.Floats(vocabulary, {width});\n"
            + (config.Subwords > 0 ? $"        _pieces = reader.Floats({rows}, {width});\n" : "");
    }

    public static string PoolingFields(ModelConfig config) => config.Pooling == Pooling.Attention
        ? "    private readonly float[] _attentionWeight, _attentionBias, _attentionQuery;\n"
        : "";

    public static string PoolingRead(ModelConfig config) => config.Pooling != Pooling.Attention
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"""
                    _attentionWeight = reader.Floats({config.StateSize}, {config.StateSize});
                    _attentionBias = reader.Floats({config.StateSize});
                    _attentionQuery = reader.Floats({config.StateSize});

            """);

    /// <summary>The vector of a word; of one that is not known the mean of those of its pieces.</summary>
    public static string Word(ModelConfig config)
    {
        if (config.Subwords == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $$"""
                    private double[] Word(int id, List<string> tokens) => Row(_words, id);

                    private static double[] Row(float[] table, int row) =>
                        [.. Enumerable.Range(row * {{config.Embedding}}, {{config.Embedding}}).Select(i => (double)table[i])];


                """);
        }
        return string.Create(CultureInfo.InvariantCulture, $$"""
                // A word that is not in the vocabulary is the mean of its pieces of three to six letters.
                private double[] Word(int id, List<string> tokens)
                {
                    if (id >= 0)
                        return Row(_words, id);
                    List<int> pieces = PiecesOf(tokens[-1 - id]);
                    double[] mean = new double[{{config.Embedding}}];
                    foreach (int piece in pieces)
                    {
                        double[] row = Row(_pieces, piece);
                        for (int i = 0; i < mean.Length; i++)
                            mean[i] += row[i] / pieces.Count;
                    }
                    return mean;
                }

                private static double[] Row(float[] table, int row) =>
                    [.. table.AsSpan(row * {{config.Embedding}}, {{config.Embedding}}).ToArray().Select(value => (double)value)];

                // Rows of the table of pieces: FNV-1a of 32 bits over UTF-8.
                private static List<int> PiecesOf(string word)
                {
                    var letters = new List<Rune> { new('<') };
                    letters.AddRange(word.EnumerateRunes().Take(256));
                    letters.Add(new Rune('>'));
                    var rows = new List<int>();
                    for (int first = 0; first < letters.Count; first++)
                    {
                        uint hash = 2166136261;
                        for (int end = first; end < Math.Min(first + 6, letters.Count); end++)
                        {
                            foreach (byte value in Encoding.UTF8.GetBytes(letters[end].ToString()))
                                hash = unchecked((hash ^ value) * 16777619);
                            if (end - first >= 2)
                                rows.Add((int)(hash % {{config.Subwords}}u));
                        }
                    }
                    return rows;
                }


            """);
    }

    /// <summary>The states of all tokens as one vector.</summary>
    public static string Pool(ModelConfig config)
    {
        string body = config.Pooling switch
        {
            Pooling.Last => string.Create(CultureInfo.InvariantCulture, $$"""
                        // Each direction's last state: the second one ends at the first token.
                        return [.. x[^1].Take({{config.Hidden}}), .. x[0].Skip({{config.Hidden}})];
                """),
            Pooling.Mean => """
                        return [.. x[0].Select((_, i) => x.Average(state => state[i]))];
                """,
            Pooling.Max => """
                        return [.. x[0].Select((_, i) => x.Max(state => state[i]))];
                """,
            Pooling.Attention => """
                        // score = query · tanh(W h + b), softmax over the tokens
                        double[] scores =
                        [
                            .. x.Select(state => Product(_attentionWeight, state, _attentionBias)
                                .Select((value, i) => Math.Tanh(value) * _attentionQuery[i]).Sum()),
                        ];
                        double max = scores.Max();
                        double[] weights = [.. scores.Select(score => Math.Exp(score - max))];
                        double sum = weights.Sum();
                        return [.. x[0].Select((_, i) => x.Select((state, t) => weights[t] / sum * state[i]).Sum())];
                """,
            _ => throw new InvalidOperationException($"no pooling {config.Pooling}"),
        };
        return $$"""
                private {{(config.Pooling == Pooling.Attention ? "" : "static ")}}double[] Pool(double[][] x)
                {
            {{body}}
                }

            """;
    }
}
