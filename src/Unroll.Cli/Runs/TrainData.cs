using Unroll.Data;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>The rows of a training, cut into tokens as they are read.</summary>
/// <param name="Train">Rows to train on, and to split dev rows off where there are none.</param>
/// <param name="Dev">Rows to measure on after every epoch; null if none were given.</param>
/// <param name="Test">Rows to measure on at the end; null if none were given.</param>
internal sealed record TrainData(Corpus Train, Corpus? Dev, Corpus? Test)
{
    private const int MostLabelsInError = 20;

    /// <summary>Rows without labels; null if none were given.</summary>
    public Corpus? Unlabelled { get; init; }

    /// <summary>The labels to learn, in the order of their numbers.</summary>
    /// <param name="data">The file of the training rows.</param>
    /// <exception cref="InputException">There are not enough of them.</exception>
    public IReadOnlyList<string> Labels(string data)
    {
        try
        {
            return Train.DistinctLabels(Enumerable.Range(0, Train.Count));
        }
        catch (InputException e)
        {
            throw new InputException($"{DataInput.NameOf(data)}: {e.Message}", e);
        }
    }

    /// <summary>Reads the files. Ranks each read a part of the training rows, where their file can be cut.</summary>
    /// <exception cref="InputException">A file or row cannot be used.</exception>
    public static TrainData Read(
        string data, string? dev, string? test, string? unlabelled, DataFormat format, Tokenizer tokenizer, Terminal terminal,
        bool onDisk = false, ICommunicator? communicator = null)
    {
        if (new[] { data, dev, test, unlabelled }.Count(path => path == DataInput.StandardInput) > 1)
        {
            throw new InputException(
                "standard input can be read once, expected it as one of DATA, --dev, --test and --unlabelled; " +
                "name a file for the others");
        }
        var train = new Corpus(tokenizer, onDisk);
        DataInput.Add(train, data, format, terminal, communicator);
        HashSet<string> labels = [.. train.LabelNames];
        return new TrainData(train, ReadMore(dev), ReadMore(test))
        {
            Unlabelled = unlabelled is null ? null : ReadTexts(train, unlabelled, format, terminal),
        };

        Corpus? ReadMore(string? path)
        {
            if (path is null)
                return null;
            Corpus corpus = train.CreateSharing();
            (int Line, string Label)? firstUnknown = null;
            bool anyKnown = false;
            foreach (LabelledText row in DataInput.Read(path, format, terminal))
            {
                corpus.Add(row.Label, row.Text);
                bool isKnown = row.Labels.Count == 0 || row.Labels.Any(labels.Contains);
                anyKnown |= isKnown;
                if (!isKnown)
                    firstUnknown ??= (row.Line, row.Labels[0]);
            }
            // Some such rows are told with what is odd about the rows; they count as wrong.
            if (firstUnknown is var (line, label) && !anyKnown)
                throw NoKnownLabel($"{DataInput.NameOf(path)}:{line}", label, labels);
            return corpus;
        }

        InputException NoKnownLabel(string where, string label, IEnumerable<string> known)
        {
            IEnumerable<string> shown = known.Order(StringComparer.Ordinal).Take(MostLabelsInError).Select(Excerpt.Visible);
            return new(
                $"{where}: label {Excerpt.Of(label)} is not in {DataInput.NameOf(data)}, expected one of " +
                $"{string.Join(", ", shown)}; no row of the file has one of these, take the file that belongs to the rows");
        }
    }

    /// <summary>Adds a share of the rows of a file that a model was trained on before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="share">The share.</param>
    /// <param name="seed">Which rows are drawn follows from it.</param>
    /// <param name="format">How the file is read.</param>
    /// <param name="terminal">For <see cref="DataInput"/>.</param>
    /// <returns>Of each of its labels the share of rows that is learned.</returns>
    /// <exception cref="InputException">The file or the share cannot be used.</exception>
    public IReadOnlyDictionary<string, double> AddOld(string path, double share, ulong seed, DataFormat format, Terminal terminal)
    {
        new FineTuningOptions { OldShare = share }.Validate();
        Corpus old = Train.CreateSharing();
        foreach (LabelledText row in DataInput.Read(path, format, terminal))
            old.Add(row.Label, row.Text);
        int before = Train.Count;
        IReadOnlyDictionary<string, double> shares = SentenceClassifier.AddShare(Train, old, share, seed);
        terminal.Error.WriteLine($"{Train.Count - before} of {old.Count} rows of {DataInput.NameOf(path)} are learned again");
        return shares;
    }

    private static Corpus ReadTexts(Corpus train, string path, DataFormat format, Terminal terminal)
    {
        Corpus corpus = train.CreateSharing();
        foreach (TextRow row in DataInput.ReadUnlabelled(path, format, terminal))
            corpus.AddUnlabelled(row.Text);
        return corpus.TokenCount > 0
            ? corpus
            : throw new InputException(
                $"{DataInput.NameOf(path)}: has no text, expected texts without labels, one a line or as rows of data; " +
                "give another file or leave --unlabelled out");
    }
}
