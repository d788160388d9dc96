using System.Collections.Concurrent;
using Unroll.Batches;
using Unroll.Evaluation;
using Unroll.Numerics;
using Unroll.Text;
using Unroll.Threading;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>
/// A recurrent sentence classifier: text → tokens → ids → embedding → recurrent layer → last state → linear → probabilities.
/// </summary>
/// <remarks>Predicting is safe from several threads at once; training is not.</remarks>
public sealed class SentenceClassifier
{
    private readonly ConcurrentBag<PredictionPass> _passes = [];
    private readonly TorchGenerator _generator;

    internal SentenceClassifier(ModelConfig config, Vocabulary vocabulary, NetworkLayout layout, TorchGenerator generator)
    {
        Config = config;
        Vocabulary = vocabulary;
        Network = new Network(config, layout);
        _generator = generator;
        Parameters = new Parameters(layout.Parameters);
    }

    /// <summary>What the model is.</summary>
    public ModelConfig Config { get; private set; }

    /// <summary>The tokens it knows.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>Its parameters, by PyTorch's names.</summary>
    public Parameters Parameters { get; }

    internal Network Network { get; }

    /// <summary>Creates a model with fresh parameters.</summary>
    /// <param name="config">What it shall be.</param>
    /// <param name="vocabulary">The tokens it shall know.</param>
    /// <param name="options">How parameters are drawn, and the seed of every random number; null for the defaults.</param>
    public static SentenceClassifier Create(ModelConfig config, Vocabulary vocabulary, TrainingOptions? options = null)
    {
        options ??= new TrainingOptions();
        var layout = new NetworkLayout(config, vocabulary.Size);
        var classifier = new SentenceClassifier(config, vocabulary, layout, new TorchGenerator(options.Seed));
        layout.Initialize(classifier.Parameters, options, classifier._generator);
        classifier.Network.Pack(classifier.Parameters);
        return classifier;
    }

    /// <summary>Creates a model for the rows' words and labels, with fresh parameters.</summary>
    /// <param name="rows">Rows to train on, with at least two labels.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="InputException">The rows have fewer than two labels, or a setting is out of range.</exception>
    public static SentenceClassifier CreateFor(IReadOnlyList<LabelledText> rows, TrainingOptions options)
    {
        options.Validate();
        IReadOnlyList<string> labels = LabelledTextReader.DistinctLabels(rows, "training data");
        var tokens = new Tokenizer(TokenKind.Whitespace, options.Lowercase);
        var config = new ModelConfig
        {
            Cell = options.Cell,
            Embedding = options.Embedding,
            Hidden = options.Hidden,
            Layers = options.Layers,
            Bidirectional = options.Bidirectional,
            Pooling = options.Pooling,
            Dropout = options.Dropout,
            Nonlinearity = options.Nonlinearity,
            Labels = labels,
            Tokens = tokens,
        };
        Vocabulary vocabulary = Vocabulary.Build(rows.Select(row => tokens.Tokenize(row.Text)));
        return Create(config, vocabulary, options);
    }

    /// <summary>Creates a model for the rows and trains it.</summary>
    /// <param name="rows">Rows to train on, with at least two labels.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="dev">Rows to measure on after every epoch; null for none.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the training between two steps.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SentenceClassifier Train(
        IReadOnlyList<LabelledText> rows, TrainingOptions? options = null, IReadOnlyList<LabelledText>? dev = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new TrainingOptions();
        SentenceClassifier classifier = CreateFor(rows, options);
        classifier.Fit(rows, options, dev, progress, cancellationToken);
        return classifier;
    }

    /// <summary>Trains this model further. When it is cancelled, the model is as it was after the last whole epoch.</summary>
    /// <param name="rows">Rows to train on; their labels must be the model's.</param>
    /// <param name="options">Settings of the training; those of the model are not looked at.</param>
    /// <param name="dev">Rows to measure on after every epoch; null for none.</param>
    /// <param name="progress">Told after every step, on the training thread.</param>
    /// <param name="cancellationToken">Stops the training between two steps.</param>
    /// <returns>A report of each epoch.</returns>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<EpochReport> Fit(
        IReadOnlyList<LabelledText> rows, TrainingOptions options, IReadOnlyList<LabelledText>? dev = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options.Validate();
        EncodedTexts train = Encode(rows, "training row");
        EncodedTexts? encodedDev = dev is { Count: > 0 } ? Encode(dev, "dev row") : null;
        if (options.ClassWeights is { } weights && weights.Count != Config.Classes)
            throw new InputException($"{weights.Count} class weights for {Config.Classes} classes, expected one for each of {string.Join(", ", Config.Labels)}");
        using var pool = new WorkerPool(options.Threads ?? Environment.ProcessorCount);
        return new Trainer(this, options, _generator, pool).Run(train, encodedDev, progress, cancellationToken);
    }

    /// <summary>Classifies one text.</summary>
    /// <param name="text">Any text.</param>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it.</exception>
    public Prediction Predict(string text) => PredictBatch([text])[0];

    /// <summary>Classifies texts in batches, in order, as they come.</summary>
    /// <param name="texts">Any texts.</param>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it.</exception>
    public IEnumerable<Prediction> Predict(IEnumerable<string> texts)
    {
        foreach (string[] chunk in texts.Chunk(PredictionPass.BatchSize))
        {
            foreach (Prediction prediction in PredictBatch(chunk))
                yield return prediction;
        }
    }

    /// <summary>Begins a text that comes word by word.</summary>
    /// <exception cref="InvalidOperationException">The model is bidirectional: it needs the whole text.</exception>
    public PredictionStream Stream() => new(this);

    /// <summary>Measures loss, accuracy, macro-F1, calibration and confusions on labelled rows.</summary>
    /// <param name="rows">Rows with labels that the model knows.</param>
    /// <exception cref="InputException">A row has a label that the model does not know.</exception>
    public EvaluationResult Evaluate(IReadOnlyList<LabelledText> rows)
    {
        using var pool = new WorkerPool(Environment.ProcessorCount);
        return Evaluate(Encode(rows, "row"), pool);
    }

    /// <summary>
    /// Fits the model's temperature to rows it was not trained on, so that its probabilities are what they claim. Its labels stay the
    /// same.
    /// </summary>
    /// <param name="rows">Rows with labels that the model knows: the dev rows.</param>
    /// <exception cref="InputException">A row has a label that the model does not know.</exception>
    public CalibrationReport Calibrate(IReadOnlyList<LabelledText> rows)
    {
        using var pool = new WorkerPool(Environment.ProcessorCount);
        return Calibrate(Encode(rows, "row"), new Evaluator(this, pool));
    }

    /// <summary>Writes the model folder: <c>config.json</c>, <c>vocabulary.txt</c> and <c>model.safetensors</c>, whole or not at all.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="overwrite">Whether a model folder of that name may be replaced.</param>
    /// <exception cref="InputException">The folder exists, and may not be replaced or is no model folder.</exception>
    public void Save(string path, bool overwrite = false) => ModelFolder.Save(this, path, overwrite);

    /// <summary>Writes the files of the model folder as one zip archive.</summary>
    /// <param name="stream">Where to; left open, and need not be able to seek.</param>
    public void Save(Stream stream) => ModelArchive.Save(this, stream);

    /// <summary>Refuses a path that <see cref="Save(string, bool)"/> would refuse: to be asked before a long training, not after.</summary>
    /// <param name="path">The folder to save in later.</param>
    /// <param name="overwrite">Whether a model folder of that name may be replaced.</param>
    /// <exception cref="InputException">The folder exists, and may not be replaced or is no model folder.</exception>
    public static void RequireSavePath(string path, bool overwrite = false) => ModelFolder.RequireSavePath(path, overwrite);

    /// <summary>Reads a model folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">A file is missing, truncated or altered, or does not fit the others.</exception>
    public static SentenceClassifier Load(string path) => ModelFolder.Load(path);

    /// <summary>Reads an archive that <see cref="Save(Stream)"/> wrote.</summary>
    /// <param name="stream">Where from; left open.</param>
    /// <exception cref="InputException">The archive is damaged, or a file in it is missing, altered or does not fit the others.</exception>
    public static SentenceClassifier Load(Stream stream) => ModelArchive.Load(stream);

    /// <summary>Puts texts without labels into a batch of their own.</summary>
    internal void FillBatch(Batch batch, IReadOnlyList<string> texts)
    {
        var encoded = new EncodedTexts();
        foreach (string text in texts)
            encoded.Add(Vocabulary.Encode(Config.Tokens.Tokenize(text)), label: 0);
        batch.Fill(encoded, [.. Enumerable.Range(0, texts.Count)]);
    }

    internal EvaluationResult Evaluate(EncodedTexts texts, WorkerPool pool) => new Evaluator(this, pool).Evaluate(texts);

    internal CalibrationReport Calibrate(EncodedTexts texts, Evaluator evaluator)
    {
        CalibrationReport report = Calibration.Run(evaluator, Config.Classes, texts);
        SetTemperature(report.Temperature);
        return report;
    }

    /// <summary>Divides logits by another number before softmax; 1 for a model that is not calibrated.</summary>
    internal void SetTemperature(double temperature) => Config = Config with { Temperature = temperature };

    // Each call takes a pass that nobody else has meanwhile, and leaves it for the next.
    private Prediction[] PredictBatch(ReadOnlySpan<string> texts)
    {
        if (!_passes.TryTake(out PredictionPass? pass))
            pass = new PredictionPass(this);
        Prediction[] predictions = pass.Run(texts);
        if (pass.IsWorthKeeping)
            _passes.Add(pass);
        return predictions;
    }

    private EncodedTexts Encode(IReadOnlyList<LabelledText> rows, string what)
    {
        Dictionary<string, int> classes = Config.ClassOfLabel();
        var encoded = new EncodedTexts();
        for (int i = 0; i < rows.Count; i++)
        {
            if (!classes.TryGetValue(rows[i].Label, out int label))
            {
                throw new InputException(
                    $"{what} {i + 1} has the label \"{rows[i].Label}\", which the model does not know; known labels: {string.Join(", ", Config.Labels)}");
            }
            encoded.Add(Vocabulary.Encode(Config.Tokens.Tokenize(rows[i].Text)), label);
        }
        return encoded;
    }
}
