using Unroll.Data;
using Unroll.Text;

namespace Unroll.Cli.Runs;

/// <summary>The rows of a training, cut into tokens as they are read.</summary>
/// <param name="Train">Rows to train on, and to split dev rows off where there are none.</param>
/// <param name="Dev">Rows to measure on after every epoch; null if none were given.</param>
/// <param name="Test">Rows to measure on at the end; null if none were given.</param>
internal sealed record TrainData(Corpus Train, Corpus? Dev, Corpus? Test)
{
    private const int MostLabelsInError = 20;

    /// <summary>Reads the files.</summary>
    /// <exception cref="InputException">A file or row cannot be used.</exception>
    public static TrainData Read(
        string data, string? dev, string? test, DataFormat format, Tokenizer tokenizer, Terminal terminal)
    {
        if (new[] { data, dev, test }.Count(path => path == DataInput.StandardInput) > 1)
        {
            throw new InputException(
                "standard input can be read once, expected it as one of DATA, --dev and --test; name a file for the others");
        }
        var train = new Corpus(tokenizer);
        foreach (LabelledText row in DataInput.Read(data, format, terminal))
            train.Add(row.Label, row.Text);
        int labels = train.Labels.Count;
        return new TrainData(train, ReadMore(dev), ReadMore(test));

        Corpus? ReadMore(string? path)
        {
            if (path is null)
                return null;
            Corpus corpus = train.CreateSharing();
            foreach (LabelledText row in DataInput.Read(path, format, terminal))
            {
                corpus.Add(row.Label, row.Text);
                if (corpus.Labels.Count == labels)
                    continue;
                IEnumerable<string> known = train.Labels.Take(labels).Order(StringComparer.Ordinal).Take(MostLabelsInError);
                throw new InputException(
                    $"{DataInput.NameOf(path)}:{row.Line}: label {Excerpt.Of(row.Label)} is not in {DataInput.NameOf(data)}, " +
                    $"expected one of {string.Join(", ", known.Select(Excerpt.Visible))}");
            }
            return corpus;
        }
    }
}
