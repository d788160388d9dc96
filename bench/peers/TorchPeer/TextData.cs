using static TorchSharp.torch;

namespace TorchPeer;

/// <summary>Rows of label, tab, text under a header; tokens are lower-cased and split on white space.</summary>
internal sealed class TextData
{
    public const int Padding = 0;
    private const int Unknown = 1;

    public TextData(string train, string test)
    {
        (string Label, string[] Words)[] trainRows = Read(train), testRows = Read(test);
        var vocabulary = new Dictionary<string, int>();
        foreach ((_, string[] words) in trainRows)
        {
            foreach (string word in words)
                vocabulary.TryAdd(word, vocabulary.Count + 2);
        }
        List<string> labels = [.. trainRows.Concat(testRows).Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        VocabularySize = vocabulary.Count + 2;
        Labels = labels.Count;
        Train = Encode(trainRows);
        Test = Encode(testRows);

        List<(int, int[])> Encode((string Label, string[] Words)[] rows) =>
            [.. rows.Select(row => (labels.IndexOf(row.Label), EncodeWords(row.Words)))];

        int[] EncodeWords(string[] words) =>
            words.Length == 0 ? [Unknown] : [.. words.Select(word => vocabulary.GetValueOrDefault(word, Unknown))];
    }

    public int VocabularySize { get; }

    public int Labels { get; }

    public List<(int Label, int[] Ids)> Train { get; }

    public List<(int Label, int[] Ids)> Test { get; }

    /// <summary>
    /// Row numbers by batch. Within each pool of fifty batches rows stand by length; with a generator, rows and batches are
    /// shuffled.
    /// </summary>
    public static List<int[]> Batches(List<(int Label, int[] Ids)> rows, int size, Random? generator)
    {
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        generator?.Shuffle(order);
        int[][] batches = [.. order.Chunk(size * 50).SelectMany(pool => pool.OrderBy(row => rows[row].Ids.Length).Chunk(size))];
        generator?.Shuffle(batches);
        return [.. batches];
    }

    /// <summary>A batch as tensors: ids (time, row) padded with zeros, lengths, labels.</summary>
    public static (Tensor Ids, Tensor Lengths, Tensor Labels) Tensors(List<(int Label, int[] Ids)> rows, int[] batch)
    {
        int time = batch.Max(row => rows[row].Ids.Length);
        var ids = new long[time * batch.Length];
        var lengths = new long[batch.Length];
        var labels = new long[batch.Length];
        for (int column = 0; column < batch.Length; column++)
        {
            (int label, int[] words) = rows[batch[column]];
            for (int t = 0; t < words.Length; t++)
                ids[t * batch.Length + column] = words[t];
            lengths[column] = words.Length;
            labels[column] = label;
        }
        return (tensor(ids, time, batch.Length), tensor(lengths), tensor(labels));
    }

    private static (string Label, string[] Words)[] Read(string path) =>
        [.. File.ReadLines(path).Skip(1).Select(line => line.Split('\t', 2)).Select(parts => (parts[0], Words(parts[1])))];

    private static string[] Words(string text) =>
        text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
