using Unroll.Data;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <content>What rows a classifier is trained on: those of a program, of a file, or as they come.</content>
public sealed partial class SentenceClassifier
{
    /// <summary>Trains on a program's own items.</summary>
    /// <param name="items">Items to train on; gone through once.</param>
    /// <param name="label">The label of an item: a string, or what is written as one, such as an enumeration or a number.</param>
    /// <param name="text">The text of an item.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="dev">Items to measure on after every epoch; null to split some off.</param>
    /// <param name="unlabelled">Texts without a label that help the training; null for none.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the reading and the training.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The items or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SentenceClassifier Train<T, TLabel>(
        IEnumerable<T> items, Func<T, TLabel> label, Func<T, string> text, TrainingOptions? options = null,
        IEnumerable<T>? dev = null, IEnumerable<string>? unlabelled = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Train(
            LabelledText.Of(items, label, text), options, dev is null ? null : LabelledText.Of(dev, label, text), unlabelled,
            progress, cancellationToken);

    /// <summary>Trains on a file of labelled texts: TSV, CSV, JSON lines or fastText, compressed or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="dev">A file with rows to measure on after every epoch; null to split some off.</param>
    /// <param name="format">How to read both; null to find everything out.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the reading and the training.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The file, a row or a setting cannot be used; with file and line.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SentenceClassifier Train(
        string path, TrainingOptions? options = null, string? dev = null, DataFormat? format = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Train(
            DataFile.Read(path, format), options, dev is null ? null : DataFile.Read(dev, format), unlabelled: null, progress,
            cancellationToken);

    /// <summary>Trains on a stream of labelled texts, of the kinds of files.</summary>
    /// <param name="stream">Is read to its end and closed.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="format">How to read it; null to find everything out.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the reading and the training.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The stream, a row or a setting cannot be used; with line.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SentenceClassifier Train(
        Stream stream, TrainingOptions? options = null, DataFormat? format = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Train(DataFile.Read(stream, format), options, dev: null, unlabelled: null, progress, cancellationToken);

    /// <summary>Trains on a thread of the pool, which the caller does not wait for.</summary>
    /// <param name="rows">Rows to train on, with at least two labels; gone through on that thread.</param>
    /// <param name="options">Settings, as they are now; null for the defaults.</param>
    /// <param name="dev">Rows to measure on after every epoch; null to split some off.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the reading and the training.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<SentenceClassifier> TrainAsync(
        IEnumerable<LabelledText> rows, TrainingOptions? options = null, IEnumerable<LabelledText>? dev = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        TrainingOptions settings = options is null ? new TrainingOptions() : options with { };
        return Task.Run(() => Train(rows, settings, dev, unlabelled: null, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Trains on rows that come from a database or elsewhere: all are read, then a thread of the pool trains.</summary>
    /// <param name="rows">Rows to train on, with at least two labels; gone through once, and no text is kept.</param>
    /// <param name="options">Settings, as they are now; null for the defaults.</param>
    /// <param name="dev">Rows to measure on after every epoch; null to split some off.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the reading and the training.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<SentenceClassifier> TrainAsync(
        IAsyncEnumerable<LabelledText> rows, TrainingOptions? options = null, IAsyncEnumerable<LabelledText>? dev = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        TrainingOptions settings = options is null ? new TrainingOptions() : options with { };
        settings.Validate();
        var corpus = new Corpus(settings.Tokenizer);
        await AddAsync(corpus, rows, cancellationToken).ConfigureAwait(false);
        Corpus? devCorpus = dev is null ? null : corpus.CreateSharing();
        if (devCorpus is not null)
            await AddAsync(devCorpus, dev!, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () => Train(corpus, devCorpus, unlabelled: null, settings, progress, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task AddAsync(Corpus corpus, IAsyncEnumerable<LabelledText> rows, CancellationToken cancellationToken)
    {
        await foreach (LabelledText row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            corpus.Add(row.Label, row.Text);
        }
    }

    private static SentenceClassifier Train(
        Corpus corpus, Corpus? dev, Corpus? unlabelled, TrainingOptions options, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var training = new ClassifierTraining(DevSplit.Of(corpus, dev, options), options) { Unlabelled = unlabelled };
        training.Prepare(cancellationToken);
        training.Finish(training.Fit(progress, cancellationToken), progress: null, cancellationToken);
        return training.Classifier;
    }
}
