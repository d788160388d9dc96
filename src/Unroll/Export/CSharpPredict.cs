namespace Unroll.Export;

/// <summary>The method <c>Predict</c> of a model as C#.</summary>
internal static class CSharpPredict
{
    /// <summary>Of a model of one label a text.</summary>
    public const string OfOneLabel = """
            /// <summary>The most probable label, its probability, and that of every label in the order of Labels.</summary>
            public static (string Label, double Probability, double[] Probabilities) Predict(string text)
            {
                Parts model = Model.Value;
                List<string> tokens = Tokenize(text);
                if (tokens.Count == 0)
                    return ("", 0, []);
                double[] z = model.Logits(tokens);
                double max = z.Max();
                double[] p = [.. z.Select(value => Math.Exp((value - max) / Temperature))];
                double sum = p.Sum();
                for (int c = 0; c < p.Length; c++)
                    p[c] /= sum;
                int best = Array.IndexOf(z, max);
                return (Labels[best], p[best], p);
            }
        """;

    /// <summary>Of a model of several.</summary>
    public const string OfSeveralLabels = """
            /// <summary>The labels of a text, the most probable first, and the probability of every label.</summary>
            public static (string[] Labels, double[] Probabilities) Predict(string text)
            {
                Parts model = Model.Value;
                List<string> tokens = Tokenize(text);
                if (tokens.Count == 0)
                    return ([], []);
                double[] p = [.. model.Logits(tokens).Select(z => 1 / (1 + Math.Exp(-z / Temperature)))];
                IEnumerable<int> found = Enumerable.Range(0, p.Length).Where(c => p[c] >= Thresholds[c]);
                return ([.. found.OrderByDescending(c => p[c]).Select(c => Labels[c])], p);
            }
        """;
}
