using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Storage;
using Unroll.Terms;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>
/// A recurrent sentence classifier: text → tokens → ids → embedding → recurrent layers → pooling → linear → probabilities.
/// </summary>
/// <remarks>
/// Predicting is safe from several threads at once, and beside a training: <c>Fit</c> trains beside the model, and a prediction
/// is the old model's or the new one's as a whole. Training from several threads at once is not.
/// </remarks>
public sealed partial class SentenceClassifier : ISentenceClassifier
{
    private readonly TorchGenerator[] _generators;
    private volatile State _state;
    private int _maximumTokens = TokenLimit.Default;

    /// <summary>Makes a classifier of its parts.</summary>
    /// <param name="config">What it is.</param>
    /// <param name="vocabulary">The tokens it knows.</param>
    /// <param name="networks">Its networks, as many as <see cref="ModelConfig.Networks"/> says.</param>
    /// <param name="generators">Where the order of rows comes from, for each; none for one that was trained before.</param>
    private SentenceClassifier(
        ModelConfig config, Vocabulary vocabulary, IReadOnlyList<Network> networks, IReadOnlyList<TorchGenerator> generators)
    {
        Vocabulary = vocabulary;
        _state = new State(config, networks, null, []);
        _generators = generators.Count == networks.Count
            ? [.. generators]
            : [.. networks.Select((_, k) => new TorchGenerator((ulong)k))];
    }

    /// <summary>What the model is.</summary>
    public ModelConfig Config
    {
        get => _state.Config;
        private set => _state = _state with { Config = value };
    }

    /// <summary>The labels, in the model's order.</summary>
    public IReadOnlyList<string> Labels => Config.Labels;

    /// <summary>The tokens it knows.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>
    /// Whether predictions read the weights that every word is multiplied by, W_hh, rounded to 16 bits, so that a single text
    /// takes less time. One text and many give the same answer, which is off by less than a thousandth; the model and its files
    /// stay as they are. Set it before the first prediction, not beside one. Training ends it. Default: false.
    /// </summary>
    public bool HalfPrecision
    {
        get => Networks.Any(network => network.HalfPrecision);
        set
        {
            foreach (Network network in Networks)
                network.HalfPrecision = value;
        }
    }

    /// <summary>
    /// The most tokens of a text that is classified, evaluated or inspected; one that has more is refused, for memory and time
    /// grow with them. A stream of words has no such end. Default: <see cref="TokenLimit.Default"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 1.</exception>
    public int MaximumTokens
    {
        get => _maximumTokens;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _maximumTokens = value;
        }
    }

    /// <summary>The number of values that training adjusts.</summary>
    public int ParameterCount => Networks.Sum(network => network.Parameters.Length);

    /// <summary>
    /// Its parameters as PyTorch has them: by their names, in their shapes, in the order of <c>model.safetensors</c>. Training
    /// the model further may change the values: copy what shall stay.
    /// </summary>
    public IReadOnlyList<NamedTensor> Tensors => ModelFiles.TensorsOf(Content);

    /// <summary>
    /// The terms that its linear part weighs, as <c>terms.txt</c> has them: row j of <c>linear.weight</c> is the j-th's. None for
    /// a model without a linear part.
    /// </summary>
    public IReadOnlyList<string> Terms => Linear?.Terms.Names ?? [];

    /// <summary>The parameters of the first network.</summary>
    internal Parameters Parameters => Network.Parameters;

    /// <summary>The first network.</summary>
    /// <exception cref="InvalidOperationException">The model is a linear part alone.</exception>
    internal Network Network =>
        Networks.Count > 0 ? Networks[0] : throw new InvalidOperationException("the model has no network");

    /// <summary>Its networks: the mean of their logits is what the network part says.</summary>
    internal IReadOnlyList<Network> Networks => _state.Networks;

    /// <summary>What sees the words of a text and not their order; null where it has no share of the logits.</summary>
    internal LinearPart? Linear
    {
        get => _state.Linear;
        private set => _state = _state with { Linear = value, Passes = [] };
    }

    /// <summary>Creates a model with fresh parameters.</summary>
    /// <param name="config">What it shall be.</param>
    /// <param name="vocabulary">The tokens it shall know.</param>
    /// <param name="options">How parameters are drawn, and the seed of every random number; null for the defaults.</param>
    /// <exception cref="InputException">
    /// The model would have more parameters than an array can hold, or cannot have sub-words.
    /// </exception>
    public static SentenceClassifier Create(ModelConfig config, Vocabulary vocabulary, TrainingOptions? options = null)
    {
        options ??= new TrainingOptions();
        if (config.TransformerFault is { } wrong)
            throw new InputException($"ModelConfig: {wrong}");
        if (config.SubwordsFault is { } fault)
            throw new InputException($"ModelConfig.Subwords is {config.Subwords} and {fault}");
        var networks = new Network[config.Networks];
        try
        {
            for (int k = 0; k < networks.Length; k++)
                networks[k] = config.CreateNetwork(vocabulary);
        }
        catch (OverflowException e)
        {
            throw new InputException(
                $"a model of {vocabulary.Size} tokens, embedding {config.Embedding} and hidden {config.Hidden} " +
                "has more than 2^31 parameters; take a smaller TrainingOptions.Embedding, TrainingOptions.Hidden or " +
                "TrainingOptions.MaximumVocabulary",
                e);
        }
        TorchGenerator[] generators =
            [.. networks.Select((_, k) => new TorchGenerator(TrainingOptions.SeedOf(options.Seed, k)))];
        foreach ((Network network, TorchGenerator generator) in networks.Zip(generators))
        {
            options.ToInitialValues(vocabulary.HasPadding).Draw(network, generator);
            network.Pack();
        }
        return new SentenceClassifier(config, vocabulary, networks, generators);
    }

    /// <summary>Creates a model for the words and labels of some rows, with fresh parameters.</summary>
    /// <param name="corpus">Has the rows, cut into tokens.</param>
    /// <param name="rows">The rows to train on; null for all. Together they must have at least two labels.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="InputException">The rows have fewer than two labels, or a setting is out of range.</exception>
    public static SentenceClassifier CreateFor(Corpus corpus, IReadOnlyList<int>? rows, TrainingOptions options)
    {
        options.Validate();
        IEnumerable<int> all = rows ?? Enumerable.Range(0, corpus.Count);
        ModelConfig sizes = options.Networks == 0 ? ModelConfig.WithoutNetwork : options.ToModelSizes();
        ModelConfig config = sizes with
        {
            Labels = corpus.DistinctLabels(all),
            MultiLabel = options.MultiLabel || corpus.HasSeveral,
            Tokens = corpus.Tokenizer,
        };
        int most = options.MaximumVocabulary ?? int.MaxValue;
        return Create(config, Vocabulary.Build(corpus, all, options.MinimumCount, most), options);
    }

    /// <summary>Classifies one text.</summary>
    /// <param name="text">Any text.</param>
    /// <exception cref="InputException">
    /// The model's vocabulary is closed and a word is not in it, or there are more than <see cref="MaximumTokens"/> tokens.
    /// </exception>
    public Prediction Predict(string text)
    {
        Prediction? prediction = null;
        PredictBatch(new ReadOnlySpan<string>(in text), new Span<Prediction>(ref prediction!));
        return prediction;
    }

    /// <summary>Classifies texts in batches, in order, as they come.</summary>
    /// <param name="texts">Any texts.</param>
    /// <exception cref="InputException">
    /// The model's vocabulary is closed and a word is not in it, or a text has more than <see cref="MaximumTokens"/> tokens.
    /// </exception>
    public IEnumerable<Prediction> Predict(IEnumerable<string> texts)
    {
        var chunk = new List<string>(PredictionPass.BatchSize);
        var predictions = new Prediction[PredictionPass.BatchSize];
        foreach (string text in texts)
        {
            chunk.Add(text);
            if (chunk.Count < PredictionPass.BatchSize)
                continue;
            PredictBatch(CollectionsMarshal.AsSpan(chunk), predictions);
            chunk.Clear();
            foreach (Prediction prediction in predictions)
                yield return prediction;
        }
        if (chunk.Count > 0)
            PredictBatch(CollectionsMarshal.AsSpan(chunk), predictions);
        for (int i = 0; i < chunk.Count; i++)
            yield return predictions[i];
    }

    /// <summary>Begins a text that comes word by word.</summary>
    /// <exception cref="InvalidOperationException">
    /// The model is bidirectional or a Transformer: it needs the whole text.
    /// </exception>
    public PredictionStream Stream() => new(() => Config, Vocabulary, Networks, Linear);

    /// <summary>A text in tokens.</summary>
    /// <exception cref="InputException">There are more than <see cref="MaximumTokens"/>.</exception>
    internal string[] Tokenize(string text)
    {
        string[] tokens = Config.Tokens.Tokenize(text);
        TokenLimit.Require(tokens.Length, MaximumTokens);
        return tokens;
    }

    /// <summary>Turns tokens into the ids of its network; for one thread.</summary>
    internal TokenEncoder CreateEncoder() => new(Vocabulary, Config.Subwords);

    /// <summary>Gives the model another linear part.</summary>
    /// <param name="part">The linear part.</param>
    /// <param name="share">λ, its share of the logits; 0 for a model without one.</param>
    internal void SetLinear(LinearPart? part, double share)
    {
        LinearPart? linear = share > 0 ? part : null;
        ModelConfig config = Config with { LinearShare = linear is null ? 0 : share };
        _state = _state with { Config = config, Linear = linear, Passes = [] };
    }

    /// <summary>A model with the same parameters, which stay as they are when this one learns on.</summary>
    internal SentenceClassifier Copy() => new(Config, Vocabulary, CopyOfNetworks(), []) { Linear = Linear };

    private Network[] CopyOfNetworks()
    {
        var networks = new Network[Networks.Count];
        for (int k = 0; k < networks.Length; k++)
        {
            networks[k] = Config.CreateNetwork(Vocabulary);
            networks[k].Parameters.CopyFrom(Networks[k].Parameters.Values);
            networks[k].Pack();
        }
        return networks;
    }

    // In one step for who predicts.
    private void Swap(ModelConfig config, IReadOnlyList<Network> networks) =>
        _state = _state with { Config = config, Networks = networks, Passes = [] };

    /// <summary>The same network with another linear part.</summary>
    internal SentenceClassifier WithLinear(LinearPart? part) =>
        new(Config, Vocabulary, Networks, []) { Linear = part };

    /// <summary>Adds the linear part, on one thread; null where there is none.</summary>
    internal LinearPass? LinearPass() => Linear is null ? null : new LinearPass(Linear, Config.LinearShare);

    /// <summary>Divides logits by another number before softmax; 1 for a model that is not calibrated.</summary>
    internal void SetTemperature(double temperature) => Config = Config with { Temperature = temperature };

    // Each call takes a pass that nobody else has meanwhile, and leaves it for the next.
    private void PredictBatch(ReadOnlySpan<string> texts, Span<Prediction> predictions)
    {
        State state = _state;
        if (!state.Passes.TryTake(out PredictionPass? pass))
        {
            LinearPass? linear = state.Linear is null ? null : new LinearPass(state.Linear, state.Config.LinearShare);
            pass = new PredictionPass(
                state.Networks, state.Config.Classes, Vocabulary, new TokenEncoder(Vocabulary, state.Config.Subwords), linear);
        }
        pass.Run(texts, state.Config, MaximumTokens, predictions);
        if (pass.IsWorthKeeping)
            state.Passes.Add(pass);
    }

    // All that a prediction reads, replaced as a whole.
    private sealed record State(
        ModelConfig Config, IReadOnlyList<Network> Networks, LinearPart? Linear, ConcurrentBag<PredictionPass> Passes);
}
