using Unroll.Engine.Cells;
using Unroll.Engine.Networks;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Training;

/// <content>What settings are refused.</content>
public sealed partial record TrainingOptions
{
    /// <summary>Throws when a setting is out of range.</summary>
    /// <exception cref="InputException">With the setting, its value and what was expected.</exception>
    public void Validate()
    {
        RequireDefined(Cell, nameof(Cell));
        RequireRanks();
        Require(Networks >= 0, nameof(Networks), Networks, "0 (the linear part alone) or a positive number");
        Require(
            Networks <= ModelConfig.MostNetworks, nameof(Networks), Networks,
            $"at most {ModelConfig.MostNetworks} networks in a model");
        if (Networks == 0 && !Linear)
        {
            throw new InputException(
                "nothing is left to train with TrainingOptions.Networks = 0 and TrainingOptions.Linear = false; " +
                "leave one of them out");
        }
        RequireDefined(Nonlinearity, nameof(Nonlinearity));
        RequireDefined(Pooling, nameof(Pooling));
        RequireDefined(Tokens, nameof(Tokens));
        RequireDefined(Initialization, nameof(Initialization));
        RequireDefined(RecurrentInitialization, nameof(RecurrentInitialization));
        RequireDefined(Optimizer, nameof(Optimizer));
        RequireDefined(Schedule.Kind, nameof(Schedule));
        RequireDefined(VectorScale, nameof(VectorScale));
        RequireDefined(Best, nameof(Best));
        Require(WordNgrams is 1 or 2, nameof(WordNgrams), WordNgrams, "1 (words) or 2 (words and pairs of them)");
        Require(
            CharNgrams is 0 or (>= 2 and <= 5), nameof(CharNgrams), CharNgrams,
            "0 (no pieces of words) or a length from 2 to 5");
        if (Tokens == TokenKind.Char && (WordNgrams != 2 || CharNgrams != 5))
        {
            throw new InputException(
                $"TrainingOptions.{(WordNgrams != 2 ? nameof(WordNgrams) : nameof(CharNgrams))} is for texts in words and " +
                "the tokens are characters; leave it out, or give TrainingOptions.Tokens = Word");
        }
        Require(Embedding >= 0, nameof(Embedding), Embedding, "0 (one-hot) or a positive width");
        Require(Hidden >= 1, nameof(Hidden), Hidden, "a positive width");
        if (RecurrentCells.Has(Cell) && RecurrentCells.Of(Cell).ExpectedInPlaceOf(Hidden) is { } expected)
            Require(false, nameof(Hidden), Hidden, expected);
        Require(
            Layers is >= 1 and <= NetworkConfig.MostLayers, nameof(Layers), Layers,
            $"a number from 1 to {NetworkConfig.MostLayers}");
        Require(Dropout is >= 0 and < 1, nameof(Dropout), Dropout, "a share of at least 0 and below 1");
        Require(WordDropout is null or (>= 0 and < 1), nameof(WordDropout), WordDropout, "a share of at least 0 and below 1");
        Require(
            Adversarial is null || (Adversarial >= 0 && float.IsFinite(Adversarial.Value)), nameof(Adversarial), Adversarial,
            "0 (none) or a positive share, such as 0.07");
        RequireWordVectors(Embedding);
        RequireWords();
        RequireTransformer();
        RequireCell();
        Require(
            EmbeddingDeviation > 0 && float.IsFinite(EmbeddingDeviation), nameof(EmbeddingDeviation), EmbeddingDeviation,
            "a positive number");
        Require(Momentum is >= 0 and < 1, nameof(Momentum), Momentum, "at least 0 and below 1");
        Require(!Nesterov || Momentum > 0, nameof(Momentum), Momentum, "a positive number for Nesterov's form");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "at least 0 and below 1");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "at least 0 and below 1");
        Require(Epsilon > 0, nameof(Epsilon), Epsilon, "a positive number");
        Require(WeightDecay >= 0, nameof(WeightDecay), WeightDecay, "0 or a positive number");
        Require(ClipNorm is null or > 0, nameof(ClipNorm), ClipNorm, "a positive number");
        Require(ClipValue is null or > 0, nameof(ClipValue), ClipValue, "a positive number");
        Require(MinimumCount >= 1, nameof(MinimumCount), MinimumCount, "a positive number");
        Require(
            MaximumVocabulary is null or >= 3, nameof(MaximumVocabulary), MaximumVocabulary,
            "at least 3: <pad>, <unk> and a word");
        if (LabelWeights is { } weights)
        {
            Require(
                weights.Values.All(weight => weight >= 0 && float.IsFinite(weight)) && (weights.Count == 0
                    || weights.Values.Any(weight => weight > 0)),
                nameof(LabelWeights), string.Join(", ", weights.Select(entry => FormattableString.Invariant(
                    $"{entry.Key} = {entry.Value}"))), "0 or positive numbers, and a positive one at least");
            if (BalancedClasses || ClassWeights is not null)
            {
                throw new InputException(
                    "TrainingOptions.LabelWeights and TrainingOptions." +
                    $"{(BalancedClasses ? nameof(BalancedClasses) : nameof(ClassWeights))} are both given; leave one out");
            }
        }
        if (BalancedClasses && ClassWeights is not null)
        {
            throw new InputException(
                "TrainingOptions.BalancedClasses and TrainingOptions.ClassWeights are both given; leave one out");
        }
        Require(DevShare is >= 0 and < 1, nameof(DevShare), DevShare, "a share of at least 0 and below 1");
        Require(Precision is null or (> 0 and < 1), nameof(Precision), Precision, "a share above 0 and below 1, such as 0.95");
        Require(FinalEpochs is null or >= 0, nameof(FinalEpochs), FinalEpochs, "0 (none) or a positive number");
        Require(Patience is null or >= 1, nameof(Patience), Patience, "a positive number of epochs");
        Checkpoint?.Validate();
        Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), LabelSmoothing, "a share of at least 0 and below 1");
        Require(TruncateSteps is null or >= 1, nameof(TruncateSteps), TruncateSteps, "a positive number of steps");
        Require(StretchTokens >= 0, nameof(StretchTokens), StretchTokens, "0 (whole texts) or a positive number of tokens");
        Require(Threads is null or (>= 1 and <= MostThreads), nameof(Threads), Threads, $"a number from 1 to {MostThreads}");
        Require(Epochs is null or >= 1, nameof(Epochs), Epochs, "a positive number");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "a positive number of rows");
        Require(LearningRate > 0 && float.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "a positive number");
    }

    /// <summary>Throws when a model has no word vectors for adversarial steps.</summary>
    internal void RequireWordVectors(int embedding)
    {
        if (Adversarial > 0 && embedding == 0)
        {
            throw new InputException(
                "TrainingOptions.Adversarial moves word vectors and embedding is 0, one-hot; " +
                "leave out TrainingOptions.Adversarial, or give TrainingOptions.Embedding = 200");
        }
    }

    private void RequireWords()
    {
        if (Subwords && Embedding == 0)
        {
            throw new InputException(
                "TrainingOptions.Subwords adds to word vectors and embedding is 0, one-hot; " +
                "leave out TrainingOptions.Subwords, or give TrainingOptions.Embedding = 200");
        }
        if (Subwords && Tokens == TokenKind.Char)
        {
            throw new InputException(
                "TrainingOptions.Subwords are pieces of words and the tokens are characters; " +
                "leave out TrainingOptions.Subwords, or give TrainingOptions.Tokens = Word");
        }
    }

    // What a recurrent layer alone reads is refused for a Transformer, and the other way round.
    private void RequireTransformer()
    {
        if (!IsTransformer)
        {
            if (Transformer != new TransformerOptions())
            {
                throw new InputException(
                    $"TrainingOptions.Transformer is set and TrainingOptions.Cell is {Cell}; leave it out, or give " +
                    "TrainingOptions.Cell = Transformer");
            }
            return;
        }
        RequireDefined(Transformer.Positions, "Transformer.Positions");
        RequireDefined(Transformer.Norm, "Transformer.Norm");
        foreach ((string property, bool isChanged) in (ReadOnlySpan<(string, bool)>)[
            (nameof(Hidden), Hidden != UsualHidden && Hidden != Embedding), (nameof(Bidirectional), !Bidirectional),
            (nameof(Nonlinearity), Nonlinearity != Nonlinearity.Tanh), (nameof(ForgetBias), ForgetBias is not null),
            (nameof(RecurrentInitialization), RecurrentInitialization != RecurrentInitialization.Uniform),
            (nameof(TruncateSteps), TruncateSteps is not null),
            (nameof(Initialization), Initialization != Initialization.TorchDefault)])
        {
            if (isChanged)
            {
                throw new InputException(
                    $"TrainingOptions.{property} is for recurrent cells, and TrainingOptions.Cell = Transformer is none; " +
                    "leave it out");
            }
        }
        if (Embedding == 0)
        {
            throw new InputException(
                "TrainingOptions.Cell = Transformer needs word vectors and embedding is 0, one-hot; " +
                "give TrainingOptions.Embedding = 200");
        }
        RequireOfTransformer(Transformer.Heads >= 1, nameof(Transformer.Heads), Transformer.Heads, "a positive number");
        RequireOfTransformer(
            Embedding % Transformer.Heads == 0, nameof(Transformer.Heads), Transformer.Heads,
            $"a number that divides the width of the word vectors, {Embedding}");
        RequireOfTransformer(
            Transformer.FeedForward is null or >= 1, nameof(Transformer.FeedForward), Transformer.FeedForward,
            "a positive width");
        RequireOfTransformer(
            Transformer.MaximumPositions is >= 1 and <= TransformerOptions.MostPositions, nameof(Transformer.MaximumPositions),
            Transformer.MaximumPositions, $"a number from 1 to {TransformerOptions.MostPositions}");

        RequireOfTransformer(
            Transformer.PositionScale is null or (> 0 and < float.PositiveInfinity), nameof(Transformer.PositionScale),
            Transformer.PositionScale, "a positive number");

        static void RequireOfTransformer<T>(bool valid, string property, T value, string expected)
        {
            if (!valid)
            {
                throw new InputException(
                    FormattableString.Invariant($"TransformerOptions.{property} is {value}, expected {expected}"));
            }
        }
    }

    // Halves of the tree in which gradients are added are dealt to halves of the ranks.
    private void RequireRanks()
    {
        if (Communicator is { } ranks && !RankAgreement.IsSize(ranks.Size))
        {
            throw new InputException(
                $"there are {ranks.Size} ranks to train one model, expected 1, 2, 4, 8 or another power of two up to " +
                $"{RankAgreement.MostRanks}; start as many");
        }
    }

    // What only some recurrent cells read is refused for the others.
    private void RequireCell()
    {
        if (Networks == 0 || IsTransformer)
            return;
        IRecurrentCell cell = RecurrentCells.Of(Cell);
        RequireRead(nameof(Nonlinearity), Nonlinearity != Nonlinearity.Tanh, other => other.ReadsNonlinearity);
        RequireRead(nameof(ForgetBias), ForgetBias is not null, other => other.ForgetGate is not null);
        RequireRead(
            nameof(RecurrentInitialization), RecurrentInitialization != RecurrentInitialization.Uniform,
            other => other.Tensors.Any(tensor => tensor.Input == TensorInput.Hidden));

        void RequireRead(string property, bool isChanged, Func<IRecurrentCell, bool> reads)
        {
            if (!isChanged || reads(cell))
                return;
            string readers = string.Join(" or ", RecurrentCells.All.Where(other => reads(RecurrentCells.Of(other))));
            throw new InputException(
                $"TrainingOptions.{property} is for TrainingOptions.Cell = {readers}, and the cell is " +
                $"{RecurrentCells.NameOf(Cell)}; leave one of them out");
        }
    }

    /// <summary>Throws when a new model of these settings could not be trained by them.</summary>
    /// <exception cref="InputException">Gradients cannot be truncated in such a model.</exception>
    public void ValidateModel() => RequireTruncation(Bidirectional, Pooling, IsTransformer);

    /// <summary>
    /// Throws when gradients cannot be truncated in a model: what it reads from its end would not know where it was cut.
    /// </summary>
    internal void RequireTruncation(bool bidirectional, Pooling pooling, bool isTransformer)
    {
        if (TruncateSteps is not null && isTransformer)
        {
            throw new InputException(
                "TrainingOptions.TruncateSteps is for recurrent cells, and the model is a Transformer; leave it out");
        }
        if (TruncateSteps is not null && (bidirectional || pooling != Pooling.Last))
        {
            throw new InputException(
                "TrainingOptions.TruncateSteps needs one direction and pooling of the last state; leave out " +
                "TrainingOptions.TruncateSteps, or give TrainingOptions.Bidirectional = false and TrainingOptions.Pooling " +
                "= Last");
        }
    }

    // A number that was cast to an enumeration may stand for nothing.
    private static void RequireDefined<T>(T value, string property)
        where T : struct, Enum =>
        Require(Enum.IsDefined(value), property, value, string.Join(" or ", Enum.GetValues<T>().Select(ChoiceName.Of)));

    private static void Require<T>(bool valid, string property, T value, string expected)
    {
        if (!valid)
            throw new InputException(FormattableString.Invariant($"TrainingOptions.{property} is {value}, expected {expected}"));
    }
}
