using System.CommandLine;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>The settings of a training as options of the command.</summary>
internal sealed partial class TrainFlags
{
    /// <summary>What <c>--cell</c> is for a linear part alone.</summary>
    internal const string NoNetwork = "none";

    private static readonly TrainingOptions Defaults = new();

    private static readonly string[] ModelNames =
    [
        "--cell", "--ensemble", "--nonlinearity", "--embedding", "--subwords", "--hidden", "--layers", "--heads",
        "--feed-forward", "--positions", "--max-positions", "--norm", "--bidirectional", "--pooling", "--dropout",
        "--linear", "--multi-label", "--tokens", "--keep-case", "--init", "--recurrent-init", "--forget-bias", "--vectors",
        "--vectors-scale",
    ];

    private readonly List<Func<TrainingOptions, ParseResult, TrainingOptions>> _settings = [];
    private readonly Flags _flags;
    private readonly Option<string> _cell;
    private readonly Option<int?> _ensemble;
    private readonly Option<int?> _embedding;
    private readonly Option<float> _learningRate;
    private readonly Option<string[]> _classWeights;

    /// <summary>Adds the options of a training.</summary>
    /// <param name="flags">Where they are added.</param>
    /// <param name="vectors">The file of word vectors, which have a width of their own.</param>
    public TrainFlags(Flags flags, Option<string?> vectors)
    {
        _flags = flags;
        _cell = flags.Add(Options.ChoiceOrNone(
            "--cell", "Layer that reads the words; none trains the linear part alone", Defaults.Cell, NoNetwork)!)!;
        Set(
            _cell,
            (options, name) => name == NoNetwork
                ? options with { Networks = 0 }
                : options with { Cell = Enum.GetValues<Cell>().First(cell => Options.NameOf(cell) == name) });
        _ensemble = flags.Add(Options.OptionalInteger(
            "--ensemble", "Train N networks, each from another seed, that answer together", 1));
        Set(_ensemble, (options, networks) => networks is { } many ? options with { Networks = many } : options);
        SetRecurrent(
            flags.AddChoice(Options.Choice("--nonlinearity", "Function of the RNN", Defaults.Nonlinearity)),
            (options, value) => options with { Nonlinearity = value });
        _embedding = flags.Add(
            Options.OptionalInteger(
                "--embedding",
                $"Width of the word vectors; 0 is one-hot [default: that of --vectors, or {Defaults.Embedding}]", 0),
            parsed => parsed.GetValue(vectors) is null ? Defaults.Embedding : null);
        Set(_embedding, (options, width) => options with { Embedding = width ?? Defaults.Embedding });
        Set(
            flags.Add(Options.Switch(
                "--subwords", "Pieces of words have vectors too, so that words that no row has are read by theirs",
                Defaults.Subwords)),
            (options, value) => options with { Subwords = value });
        SetRecurrent(
            flags.Add(Options.Integer("--hidden", "Width of the hidden state", Defaults.Hidden, 1)),
            (options, value) => options with { Hidden = value });
        Set(
            flags.Add(Options.Integer("--layers", "Layers, one upon the other", Defaults.Layers, 1)),
            (options, value) => options with { Layers = value });
        AddTransformer();
        SetRecurrent(
            flags.Add(Options.Switch("--bidirectional", "Also read from the last word to the first", Defaults.Bidirectional)),
            (options, value) => options with { Bidirectional = value });
        Set(
            flags.AddChoice(Options.Choice("--pooling", "How hidden states become one vector", Defaults.Pooling)),
            (options, value) => options with { Pooling = value });
        Set(
            flags.Add(Options.Number("--dropout", "Share of values a step sets to zero", Defaults.Dropout)),
            (options, value) => options with { Dropout = value });
        Set(
            flags.Add(
                Options.OptionalNumber(
                    "--word-dropout",
                    "Share of words a step reads as unknown, with --subwords by their pieces alone " +
                    $"[default: {TrainingOptions.WordDropoutFor(subwords: false)}; " +
                    $"{TrainingOptions.WordDropoutFor(subwords: true)} with --subwords]"),
                parsed => TrainingOptions.WordDropoutFor(Unchecked(parsed).Subwords)),
            (options, value) => options with { WordDropout = value });
        Set(
            flags.Add(
                Options.OptionalNumber(
                    "--adversarial",
                    "Also learn each text with its word vectors moved against it, by this share of their length " +
                    $"[default: {TrainingOptions.AdversarialFor(Defaults.Embedding, Defaults.Tokens, tokensOfText: 0)}; " +
                    "0 for characters, one-hot, long texts and a Transformer]")),
            (options, value) => options with { Adversarial = value });
        Set(
            flags.Add(Options.Switch(
                "--linear", "Add a linear model of words and pieces of words, by a share that dev rows choose", Defaults.Linear)),
            (options, value) => options with { Linear = value });
        Set(
            flags.Add(Options.Integer(
                "--word-ngrams", "Most words of a term of the linear part: 1 or 2", Defaults.WordNgrams, 1)),
            (options, value) => options with { WordNgrams = value });
        Set(
            flags.Add(Options.Integer(
                "--char-ngrams", "Most characters of a piece of a word in the linear part, 2 to 5; 0 for no pieces",
                Defaults.CharNgrams, 0)),
            (options, value) => options with { CharNgrams = value });
        Set(
            flags.AddChoice(Options.Choice("--tokens", "How texts are cut into tokens", Defaults.Tokens)),
            (options, value) => options with { Tokens = value });
        Set(
            flags.Add(Options.Switch("--keep-case", "Do not lower-case the texts", !Defaults.Lowercase)),
            (options, keep) => options with { Lowercase = !keep });
        Set(
            flags.Add(Options.Integer(
                "--min-count", "How often a token must occur to be in the vocabulary", Defaults.MinimumCount, 1)),
            (options, value) => options with { MinimumCount = value });
        Set(
            flags.Add(Options.OptionalInteger("--max-vocabulary", "Most tokens of the vocabulary, the most frequent ones", 3)),
            (options, value) => options with { MaximumVocabulary = value });
        Set(
            flags.Add(Options.OptionalInteger("--epochs", "How often every row is seen [default: by the number of tokens]", 1)),
            (options, value) => options with { Epochs = value });
        Set(
            flags.Add(Options.Integer("--batch", "Rows a step", Defaults.BatchSize, 1)),
            (options, value) => options with { BatchSize = value });
        Set(
            flags.Add(Options.Switch("--in-order", "Do not shuffle the rows", !Defaults.Shuffle)),
            (options, inOrder) => options with { Shuffle = !inOrder });
        Set(
            flags.AddChoice(Options.Choice("--optimizer", "How gradients become updates", Defaults.Optimizer)),
            (options, value) => options with { Optimizer = value });
        _learningRate = flags.Add(Options.PositiveNumber("--lr", "Learning rate", Defaults.LearningRate));
        Set(
            _learningRate,
            (options, value) => options with { LearningRate = value });
        Set(
            flags.Add(Options.Number("--momentum", "Momentum of SGD", Defaults.Momentum)),
            (options, value) => options with { Momentum = value });
        Set(
            flags.Add(Options.Switch("--nesterov", "Nesterov's form of momentum", Defaults.Nesterov)),
            (options, value) => options with { Nesterov = value });
        Set(
            flags.Add(Options.Switch(
                "--dense-updates",
                "Momentum and moments move word vectors in every step, as PyTorch's do, not only in steps that saw the word",
                Defaults.DenseUpdates)),
            (options, value) => options with { DenseUpdates = value });
        Set(
            flags.Add(Options.Number("--beta1", "Decay of Adam's first moments", Defaults.Beta1)),
            (options, value) => options with { Beta1 = value });
        Set(
            flags.Add(Options.Number("--beta2", "Decay of Adam's second moments", Defaults.Beta2)),
            (options, value) => options with { Beta2 = value });
        Set(
            flags.Add(Options.PositiveNumber("--epsilon", "Adam's epsilon", Defaults.Epsilon)),
            (options, value) => options with { Epsilon = value });
        Set(
            flags.Add(Options.Number("--weight-decay", "How much parameters shrink", Defaults.WeightDecay)),
            (options, value) => options with { WeightDecay = value });
        Set(
            flags.Add(Options.Number("--clip", "Largest global norm of the gradients; 0 for none", Defaults.ClipNorm ?? 0)),
            (options, most) => options with { ClipNorm = most > 0 ? most : null });
        Set(
            flags.Add(Options.OptionalNumber("--clip-value", "Largest size of each gradient")),
            (options, value) => options with { ClipValue = value });
        Set(
            flags.AddChoice(Options.Choice("--schedule", "How the learning rate changes", Defaults.Schedule.Kind)),
            (options, kind) => options with { Schedule = options.Schedule with { Kind = kind } });
        Set(
            flags.Add(Options.Integer(
                "--warm-up", "Steps in which the learning rate rises to its value", Defaults.Schedule.WarmUpSteps, 0)),
            (options, steps) => options with { Schedule = options.Schedule with { WarmUpSteps = steps } });
        Set(
            flags.Add(Options.Integer(
                "--step-size", "Steps between two falls of --schedule step", Defaults.Schedule.StepSize, 1)),
            (options, steps) => options with { Schedule = options.Schedule with { StepSize = steps } });
        Set(
            flags.Add(Options.PositiveNumber(
                "--gamma", "Factor of each fall of --schedule step", (float)Defaults.Schedule.Gamma)),
            (options, factor) => options with { Schedule = options.Schedule with { Gamma = factor } });
        Set(
            flags.Add(Options.Switch(
                "--multi-label", "A text may have several labels, or none; taken where a row has", Defaults.MultiLabel)),
            (options, value) => options with { MultiLabel = value });
        _classWeights = flags.Add(Options.List(
            ClassWeightEntries.Flag,
            "balanced, or weights of labels in the loss: good=1,bad=2.5; quotes around a label that holds a comma", "LIST"));
        Set(
            flags.Add(Options.Number("--label-smoothing", "Share of the target spread over all labels", Defaults.LabelSmoothing)),
            (options, value) => options with { LabelSmoothing = value });
        SetRecurrent(
            flags.AddChoice(Options.Choice("--init", "How parameters are drawn", Defaults.Initialization)),
            (options, value) => options with { Initialization = value });
        Set(
            flags.Add(Options.PositiveNumber(
                "--embedding-deviation", "Standard deviation of the first word vectors", Defaults.EmbeddingDeviation)),
            (options, value) => options with { EmbeddingDeviation = value });
        Set(
            flags.AddChoice(Options.Choice(
                "--vectors-scale", "Size of --vectors: standard, that of --embedding-deviation, or none, their own",
                Defaults.VectorScale)),
            (options, value) => options with { VectorScale = value });
        SetRecurrent(
            flags.AddChoice(Options.Choice(
                "--recurrent-init", "How recurrent weights are drawn", Defaults.RecurrentInitialization)),
            (options, value) => options with { RecurrentInitialization = value });
        SetRecurrent(
            flags.Add(Options.OptionalNumber("--forget-bias", "First value of the bias of an LSTM's forget gate")),
            (options, value) => options with { ForgetBias = value });
        SetRecurrent(
            flags.Add(Options.OptionalInteger(
                "--truncate",
                "Steps that gradients go back from a sentence's last word (truncated back-propagation); " +
                "with --bidirectional=false --pooling last", 1)),
            (options, value) => options with { TruncateSteps = value });
        Set(
            flags.Add(Options.Integer(
                "--stretch",
                "Most tokens of a text that a step reads, of longer ones another stretch each time; 0 for whole texts",
                Defaults.StretchTokens, 0)),
            (options, value) => options with { StretchTokens = value });
        Set(
            flags.Add(Options.Number(
                "--dev-share", "Share of rows split off as dev rows where no --dev is given", (float)Defaults.DevShare)),
            (options, value) => options with { DevShare = value });
        Set(
            flags.Add(Options.OptionalNumber(
                "--precision",
                "Share of the answers that shall be right: dev rows choose below which probability the model abstains")),
            (options, value) => options with { Precision = value });
        Set(
            flags.Add(Options.OptionalInteger(
                "--final-epochs",
                "Epochs in the end in which the network learns split-off dev rows too; 0 for none [default: a fifth]", 0)),
            (options, value) => options with { FinalEpochs = value });
        Set(
            flags.AddChoice(Options.Choice("--best", "Measure on the dev rows that says which epoch is kept", Defaults.Best)),
            (options, value) => options with { Best = value });
        Set(
            flags.Add(Options.OptionalInteger("--patience", "Epochs without a better one after which training stops", 1)),
            (options, value) => options with { Patience = value });
        Set(
            flags.Add(Options.Switch(
                "--stream-rows", "Keep rows in temporary files and stream them from there, for more than memory has room for",
                Defaults.StreamRows)),
            (options, value) => options with { StreamRows = value });
        Set(flags.Add(Options.Seed()), (options, value) => options with { Seed = value });
        // Not in a settings file: it belongs to a machine and decides nothing.
        Threads = Options.Integer("--threads", "Threads; the result does not depend on it", RankJob.UsualThreads, 1);
        Set(Threads, (options, threads) => options with { Threads = threads });
    }

    /// <summary>How many threads train.</summary>
    public Option<int> Threads { get; }

    /// <summary>The options that say what a model is; one that is trained further is what it was.</summary>
    public IEnumerable<Option> OfModel => _flags.All.Where(option => Array.IndexOf(ModelNames, option.Name) >= 0);

    /// <summary>Whether a learning rate was given.</summary>
    public bool LearningRateIsGiven(ParseResult parsed) => parsed.GetResult(_learningRate) is { Implicit: false };

    /// <summary>How texts are cut.</summary>
    public Tokenizer Tokenizer(ParseResult parsed) => Unchecked(parsed).Tokenizer;

    /// <summary>Whether rows are kept in temporary files.</summary>
    public bool StreamsRows(ParseResult parsed) => Unchecked(parsed).StreamRows;

    /// <summary>Whether a width of the word vectors was asked for.</summary>
    public bool EmbeddingIsGiven(ParseResult parsed) => parsed.GetValue(_embedding) is not null;

    /// <summary>The settings, checked.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="labels">The labels in the model's order, for their weights.</param>
    /// <exception cref="InputException">A value is out of range.</exception>
    public TrainingOptions Read(ParseResult parsed, IReadOnlyList<string> labels)
    {
        _flags.RequireRead(parsed);
        TrainingOptions options = Unchecked(parsed);
        if (parsed.GetValue(_cell) == NoNetwork && parsed.GetValue(_ensemble) is not null)
        {
            throw new InputException(
                "--cell none trains the linear part alone, and --ensemble was given too; leave out one of them");
        }
        if (parsed.GetValue(_classWeights) is { Length: > 0 } weights)
        {
            options = weights is [var only] && ClassWeightEntries.Balanced.Equals(only, StringComparison.OrdinalIgnoreCase)
                ? options with { BalancedClasses = true }
                : options with { ClassWeights = ClassWeightEntries.Parse(weights, labels) };
        }
        options.Validate();
        options.ValidateModel();
        return options;
    }

    private TrainingOptions Unchecked(ParseResult parsed) =>
        _settings.Aggregate(Defaults, (options, set) => set(options, parsed));

    private void Set<T>(Option<T> option, Func<TrainingOptions, T, TrainingOptions> set) =>
        _settings.Add((options, parsed) => set(options, parsed.GetValue(option)!));
}
