using Unroll.Engine.Batches;
using Unroll.Engine.Networks;

namespace Unroll.Experiments;

/// <summary>The states after each word of many texts, gathered by the word.</summary>
internal sealed class WordStates
{
    private readonly Dictionary<int, double[]> _means = [];

    /// <summary>Reads the texts.</summary>
    /// <param name="network">The network.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="leastOccurrences">Words that come less often play no part.</param>
    public WordStates(Network network, EncodedTexts texts, int leastOccurrences)
    {
        var states = new Dictionary<int, List<float[]>>();
        float[][][] all = SentenceStates.Of(network, texts);
        for (int row = 0; row < texts.Count; row++)
        {
            for (int t = 0; t < all[row].Length; t++)
            {
                int word = texts.IdAt(row, t);
                if (!states.TryGetValue(word, out List<float[]>? ofWord))
                    states[word] = ofWord = [];
                ofWord.Add(all[row][t]);
            }
        }
        (int Word, List<float[]> States)[] often =
            [.. states.Where(word => word.Value.Count >= leastOccurrences).Select(word => (word.Key, word.Value))];
        foreach ((int word, List<float[]> ofWord) in often)
            _means[word] = MeanOf(ofWord);
        double[] mean = MeanOf([.. often.SelectMany(word => word.States)]);
        double between = often.Sum(word => word.States.Count * SquaredDistance(_means[word.Word], mean));
        double total = often.Sum(word => word.States.Sum(state => SquaredDistance(state, mean)));
        WordShare = total > 0 ? between / total : 0;
    }

    /// <summary>
    /// The share of the states' variance that lies between words (η²): 1 if the last word decides the state alone, 0 if it says
    /// nothing.
    /// </summary>
    public double WordShare { get; }

    /// <summary>Of the words of some groups, the share whose nearest among all of them is of the same group.</summary>
    /// <param name="groups">Words, group by group; those that come too seldom are passed over.</param>
    public double SameGroup(IReadOnlyList<int[]> groups)
    {
        (int Word, int Group)[] words =
        [
            .. groups.SelectMany((group, number) => group.Select(word => (word, number)))
                .Where(word => _means.ContainsKey(word.word)),
        ];
        if (words.Length < 2)
            return double.NaN;
        int same = words.Count(word =>
        {
            (int Word, int Group) nearest = words.Where(other => other.Word != word.Word)
                .MinBy(other => SquaredDistance(_means[other.Word], _means[word.Word]));
            return nearest.Group == word.Group;
        });
        return (double)same / words.Length;
    }

    private static double[] MeanOf(List<float[]> states)
    {
        if (states.Count == 0)
            return [];
        double[] mean = new double[states[0].Length];
        foreach (float[] state in states)
        {
            for (int i = 0; i < mean.Length; i++)
                mean[i] += (double)state[i] / states.Count;
        }
        return mean;
    }

    private static double SquaredDistance(float[] a, double[] b) => SquaredDistance(Array.ConvertAll(a, x => (double)x), b);

    private static double SquaredDistance(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
