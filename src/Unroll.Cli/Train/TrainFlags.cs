using System.CommandLine;
using System.Globalization;
using Unroll.Layers;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>The settings of a training as options of the command.</summary>
internal sealed class TrainFlags
{
    private const string Balanced = "balanced";

    private static readonly TrainingOptions Defaults = new();

    private readonly Option<Cell> _cell;
    private readonly Option<Nonlinearity> _nonlinearity;
    private readonly Option<int> _embedding;
    private readonly Option<int> _hidden;
    private readonly Option<int> _layers;
    private readonly Option<bool> _bidirectional;
    private readonly Option<Pooling> _pooling;
    private readonly Option<float> _dropout;
    private readonly Option<float> _wordDropout;
    private readonly Option<TokenKind> _tokens;
    private readonly Option<bool> _keepCase;
    private readonly Option<int> _minimumCount;
    private readonly Option<int?> _maximumVocabulary;
    private readonly Option<int?> _epochs;
    private readonly Option<int> _batch;
    private readonly Option<bool> _inOrder;
    private readonly Option<OptimizerKind> _optimizer;
    private readonly Option<float> _learningRate;
    private readonly Option<float> _momentum;
    private readonly Option<bool> _nesterov;
    private readonly Option<float> _beta1;
    private readonly Option<float> _beta2;
    private readonly Option<float> _epsilon;
    private readonly Option<float> _weightDecay;
    private readonly Option<float> _clip;
    private readonly Option<float?> _clipValue;
    private readonly Option<ScheduleKind> _schedule;
    private readonly Option<int> _warmUp;
    private readonly Option<int> _stepSize;
    private readonly Option<float> _gamma;
    private readonly Option<string?> _classWeights;
    private readonly Option<float> _labelSmoothing;
    private readonly Option<Initialization> _initialization;
    private readonly Option<float> _embeddingDeviation;
    private readonly Option<RecurrentInitialization> _recurrentInitialization;
    private readonly Option<float?> _forgetBias;
    private readonly Option<int?> _truncate;
    private readonly Option<float> _devShare;
    private readonly Option<DevMeasure> _best;
    private readonly Option<int?> _patience;
    private readonly Option<int> _threads;
    private readonly Option<ulong> _seed;

    public TrainFlags(Flags flags)
    {
        _cell = flags.AddChoice(Options.Choice("--cell", "Recurrent layer", Defaults.Cell));
        _nonlinearity = flags.AddChoice(Options.Choice("--nonlinearity", "Function of the RNN", Defaults.Nonlinearity));
        _embedding = flags.Add(Options.Integer("--embedding", "Width of the word vectors; 0 is one-hot", Defaults.Embedding, 0));
        _hidden = flags.Add(Options.Integer("--hidden", "Width of the hidden state", Defaults.Hidden, 1));
        _layers = flags.Add(Options.Integer("--layers", "Recurrent layers, one upon the other", Defaults.Layers, 1));
        _bidirectional = flags.Add(Options.Switch("--bidirectional", "Also read from the last word to the first", Defaults.Bidirectional));
        _pooling = flags.AddChoice(Options.Choice("--pooling", "How hidden states become one vector", Defaults.Pooling));
        _dropout = flags.Add(Options.Number("--dropout", "Share of values a step sets to zero", Defaults.Dropout));
        _wordDropout = flags.Add(Options.Number("--word-dropout", "Share of words a step reads as unknown", Defaults.WordDropout));
        _tokens = flags.AddChoice(Options.Choice("--tokens", "How texts are cut into tokens", Defaults.Tokens));
        _keepCase = flags.Add(Options.Switch("--keep-case", "Do not lower-case the texts", !Defaults.Lowercase));
        _minimumCount = flags.Add(Options.Integer("--min-count", "How often a token must occur to be in the vocabulary", Defaults.MinimumCount, 1));
        _maximumVocabulary = flags.Add(Options.OptionalInteger("--max-vocabulary", "Most tokens of the vocabulary, the most frequent ones", 3));
        _epochs = flags.Add(Options.OptionalInteger("--epochs", "How often every row is seen [default: by the number of tokens]", 1));
        _batch = flags.Add(Options.Integer("--batch", "Rows a step", Defaults.BatchSize, 1));
        _inOrder = flags.Add(Options.Switch("--in-order", "Do not shuffle the rows", !Defaults.Shuffle));
        _optimizer = flags.AddChoice(Options.Choice("--optimizer", "How gradients become updates", Defaults.Optimizer));
        _learningRate = flags.Add(Options.PositiveNumber("--lr", "Learning rate", Defaults.LearningRate));
        _momentum = flags.Add(Options.Number("--momentum", "Momentum of SGD", Defaults.Momentum));
        _nesterov = flags.Add(Options.Switch("--nesterov", "Nesterov's form of momentum", Defaults.Nesterov));
        _beta1 = flags.Add(Options.Number("--beta1", "Decay of Adam's first moments", Defaults.Beta1));
        _beta2 = flags.Add(Options.Number("--beta2", "Decay of Adam's second moments", Defaults.Beta2));
        _epsilon = flags.Add(Options.PositiveNumber("--epsilon", "Adam's epsilon", Defaults.Epsilon));
        _weightDecay = flags.Add(Options.Number("--weight-decay", "How much parameters shrink", Defaults.WeightDecay));
        _clip = flags.Add(Options.Number("--clip", "Largest global norm of the gradients; 0 for none", Defaults.ClipNorm ?? 0));
        _clipValue = flags.Add(Options.OptionalNumber("--clip-value", "Largest size of each gradient"));
        _schedule = flags.AddChoice(Options.Choice("--schedule", "How the learning rate changes", Defaults.Schedule.Kind));
        _warmUp = flags.Add(Options.Integer("--warm-up", "Steps in which the learning rate rises to its value", Defaults.Schedule.WarmUpSteps, 0));
        _stepSize = flags.Add(Options.Integer("--step-size", "Steps between two falls of --schedule step", Defaults.Schedule.StepSize, 1));
        _gamma = flags.Add(Options.PositiveNumber("--gamma", "Factor of each fall of --schedule step", (float)Defaults.Schedule.Gamma));
        _classWeights = flags.Add(Options.Text("--class-weights", "balanced, or weights of labels in the loss: good=1,bad=2.5", "LIST"));
        _labelSmoothing = flags.Add(Options.Number("--label-smoothing", "Share of the target spread over all labels", Defaults.LabelSmoothing));
        _initialization = flags.AddChoice(Options.Choice("--init", "How parameters are drawn", Defaults.Initialization));
        _embeddingDeviation = flags.Add(Options.PositiveNumber("--embedding-deviation", "Standard deviation of the first word vectors", Defaults.EmbeddingDeviation));
        _recurrentInitialization = flags.AddChoice(
            Options.Choice("--recurrent-init", "How recurrent weights are drawn", Defaults.RecurrentInitialization));
        _forgetBias = flags.Add(Options.OptionalNumber("--forget-bias", "First value of the bias of an LSTM's forget gate"));
        _truncate = flags.Add(Options.OptionalInteger(
            "--truncate", "Steps that gradients go back from a sentence's last word (truncated back-propagation)", 1));
        _devShare = flags.Add(Options.Number("--dev-share", "Share of rows split off as dev rows where no --dev is given", (float)Defaults.DevShare));
        _best = flags.AddChoice(Options.Choice("--best", "Measure on the dev rows that says which epoch is kept", Defaults.Best));
        _patience = flags.Add(Options.OptionalInteger("--patience", "Epochs without a better one after which training stops", 1));
        _seed = flags.Add(Options.Seed());
        // Not in a settings file: it belongs to a machine and decides nothing.
        _threads = Options.Integer("--threads", "Threads; the result does not depend on it", Environment.ProcessorCount, 1);
    }

    /// <summary>How many threads train.</summary>
    public Option<int> Threads => _threads;

    /// <summary>How texts are cut.</summary>
    public Tokenizer Tokenizer(ParseResult parsed) => new(parsed.GetValue(_tokens), !parsed.GetValue(_keepCase));

    /// <summary>Whether a width of the word vectors was asked for.</summary>
    public bool EmbeddingIsGiven(ParseResult parsed) => parsed.GetResult(_embedding) is { Implicit: false };

    /// <summary>The settings, checked.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="labels">The labels in the model's order, for their weights.</param>
    /// <exception cref="InputException">A value is out of range.</exception>
    public TrainingOptions Read(ParseResult parsed, IReadOnlyList<string> labels)
    {
        string? weights = parsed.GetValue(_classWeights);
        bool balanced = Balanced.Equals(weights, StringComparison.OrdinalIgnoreCase);
        var options = new TrainingOptions
        {
            Cell = parsed.GetValue(_cell),
            Nonlinearity = parsed.GetValue(_nonlinearity),
            Embedding = parsed.GetValue(_embedding),
            Hidden = parsed.GetValue(_hidden),
            Layers = parsed.GetValue(_layers),
            Bidirectional = parsed.GetValue(_bidirectional),
            Pooling = parsed.GetValue(_pooling),
            Dropout = parsed.GetValue(_dropout),
            WordDropout = parsed.GetValue(_wordDropout),
            Tokens = parsed.GetValue(_tokens),
            Lowercase = !parsed.GetValue(_keepCase),
            MinimumCount = parsed.GetValue(_minimumCount),
            MaximumVocabulary = parsed.GetValue(_maximumVocabulary),
            Epochs = parsed.GetValue(_epochs),
            BatchSize = parsed.GetValue(_batch),
            Shuffle = !parsed.GetValue(_inOrder),
            Optimizer = parsed.GetValue(_optimizer),
            LearningRate = parsed.GetValue(_learningRate),
            Momentum = parsed.GetValue(_momentum),
            Nesterov = parsed.GetValue(_nesterov),
            Beta1 = parsed.GetValue(_beta1),
            Beta2 = parsed.GetValue(_beta2),
            Epsilon = parsed.GetValue(_epsilon),
            WeightDecay = parsed.GetValue(_weightDecay),
            ClipNorm = parsed.GetValue(_clip) is var most and > 0 ? most : null,
            ClipValue = parsed.GetValue(_clipValue),
            Schedule = new LearningRateSchedule(
                parsed.GetValue(_schedule), parsed.GetValue(_warmUp), parsed.GetValue(_stepSize), parsed.GetValue(_gamma)),
            BalancedClasses = balanced,
            ClassWeights = weights is null || balanced ? null : ParseWeights(weights, labels),
            LabelSmoothing = parsed.GetValue(_labelSmoothing),
            Initialization = parsed.GetValue(_initialization),
            EmbeddingDeviation = parsed.GetValue(_embeddingDeviation),
            RecurrentInitialization = parsed.GetValue(_recurrentInitialization),
            ForgetBias = parsed.GetValue(_forgetBias),
            TruncateSteps = parsed.GetValue(_truncate),
            DevShare = parsed.GetValue(_devShare),
            Best = parsed.GetValue(_best),
            Patience = parsed.GetValue(_patience),
            Threads = parsed.GetValue(_threads),
            Seed = parsed.GetValue(_seed),
        };
        options.Validate();
        return options;
    }

    // Labels that are not named weigh 1.
    private static float[] ParseWeights(string text, IReadOnlyList<string> labels)
    {
        float[] weights = [.. Enumerable.Repeat(1f, labels.Count)];
        foreach (string entry in text.Split(','))
        {
            int equals = entry.LastIndexOf('=');
            string label = equals < 0 ? "" : entry[..equals];
            int c = labels.ToList().IndexOf(label);
            bool valid = float.TryParse(entry[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out float weight)
                && weight >= 0 && float.IsFinite(weight);
            if (equals < 0 || !valid)
                throw new InputException($"--class-weights has {entry}, expected {Balanced} or LABEL=NUMBER for labels among {string.Join(", ", labels.Take(20))}");
            if (c < 0)
                throw new InputException($"--class-weights names the label {label}, which no row has; expected labels among {string.Join(", ", labels.Take(20))}");
            weights[c] = weight;
        }
        return weights;
    }
}
