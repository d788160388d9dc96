using Unroll.Text;

namespace Unroll.Export;

/// <summary>The linear part as C#.</summary>
internal static class CSharpLinear
{
    public static string Of(TokenKind kind) => Common + "\n" + (kind == TokenKind.Char ? Characters : Words) + "\n}";

    private const string Common = """
        // A linear model of terms: x_j = (1 + log count_j) · rarity_j, brought to length 1; z = W x + b.
        private sealed class Linear
        {
            private readonly Dictionary<ulong, int> _terms = new();
            private readonly float[] _rarity, _weight, _bias;

            public Linear(Reader reader)
            {
                int count = reader.Integer();
                for (int term = 0; term < count; term++)
                    _terms[reader.Key()] = term;
                _rarity = reader.Floats(count);
                _weight = reader.Floats(count, Labels.Length);
                _bias = reader.Floats(Labels.Length);
            }

            public double[] Logits(List<string> tokens)
            {
                var counts = new Dictionary<int, int>();
                foreach (string term in TermsOf(tokens))
                {
                    if (_terms.TryGetValue(KeyOf(term), out int found))
                        counts[found] = counts.GetValueOrDefault(found) + 1;
                }
                double[] z = [.. _bias.Select(value => (double)value)];
                double squares = 0;
                foreach ((int term, int count) in counts)
                    squares += Math.Pow((1 + Math.Log(count)) * _rarity[term], 2);
                foreach ((int term, int count) in counts)
                {
                    double x = (1 + Math.Log(count)) * _rarity[term] / Math.Sqrt(squares);
                    for (int c = 0; c < z.Length; c++)
                        z[c] += x * _weight[term * z.Length + c];
                }
                return z;
            }

            // FNV-1a of 64 bits over UTF-16.
            private static ulong KeyOf(string term)
            {
                ulong key = 0xCBF29CE484222325;
                foreach (char unit in term)
                    key = unchecked((key ^ unit) * 0x100000001B3);
                return key;
            }

        """;

    private const string Words = """
            // Tokens, pairs of neighbours, and the pieces of two to five characters of every token, with a blank before them.
            private static IEnumerable<string> TermsOf(List<string> tokens)
            {
                for (int t = 0; t <= tokens.Count; t++)
                {
                    string token = t < tokens.Count ? tokens[t] : "▁";
                    if (t < tokens.Count)
                        yield return token;
                    yield return (t == 0 ? "▁" : tokens[t - 1]) + " " + token;
                }
                foreach (string token in tokens)
                {
                    string[] letters = [.. ("▁" + token + "▁").EnumerateRunes().Select(rune => rune.ToString())];
                    for (int first = 0; first < letters.Length; first++)
                    {
                        for (int count = 2; count <= 5 && first + count <= letters.Length; count++)
                            yield return " " + string.Concat(letters[first..(first + count)]);
                    }
                }
            }
        """;

    private const string Characters = """
            // Pieces of one to five tokens, with a blank before them; an edge alone is none.
            private static IEnumerable<string> TermsOf(List<string> tokens)
            {
                string[] around = ["▁", .. tokens, "▁"];
                for (int first = 0; first < around.Length; first++)
                {
                    for (int end = first + 1; end <= Math.Min(first + 5, around.Length); end++)
                    {
                        if (end - first > 1 || (first > 0 && first < around.Length - 1))
                            yield return " " + string.Concat(around[first..end]);
                    }
                }
            }
        """;
}
