using System.Text;
using Unroll.Data;

namespace Unroll.Live.Tasks;

/// <summary>Rows that the user pasted: a label, a tab and a text in each line.</summary>
internal static class OwnRows
{
    /// <summary>The most rows; each is an update of an epoch.</summary>
    public const int MostRows = 200;

    /// <summary>The most words of a row.</summary>
    public const int MostWords = 64;

    /// <summary>The most different words: each has a weight for every unit.</summary>
    public const int MostVocabulary = 400;

    private const int MostLabels = 8;
    private const string Source = "own rows";

    /// <summary>Reads them; words and labels are numbered in the order in which they come.</summary>
    /// <exception cref="InputException">A row cannot be used, or there are too many or too few.</exception>
    public static LiveTask Read(string rows)
    {
        if (string.IsNullOrWhiteSpace(rows))
            throw new InputException($"{Source}: no row, expected a label, a tab and a text in each line; paste some");
        var samples = new List<LabelledText>();
        var words = new OrderedSet();
        var labels = new OrderedSet();
        foreach (LabelledText row in DataFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(rows)), Format(rows), Source))
        {
            string where = $"{Source}, line {row.Line}";
            RequireWords(where, row.Text);
            labels.Add(row.Label);
            foreach (string word in LiveTask.Tokens.Tokenize(row.Text))
                words.Add(word);
            samples.Add(row);
            Require(samples.Count <= MostRows, where, $"more than {MostRows} rows, which a page trains one by one");
            Require(labels.Items.Count <= MostLabels, where, $"a label more than {MostLabels}");
            Require(words.Items.Count <= MostVocabulary, where, $"more than {MostVocabulary} different words");
        }
        if (labels.Items.Count < 2)
        {
            throw new InputException(
                $"{Source}: all rows have the label {labels.Items[0]}, expected two labels or more; add rows of another");
        }
        return new LiveTask(LiveTasks.Own, "Your own rows.", words.Items, labels.Items, samples);

        static void Require(bool isMet, string where, string found)
        {
            if (!isMet)
                throw new InputException($"{where}: {found}; take fewer, or train them with the command");
        }
    }

    // A first row that names the columns is none to train.
    private static DataFormat Format(string rows)
    {
        string[] first = rows.TrimStart('\r', '\n').Split('\n')[0].TrimEnd('\r').Split('\t');
        bool hasHeader = first.Contains(DataFormat.DefaultLabel) && first.Contains(DataFormat.DefaultText);
        return new DataFormat { Kind = DataKind.Tsv, Header = hasHeader };
    }

    /// <summary>Throws where a sentence has no words or too many.</summary>
    /// <param name="where">Begins the message.</param>
    /// <param name="text">The sentence.</param>
    public static void RequireWords(string where, string text)
    {
        int count = LiveTask.Tokens.Tokenize(text).Length;
        if (count is 0 or > MostWords)
            throw new InputException($"{where}: {count} words, expected 1 to {MostWords}");
    }

    private sealed class OrderedSet
    {
        private readonly HashSet<string> _seen = [];

        public List<string> Items { get; } = [];

        public void Add(string item)
        {
            if (_seen.Add(item))
                Items.Add(item);
        }
    }
}
