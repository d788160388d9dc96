using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Optimization;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Training;

/// <content>What settings are for some rows and a model: those that were left open, and what the engine is told.</content>
public sealed partial record TrainingOptions
{
    private const float UsualAdversarial = 0.07f;
    private const double MostTokensToDefend = 128;
    private const float FinalRate = 0.5f;
    private const int FewestEpochs = 3;
    private const int FewEpochs = 5;

    /// <summary>
    /// Epochs for some training rows: 3500 / √n for n tokens, at least 3 and at most 10, so 4 for 600,000 tokens; but 80,000 / n,
    /// at most 100, where that is more: few rows make few steps; and as many as make 800 steps, at most 10: a few thousand long
    /// texts are many tokens and few steps. <c>bench/results/accuracy.md</c> says on what it was chosen.
    /// </summary>
    /// <param name="tokens">n: tokens of all training rows.</param>
    /// <param name="steps">Steps of an epoch.</param>
    public static int EpochsFor(long tokens, int steps)
    {
        double many = Math.Clamp(3500 / Math.Sqrt(tokens), FewestEpochs, 10);
        double few = Math.Min(80_000.0 / tokens, 100);
        double enough = Math.Min(800.0 / steps, 10);
        return (int)Math.Round(Math.Max(Math.Max(many, few), enough));
    }

    /// <summary>
    /// The adversarial step of a model: 0.07, but none for one-hot input, which has no vectors to move, for characters, which are
    /// seen too often to be learned by heart, and for texts of more than 128 tokens on average, of which a step sees other
    /// stretches each time: there it costs as much and gives nothing. <c>bench/results/accuracy.md</c> says on what it was
    /// chosen.
    /// </summary>
    /// <param name="embedding">E: the width of its word vectors.</param>
    /// <param name="tokens">What it reads.</param>
    /// <param name="tokensOfText">How many tokens a training row has on average.</param>
    public static float AdversarialFor(int embedding, TokenKind tokens, double tokensOfText) =>
        embedding == 0 || tokens == TokenKind.Char || tokensOfText > MostTokensToDefend ? 0 : UsualAdversarial;

    /// <summary>
    /// The word dropout of a model: none, but 0.3 where words have pieces, which have to do alone for words that are not known.
    /// <c>docs/training.md</c> says on what it was chosen.
    /// </summary>
    /// <param name="subwords">Whether the model has sub-words.</param>
    public static float WordDropoutFor(bool subwords) => subwords ? 0.3f : 0;

    /// <summary>Whether the model's networks are to be Transformers.</summary>
    internal bool IsTransformer => Networks > 0 && Cell == Cell.Transformer;

    /// <summary>How texts are cut: <see cref="Tokens"/> and <see cref="Lowercase"/>.</summary>
    public Tokenizer Tokenizer => new(Tokens, Lowercase);

    /// <summary>The options with <see cref="LabelWeights"/> as weights of classes.</summary>
    /// <param name="labels">The labels of the model, in its order.</param>
    /// <exception cref="InputException">A label is none of the model's.</exception>
    internal TrainingOptions WeighedFor(IReadOnlyList<string> labels)
    {
        if (LabelWeights is not { } weights)
            return this;
        if (weights.Keys.FirstOrDefault(label => !labels.Contains(label, StringComparer.Ordinal)) is { } other)
        {
            throw new InputException(
                $"TrainingOptions.LabelWeights names the label {Excerpt.Of(other)}, which no row has; expected labels among " +
                Excerpt.Of([.. labels]));
        }
        return this with
        {
            ClassWeights = [.. labels.Select(label => weights.TryGetValue(label, out float weight) ? weight : 1)],
            LabelWeights = null,
        };
    }

    /// <summary>
    /// The options with the class weights that they ask for and the adversarial step and word dropout that suit the model.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="train">The rows to train on.</param>
    internal TrainingOptions ResolveFor(ModelConfig model, EncodedTexts train) => this with
    {
        ClassWeights = BalancedClasses ? train.BalancedWeights(model.Classes) : ClassWeights,
        Adversarial = Adversarial
            ?? (model.IsTransformer
                ? 0
                : AdversarialFor(model.Embedding, model.Tokens.Kind, (double)train.TokenCount / Math.Max(1, train.Count))),
        WordDropout = WordDropout ?? WordDropoutFor(model.Subwords > 0),
    };

    /// <summary>How many epochs there are, before dev rows are learned and then.</summary>
    /// <param name="tokens">n: tokens of all training rows.</param>
    /// <param name="steps">Steps of an epoch.</param>
    /// <param name="learnsDevRows">Whether there are dev rows to learn in the end.</param>
    internal (int Training, int Final) PlanEpochs(long tokens, int steps, bool learnsDevRows)
    {
        int all = Epochs ?? EpochsFor(tokens, steps);
        if (!learnsDevRows)
            return (all, 0);
        int final = FinalEpochs ?? Math.Max(1, (int)Math.Round(all / 5.0));
        // Those that nobody asked for are part of the plan, but where there is much to read every epoch tells.
        return (Epochs is null ? Math.Max(all - final, Math.Min(all, FewEpochs)) : all, final);
    }

    /// <summary>The settings of <see cref="FinalEpochs"/>.</summary>
    /// <param name="epochs">How many they are.</param>
    internal TrainingOptions ForFinalEpochs(int epochs) => this with
    {
        Epochs = epochs,
        LearningRate = FinalRate * LearningRate,
        Schedule = new LearningRateSchedule(ScheduleKind.OneCycle),
        Patience = null,
        Checkpoint = null,
        GradientFlow = null,
    };

    /// <summary>The seed of one of several networks.</summary>
    /// <param name="seed">That of the first.</param>
    /// <param name="network">Which network, from 0.</param>
    internal static ulong SeedOf(ulong seed, int network) => unchecked(seed + (ulong)network);

    /// <summary>What a model of these settings is, but for its labels and tokens.</summary>
    internal ModelConfig ToModelSizes() => new()
    {
        Networks = Networks,
        Cell = Cell,
        Embedding = Embedding,
        Subwords = Subwords ? CharacterNgrams.DefaultRows : 0,
        Hidden = IsTransformer ? Embedding : Hidden,
        Layers = Layers,
        Bidirectional = Bidirectional && !IsTransformer,
        Transformer = IsTransformer ? Transformer.ResolveFor(Embedding, EmbeddingDeviation) : new TransformerOptions(),
        Pooling = Pooling,
        Dropout = Dropout,
        Nonlinearity = Nonlinearity,
        Labels = [],
    };

    /// <summary>The settings with what makes a model taken from one there is.</summary>
    /// <param name="model">The model.</param>
    public TrainingOptions ForModel(ModelConfig model) => this with
    {
        Networks = model.Networks,
        Cell = model.Networks == 0 ? UsualCell : model.Cell,
        Embedding = model.Networks == 0 ? 200 : model.Embedding,
        Subwords = model.Subwords > 0,
        Hidden = model.Networks == 0 ? UsualHidden : model.Hidden,
        Layers = model.Networks == 0 ? 1 : model.Layers,
        Bidirectional = model.IsTransformer || model.Networks == 0 || model.Bidirectional,
        Transformer = model.IsTransformer ? model.Transformer : new TransformerOptions(),
        Pooling = model.Networks == 0 ? Pooling.Max : model.Pooling,
        Dropout = model.Networks == 0 ? Dropout : model.Dropout,
        Nonlinearity = model.Networks == 0 ? Nonlinearity.Tanh : model.Nonlinearity,
        Tokens = model.Tokens.Kind,
        Lowercase = model.Tokens.Lowercase,
        Linear = model.Networks == 0 || model.LinearShare > 0,
        MultiLabel = model.MultiLabel,
        WordVectorsFile = null,
        Initialization = Initialization.TorchDefault,
        RecurrentInitialization = RecurrentInitialization.Uniform,
        ForgetBias = null,
    };

    /// <summary>How parameters are drawn.</summary>
    /// <param name="hasPadding">Whether id 0 of the vocabulary is padding.</param>
    internal InitialValues ToInitialValues(bool hasPadding) => new()
    {
        Initialization = Initialization,
        RecurrentInitialization = RecurrentInitialization,
        EmbeddingDeviation = EmbeddingDeviation,
        HasPadding = hasPadding,
        ForgetBias = ForgetBias,
    };

    /// <summary>What a step does; class weights and the adversarial step must be resolved.</summary>
    /// <param name="unknownId">The id of unknown words; null for a closed vocabulary.</param>
    /// <param name="sets">The classes of each label, where texts may have several; null for one class a text.</param>
    /// <param name="network">Which of several networks, from 0.</param>
    internal StepSettings ToStepSettings(int? unknownId, LabelSets? sets = null, int network = 0) => new()
    {
        Optimizer = new OptimizerSettings
        {
            Kind = Optimizer,
            Momentum = Momentum,
            Nesterov = Nesterov,
            DenseUpdates = DenseUpdates,
            Beta1 = Beta1,
            Beta2 = Beta2,
            Epsilon = Epsilon,
            WeightDecay = WeightDecay,
            ClipNorm = ClipNorm,
            ClipValue = ClipValue,
        },
        LabelSets = sets,
        ClassWeights = ClassWeights,
        LabelSmoothing = LabelSmoothing,
        TruncateSteps = TruncateSteps,
        StretchTokens = StretchTokens > 0 ? StretchTokens : null,
        Adversarial = Adversarial ?? 0,
        WordDropout = WordDropout ?? 0,
        UnknownId = unknownId,
        Seed = SeedOf(Seed, network),
    };
}
