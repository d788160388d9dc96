using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <content>How a classifier is trained.</content>
public sealed partial class SentenceClassifier
{
    /// <summary>
    /// Creates a model for the rows, trains it and calibrates it on the dev rows. Without dev rows,
    /// <see cref="TrainingOptions.DevShare"/> of the rows are split off.
    /// </summary>
    /// <param name="rows">Rows to train on, with at least two labels.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="dev">Rows to measure on after every epoch; null to split some off.</param>
    /// <param name="unlabelled">
    /// Texts without a label that help the training (<see cref="ClassifierTraining.Unlabelled"/>); null for none.
    /// </param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the reading between two rows and the training between two steps.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled. The model is gone, but for what <see cref="TrainingOptions.Checkpoint"/> saved;
    /// <see cref="ClassifierTraining"/> leaves one.
    /// </exception>
    public static SentenceClassifier Train(
        IEnumerable<LabelledText> rows, TrainingOptions? options = null, IEnumerable<LabelledText>? dev = null,
        IEnumerable<string>? unlabelled = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options = options is null ? new TrainingOptions() : options with { };
        options.Validate();
        var corpus = new Corpus(options.Tokenizer, options.StreamRows);
        corpus.AddRange(rows, cancellationToken);
        Corpus? devCorpus = dev is null ? null : corpus.CreateSharing();
        devCorpus?.AddRange(dev!, cancellationToken);
        Corpus? unlabelledCorpus = unlabelled is null ? null : corpus.CreateSharing();
        foreach (string text in unlabelled ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            unlabelledCorpus!.AddUnlabelled(text);
        }
        return Train(corpus, devCorpus, unlabelledCorpus, options, progress, cancellationToken);
    }

    /// <summary>
    /// Trains this model further. With dev rows the model of the best epoch is kept, without them that of the last whole epoch;
    /// also when it is cancelled.
    /// </summary>
    /// <param name="train">Rows to train on.</param>
    /// <param name="options">Settings of the training; those of the model are not looked at.</param>
    /// <param name="dev">Rows to measure on after every epoch; null or empty for none.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="pull">Pulls parameters towards what they were; null for nothing.</param>
    /// <param name="cancellationToken">Stops the training between two steps.</param>
    /// <returns>A report of each epoch.</returns>
    /// <exception cref="InputException">
    /// There are no rows, a setting cannot be used, or the checkpoint belongs to another training.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal IReadOnlyList<EpochReport> Fit(
        EncodedTexts train, TrainingOptions options, EncodedTexts? dev = null, IProgress<TrainingProgress>? progress = null,
        ParameterPull? pull = null, CancellationToken cancellationToken = default)
    {
        options.Validate();
        options = options.WeighedFor(Config.Labels);
        if (options.ClassWeights is { } weights && weights.Count != Config.Classes)
        {
            throw new InputException(
                $"{weights.Count} class weights for {Config.Classes} classes, expected one for each of " +
                string.Join(", ", Config.Labels));
        }
        if (Networks.Count == 0)
            return [];
        options = Resolve(options, train);
        Config = Config with { Temperature = 1, Int8 = false };
        using var pool = new WorkerPool(options.Threads ?? Environment.ProcessorCount);
        byte[] model = options.Checkpoint is null && options.Communicator is null ? [] : ModelFiles.Describe(Config, Vocabulary);
        var trainer = new Trainer(
            Networks, options, Vocabulary.IdOfUnknown, _generators, pool, train, dev is { Count: > 0 } ? dev : null, model)
        {
            Pull = pull,
        };
        try
        {
            return trainer.Run(progress, cancellationToken);
        }
        finally
        {
            // From here on the model only predicts.
            foreach (Network network in Networks)
                network.FreeBackward();
        }
    }

    /// <summary>
    /// Trains this model further. With dev rows the model of the best epoch is kept, without them that of the last whole epoch;
    /// also when it is cancelled.
    /// </summary>
    /// <param name="rows">Rows to train on; their labels must be the model's.</param>
    /// <param name="options">Settings of the training; those of the model are not looked at.</param>
    /// <param name="dev">Rows to measure on after every epoch; null for none.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the training between two steps.</param>
    /// <returns>A report of each epoch.</returns>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<EpochReport> Fit(
        IEnumerable<LabelledText> rows, TrainingOptions options, IEnumerable<LabelledText>? dev = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        FitBeside(Encode(rows, "training row"), options, dev is null ? null : EncodeDev(dev), progress, cancellationToken);

    // Who predicts meanwhile is answered by the parameters of before, then by the new ones, and never by some of both.
    private IReadOnlyList<EpochReport> FitBeside(
        EncodedTexts train, TrainingOptions options, EncodedTexts? dev, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (Networks.Count == 0)
            return Fit(train, options, dev, progress, pull: null, cancellationToken);
        var beside = new SentenceClassifier(Config, Vocabulary, CopyOfNetworks(), _generators) { Linear = Linear };
        try
        {
            return beside.Fit(train, options, dev, progress, pull: null, cancellationToken);
        }
        finally
        {
            Swap(beside.Config, beside.Networks);
        }
    }

    /// <summary>Rows of a corpus as this model's ids.</summary>
    /// <param name="corpus">Has the rows.</param>
    /// <param name="rows">Which rows; null for all.</param>
    /// <param name="areMeasured">Whether they are only measured on, and may have labels that the model does not know.</param>
    /// <exception cref="InputException">
    /// A row to train on has a label that the model does not know, or every row to measure on has.
    /// </exception>
    internal EncodedTexts Encode(Corpus corpus, IReadOnlyList<int>? rows = null, bool areMeasured = false) =>
        new RowEncoder(Config, Vocabulary, areMeasured).Encode(corpus, rows);

    /// <summary>
    /// Looks for a learning rate for this model, whose parameters are afterwards as they were: a few steps whose rate grows from
    /// step to step until the loss flies off.
    /// </summary>
    /// <param name="rows">Rows to train on; their labels must be the model's.</param>
    /// <param name="options">Settings of the training; learning rate, schedule and epochs are not looked at.</param>
    /// <exception cref="InputException">There are no rows, or a setting is out of range.</exception>
    /// <exception cref="TrainingDivergedException">The loss is not finite from the start.</exception>
    public LearningRateSearch SearchLearningRate(IEnumerable<LabelledText> rows, TrainingOptions options) =>
        SearchLearningRate(Encode(rows, "training row"), options);

    internal LearningRateSearch SearchLearningRate(EncodedTexts train, TrainingOptions options)
    {
        options.Validate();
        if (Networks.Count == 0)
            throw new InputException("the model has no network, expected one whose learning rate is looked for");
        return LearningRateSearch.Run(Network, Vocabulary.IdOfUnknown, train, Resolve(options, train));
    }

    private TrainingOptions Resolve(TrainingOptions options, EncodedTexts train)
    {
        if (train.Count == 0)
            throw new InputException("no rows to train on, expected at least one");
        options = options.WeighedFor(Config.Labels);
        options.RequireWordVectors(Config.Embedding);
        options.RequireTruncation(Config.Bidirectional, Config.Pooling, Config.IsTransformer);
        return options.ResolveFor(Config, train);
    }

    private EncodedTexts Encode(IEnumerable<LabelledText> rows, string what) =>
        new RowEncoder(Config, Vocabulary).Read(rows, what, int.MaxValue, terms: null).Ids;

    private EncodedTexts EncodeDev(IEnumerable<LabelledText> rows) =>
        new RowEncoder(Config, Vocabulary, areMeasured: true).Read(rows, "dev row", int.MaxValue, terms: null).Ids;

    /// <summary>Puts pre-trained vectors in the place of the random ones, for the words that have some.</summary>
    /// <param name="vectors">Read for this model's vocabulary; as wide as its embedding.</param>
    /// <exception cref="ArgumentException">The vectors are of another width or for another vocabulary.</exception>
    public void SetWordVectors(WordVectors vectors)
    {
        if (vectors.Width != Config.Embedding || vectors.Values.Length != Vocabulary.Size * vectors.Width)
        {
            throw new ArgumentException(
                $"vectors are [{vectors.Values.Length / vectors.Width},{vectors.Width}], " +
                $"expected [{Vocabulary.Size},{Config.Embedding}]",
                nameof(vectors));
        }
        Config = Config with { Int8 = false };
        foreach (Network network in Networks)
        {
            Parameter table = network.Parameters.Find(NetworkLayout.EmbeddingWeight);
            for (int id = 0; id < Vocabulary.Size; id++)
            {
                if (vectors.Has(id))
                    network.Parameters.WriteRow(table, id, vectors.Values.Slice(id * vectors.Width, vectors.Width));
            }
        }
    }

    /// <summary>
    /// The vector that a network reads for each token of the vocabulary, [V,E] row-major: with
    /// <see cref="ModelConfig.Subwords"/> the mean of those of its pieces is added. None for one-hot input.
    /// </summary>
    /// <param name="network">Which of several networks, from 0.</param>
    /// <returns>A copy.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    public float[] FoldedWordVectors(int network = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(network);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(network, Networks.Count);
        return Networks[network].WordVectors();
    }
}
