using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Models;

namespace Unroll.Bench;

/// <summary>
/// What becomes of the rare words of a model that is made small: dropped, so that each is the unknown word, or hashed into
/// buckets whose vector is the mean of their words' vectors. The buckets cost nothing here, so hashing is shown at its best.
/// </summary>
internal static class RareWordsCommand
{
    private const string Vectors = "embedding.weight";

    private static readonly double[] SharesKept = [0.5, 0.25, 0.1];
    private static readonly int[] Buckets = [1, 64, 256, 1024];

    /// <summary>Prints a Markdown table.</summary>
    public static int Run(string model, string data, TextWriter output)
    {
        LabelledText[] rows = [.. DataFile.Read(data)];
        SentenceClassifier classifier = SentenceClassifier.Load(model);
        int? unknown = classifier.Vocabulary.IdOfUnknown;
        if (unknown is null || classifier.Config.Embedding == 0)
            throw new InputException($"{model}: has no unknown word with a vector, expected a model of the default tokens");
        float[][] whole = [.. classifier.Networks.Select(network => network.Parameters.Read(Table(network)))];
        output.WriteLine($"all {classifier.Vocabulary.Size} words: accuracy {classifier.Evaluate(rows).Accuracy:F4}\n");
        string buckets = string.Join(" | ", Buckets.Select(count => $"{count} buckets"));
        output.WriteLine($"| words kept | rare ones unknown | {buckets} |");
        output.WriteLine($"|--:|--:|{string.Concat(Buckets.Select(_ => "--:|"))}");
        foreach (double share in SharesKept)
        {
            int kept = (int)(share * classifier.Vocabulary.Size);
            double[] accuracies = [Accuracy(kept, (_, _) => unknown.Value), .. Buckets.Select(count => Hashed(kept, count))];
            output.WriteLine($"| {kept} | {string.Join(" | ", accuracies.Select(each => $"{each:F4}"))} |");
        }
        return 0;

        // The rare words' vectors are those of other places.
        double Accuracy(int kept, Func<float[], int, int> placeOf) => Measured((values, columns) =>
        {
            for (int word = kept; word < classifier.Vocabulary.Size; word++)
                values.AsSpan(placeOf(values, word) * columns, columns).CopyTo(values.AsSpan(word * columns));
        });

        double Hashed(int kept, int count) => Measured((values, columns) =>
        {
            foreach (var bucket in Enumerable.Range(kept, classifier.Vocabulary.Size - kept)
                .GroupBy(word => Hash(classifier.Vocabulary.Tokens[word]) % (uint)count))
            {
                float[] mean = [.. Enumerable.Range(0, columns).Select(i => bucket.Average(word => values[word * columns + i]))];
                foreach (int word in bucket)
                    mean.CopyTo(values.AsSpan(word * columns));
            }
        });

        double Measured(Action<float[], int> change)
        {
            for (int k = 0; k < whole.Length; k++)
            {
                Network network = classifier.Networks[k];
                float[] values = [.. whole[k]];
                change(values, values.Length / classifier.Vocabulary.Size);
                network.Parameters.Write(Table(network), values);
                network.Pack();
            }
            return classifier.Evaluate(rows).Accuracy;
        }
    }

    private static Parameter Table(Network network) => network.Parameters.Find(Vectors);

    // FNV-1a, 32 bits.
    private static uint Hash(string word)
    {
        uint hash = 2166136261;
        foreach (char c in word)
            hash = (hash ^ c) * 16777619;
        return hash;
    }
}
