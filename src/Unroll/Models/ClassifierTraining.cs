using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Unroll.Terms;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>
/// The way from labelled rows to a trained model: <see cref="Prepare"/> builds vocabulary and network and encodes the rows,
/// <see cref="Fit"/> trains, <see cref="Finish"/> calibrates, measures and compares. A program that wants the model alone calls
/// <c>SentenceClassifier.Train</c>, which goes the same way.
/// </summary>
public sealed partial class ClassifierTraining
{
    private readonly DevSplit _given;
    private DevSplit _split;
    private TrainingOptions _options;
    private SentenceClassifier? _classifier;
    private EncodedTexts? _train;
    private EncodedTexts? _dev;
    private LinearPart? _linear;
    private EncodedTexts? _test;

    /// <summary>Begins with rows that are split already.</summary>
    /// <param name="split">The rows to train on and those to measure on after every epoch.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public ClassifierTraining(DevSplit split, TrainingOptions options)
    {
        options.Validate();
        // A program may change its own.
        (_given, _split, _options) = (split, split, options with { });
        WordVectorsFile = options.WordVectorsFile;
    }

    /// <summary>The rows to measure on at the end; null for none. They share their tokens with the rows to train on.</summary>
    public Corpus? Test { get; init; }

    /// <summary>
    /// Rows without labels that help the training; null for none. They share their tokens with the rows to train on. A first
    /// model learns the labelled rows and labels these, and the surest are learned beside the labelled ones: training takes a
    /// second time as long, and longer by what is learned more.
    /// </summary>
    public Corpus? Unlabelled { get; init; }

    /// <summary>What became of <see cref="Unlabelled"/>, after <see cref="Prepare"/>; null without such rows.</summary>
    public SelfTrainingReport? SelfTraining { get; private set; }

    /// <summary>
    /// A file of pre-trained word vectors in GloVe's or word2vec's text format; null for none. Default: that of the settings.
    /// </summary>
    public string? WordVectorsFile { get; init; }

    /// <summary>
    /// The model that this one begins as: it learns the rows beside what it knows, with new labels and words behind its own. It
    /// stays as it is. Null for a new model.
    /// </summary>
    public SentenceClassifier? From { get; init; }

    /// <summary>With <see cref="From"/>: <see cref="FineTuningOptions.Pull"/>.</summary>
    public float Pull { get; init; }

    /// <summary>
    /// Of labels of which not all rows are among these, the share that is (<see cref="SentenceClassifier.AddShare"/>): the
    /// model's answers are corrected in the end, so that they are as frequent as among all. Null for none.
    /// </summary>
    public IReadOnlyDictionary<string, double>? TakenShares { get; init; }

    /// <summary>
    /// Whether the width of the word vectors must be <see cref="TrainingOptions.Embedding"/>; else it is that of the file.
    /// Default: no.
    /// </summary>
    public bool RequiresEmbedding { get; init; }

    /// <summary>Whether simpler models are trained on the same rows to compare with. Default: no.</summary>
    public bool ComparesWithSimplerModels { get; init; }

    /// <summary>
    /// Whether split-off dev rows are learned by no part of the model in the end, as where models are compared by what they reach
    /// on them.
    /// </summary>
    internal bool LeavesDevRows { get; init; }

    /// <summary>
    /// The rows to train on and those to measure on after every epoch; after <see cref="Prepare"/> with rows of
    /// <see cref="Unlabelled"/> behind the others.
    /// </summary>
    public DevSplit Split => _split;

    /// <summary>The model; after <see cref="Prepare"/> with fresh parameters.</summary>
    /// <exception cref="InvalidOperationException">Nothing was prepared yet.</exception>
    public SentenceClassifier Classifier =>
        _classifier ?? throw new InvalidOperationException($"there is no model yet, call {nameof(Prepare)} before");

    /// <summary>
    /// The pre-trained word vectors that the model began with, as large as <see cref="TrainingOptions.VectorScale"/> says; null
    /// for none.
    /// </summary>
    public WordVectors? WordVectors { get; private set; }

    /// <summary>
    /// The epochs that are planned before dev rows are learned; fewer run where <see cref="TrainingOptions.Patience"/> ends them.
    /// None for a linear part alone.
    /// </summary>
    public int Epochs => Plan.Training;

    /// <summary>The epochs in which the networks learn the dev rows in the end; 0 for none.</summary>
    public int FinalEpochs => Plan.Final;

    /// <summary>What there is to know about the rows before a model is trained on them.</summary>
    public DataReport Report()
    {
        List<CorpusPart> others = [];
        if (_given.DevCount > 0)
            others.Add(new CorpusPart("dev", _given.Dev, _given.DevRows));
        if (Test is not null)
            others.Add(new CorpusPart("test", Test));
        return new DataReport(new CorpusPart("train", _given.Train, _given.TrainRows), others);
    }

    /// <summary>
    /// Builds the vocabulary, reads the word vectors, draws the parameters and encodes the rows; where there are rows without
    /// labels, trains a first model before and labels them.
    /// </summary>
    /// <param name="cancellationToken">Stops the training of the first model between two steps.</param>
    /// <exception cref="InputException">
    /// The rows have fewer than two labels, no dev or no test row has one of them, or the word vectors cannot be used.
    /// </exception>
    /// <exception cref="TrainingDivergedException">The loss of the first model became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Prepare(CancellationToken cancellationToken = default)
    {
        if (WordVectorsFile is not null && _options.Networks == 0)
        {
            throw new InputException(
                $"{WordVectorsFile}: word vectors are for a network, and TrainingOptions.Networks = 0 trains " +
                "the linear part alone; leave one of them out");
        }
        if (From?.Config.MultiLabel ?? (_options.MultiLabel || _given.Train.HasSeveral))
            RequireForSeveralLabels();
        int words = LabelUnlabelled(cancellationToken);
        WordVectors = ReadWordVectors();
        if (WordVectors is not null)
            _options = _options with { Embedding = WordVectors.Width };
        if (From is not null && WordVectors is not null)
        {
            throw new InputException(
                $"{WordVectorsFile}: word vectors are for a new model, and this one has its own; leave them out");
        }
        _classifier = From is null
            ? SentenceClassifier.CreateFor(_split.Train, _split.TrainRows, _options)
            : From.Grow(_split.Train, _split.TrainRows, _options);
        if (WordVectors is not null)
            _classifier.SetWordVectors(WordVectors);
        _options = _options.WeighedFor(_classifier.Config.Labels);
        _train = _classifier.Encode(_split.Train, _split.TrainRows);
        _dev = _classifier.Encode(_split.Dev, _split.DevRows, areMeasured: true);
        _test = Test is null ? null : _classifier.Encode(Test, areMeasured: true);
        SelfTraining = SelfTraining is null ? null : SelfTraining with { NewWords = _classifier.Vocabulary.Size - words };
    }

    /// <summary>
    /// Trains the networks. The model of the best epoch on the dev rows is kept, of the last without; also when it is cancelled.
    /// </summary>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the training between two steps.</param>
    /// <returns>A report of each epoch; none for a linear part alone.</returns>
    /// <exception cref="InputException">A setting cannot be used, or the checkpoint belongs to another training.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<EpochReport> Fit(
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        _options.Networks == 0
            ? []
            : Classifier.Fit(
                Prepared(_train), _options with { Epochs = Epochs }, Prepared(_dev), progress, CreatePull(), cancellationToken);

    /// <summary>Goes on with a model that these rows and settings gave before: there is nothing to fit.</summary>
    /// <param name="trained">The model.</param>
    public void TakeTrained(SentenceClassifier trained) => _classifier = trained;

    /// <summary>
    /// Trains the linear part and chooses its share on the dev rows, calibrates the model on them, learns them too where they
    /// were split off, measures the model on the test rows and compares it with its parts and with simpler models.
    /// </summary>
    /// <param name="epochs">What <see cref="Fit"/> gave.</param>
    /// <param name="progress">Told after every step in which networks learn dev rows, on the training thread.</param>
    /// <param name="cancellationToken">Stops it; networks that were to learn dev rows are then as before that.</param>
    /// <returns>How the training ended.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public TrainingSummary Finish(
        IReadOnlyList<EpochReport> epochs, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        // What trained the networks holds much memory that a collection alone gives back, and the linear part needs as much.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        EncodedTexts dev = Prepared(_dev);
        bool isLinearAlone = _options.Networks == 0;
        bool takesLinear = _options.Linear && (dev.Count > 0 || isLinearAlone);
        LinearTraining? learner = takesLinear || ComparesWithSimplerModels ? LinearLearner(cancellationToken) : null;
        LogisticSettings? settings = null;
        // All candidates weigh the same terms.
        SparseRows? terms = null;
        if (learner is not null)
            (_linear, settings) = learner.Choose(
                LinearTraining.Candidates, dev.Count > 0 ? LossOnDev : null, cancellationToken);
        terms ??= TermsOfDev(_linear);
        CalibrationReport? calibration = dev.Count > 0
            ? Classifier.FitTo(new ModelRows(dev, terms), takesLinear ? _linear : null, _options.Threads)
            : null;
        if (isLinearAlone)
            Classifier.SetLinear(_linear, 1);
        else if (From is not null && dev.Count == 0)
            KeepShares(learner, cancellationToken);
        if (Classifier.Config.MultiLabel && dev.Count > 0)
            Classifier.ChooseThresholds(new ModelRows(dev, Classifier.Linear is null ? null : terms), _options.Threads);
        AbstentionReport? abstention = _options.Precision is { } precision && dev.Count > 0
            ? Classifier.ChooseThreshold(
                new ModelRows(dev, Classifier.Linear is null ? null : terms), precision, _options.Threads)
            : null;
        PartScores? onDev = dev.Count > 0 ? Measure(dev, terms) : null;
        MeasuredOnDev = LearnsDevRows ? Classifier.Copy() : Classifier.WithLinear(Classifier.Linear);
        bool learnsDevRows = LearnsDevRows && LearnDevRows(progress, cancellationToken);
        if (learner is not null && settings is not null && IsSplitOff && !LeavesDevRows)
        {
            learner.Add(RowsOf(_split.Dev, _split.DevRows), cancellationToken);
            _linear = learner.Train(settings, cancellationToken);
            Classifier.SetLinear(_linear, Classifier.Config.LinearShare);
        }
        if (TakenShares is not null)
            Classifier.CorrectShares(TakenShares);
        PartScores? onTest = _test is { Count: > 0 } test ? Measure(test, _linear?.Terms.Read(Test!, null)) : null;
        return new TrainingSummary(epochs, calibration, onDev?.Model, onTest?.Model, Classifier.Config.LinearShare)
        {
            LossOfChance = Prepared(_train).LossOfChance(Classifier.Config.Classes, _options.ClassWeights),
            HasLinear = _options.Linear,
            Abstention = abstention,
            FinalEpochs = learnsDevRows ? FinalEpochs : 0,
            SimplerModels = ComparesWithSimplerModels && (onDev ?? onTest) is not null ? SimplerModels(onDev, onTest) : [],
        };

        double LossOnDev(LinearPart part) => LinearEvaluation.Evaluate(part, terms ??= TermsOfDev(part)!, dev).Loss;
    }

    private ParameterPull? CreatePull() => From is { Networks.Count: > 0 } && Pull > 0
        ? new ParameterPull(Classifier.Networks, From.Networks, Pull)
        : null;

    /// <summary>Looks for a learning rate: a few steps whose rate grows from step to step until the loss flies off.</summary>
    /// <exception cref="TrainingDivergedException">The loss is not finite from the start.</exception>
    public LearningRateSearch SearchLearningRate() => Classifier.SearchLearningRate(Prepared(_train), _options);

    // Returns how many tokens the vocabulary of the labelled rows alone has.
    private int LabelUnlabelled(CancellationToken cancellationToken)
    {
        if (Unlabelled is null)
            return 0;
        // It belongs to this training, and is as fast to make again as to keep.
        var first = new ClassifierTraining(_given, _options with { Checkpoint = null, GradientFlow = null, FinalEpochs = 0 })
        {
            WordVectorsFile = WordVectorsFile,
            From = From,
            Pull = Pull,
            RequiresEmbedding = RequiresEmbedding,
        };
        (_split, SelfTraining) = new SelfTraining(_given, Unlabelled).Run(first, Test, _options.Threads, cancellationToken);
        return first.Classifier.Vocabulary.Size;
    }

    private WordVectors? ReadWordVectors()
    {
        if (WordVectorsFile is null)
            return null;
        int most = _options.MaximumVocabulary ?? int.MaxValue;
        var vocabulary = Vocabulary.Build(_split.Train, _split.TrainRows, _options.MinimumCount, most);
        WordVectors vectors = WordVectors.Read(WordVectorsFile, vocabulary);
        if (RequiresEmbedding && _options.Embedding != vectors.Width)
        {
            throw new InputException(
                $"{WordVectorsFile}: vectors have {vectors.Width} numbers, " +
                $"but TrainingOptions.Embedding is {_options.Embedding}; " +
                "leave TrainingOptions.Embedding out");
        }
        return _options.VectorScale switch
        {
            VectorScale.Standard => vectors.Standardize(_options.EmbeddingDeviation),
            VectorScale.None => vectors,
            _ => throw new InvalidOperationException($"no scale {_options.VectorScale}"),
        };
    }
}
