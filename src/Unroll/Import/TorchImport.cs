using Unroll.Engine.Networks;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Import;

/// <summary>
/// Reads a state dict of PyTorch, saved as safetensors under names of its own: embedding (or one-hot) → RNN, GRU or
/// LSTM → pooling → linear, or embedding → positions → Transformer encoder → pooling → linear. Cell, sizes, layers and directions
/// come from names and shapes.
/// </summary>
public static class TorchImport
{
    /// <summary>Reads a state dict.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="options">What the file does not say.</param>
    /// <exception cref="InputException">The file or an option cannot be used; the message says what to do.</exception>
    public static ImportedModel Read(string path, TorchImportOptions options)
    {
        RequireLabels(options.Labels, options.MultiLabel ? 1 : 2);
        StateDict tensors = StateDict.Read(path);
        RefuseLinearPart(tensors);
        VocabularyFile file = VocabularyFile.Read(options.Vocabulary, options.Tokens.Kind);
        ReparametrizedTensors.Refuse(tensors);
        string[] ignored = [.. options.Ignore.SelectMany(tensors.Remove)];

        QuantizedTensors.Refuse(tensors);
        try
        {
            return Read(tensors, file, ignored, options);
        }
        catch (InputException e) when (options.Cell is null && tensors.IsOfUnroll && !TransformerTensors.IsIn(tensors)
            && !e.Message.Contains("TorchImportOptions.Cell", StringComparison.Ordinal))
        {
            if (UnnamedCell.Advice(e, path, options) is not { } advised)
                throw;
            throw advised;
        }
    }

    private static ImportedModel Read(StateDict tensors, VocabularyFile file, string[] ignored, TorchImportOptions options)
    {
        ILayerTensors layers = FindLayers(tensors, options);
        var roles = new ClassifierTensors(tensors, layers);
        var notes = new List<string>();
        Dictionary<string, float[]> values = layers.TakeAll(notes);
        int subwords = TakeSubwords(tensors, layers.InputSize, values, notes);
        string? embedding = roles.FindEmbedding(file);
        var vocabulary = ImportedVocabulary.Of(file, options);
        TakeWords(tensors, layers, embedding, vocabulary, values, notes);
        if (options.ScaledWords)
            ScaleWords(values[NetworkLayout.EmbeddingWeight], layers.InputSize);
        NoteUpperCase(vocabulary.Vocabulary, options.Tokens, notes);
        bool hasAttention = TakeAttention(tensors, layers, roles, options.Pooling, values, notes);
        TakeOutput(tensors, layers, roles, options, values, notes);
        roles.Others.RequireNone(tensors.Names);
        roles.Others.RequireNoPart(ignored);
        if (tensors.ConvertedTypes.Count > 0)
            notes.Add($"converted to F32 from {string.Join(" and ", tensors.ConvertedTypes)}");

        ModelConfig config = layers.Complete(new ModelConfig
        {
            Nonlinearity = options.Nonlinearity ?? Nonlinearity.Tanh,
            Embedding = embedding is null ? 0 : layers.InputSize,
            Subwords = subwords,
            Hidden = layers.Hidden,
            Pooling = hasAttention ? Pooling.Attention : options.Pooling ?? UsualPooling(layers),
            Labels = options.Labels,
            MultiLabel = options.MultiLabel,
            Tokens = options.Tokens,
            Unknown = vocabulary.Vocabulary.UnknownWords,
        });
        if (config.TransformerFault is { } wrong)
            throw new InputException($"{tensors.Source}: a Transformer whose {wrong}");
        if (config.SubwordsFault is { } fault)
            throw new InputException($"{tensors.Source}: {NetworkLayout.SubwordWeight} is there and {fault}");
        notes.AddRange(ImportAssumptions.Of(config, options, vocabulary.Vocabulary));
        var classifier = SentenceClassifier.Of(ModelFiles.FromTorch(
            (name, target) => values[name].CopyTo(target), config, vocabulary.Vocabulary));
        List<string> warnings = Warnings(ignored, notes);
        return new ImportedModel(classifier, Describe(config, vocabulary.Vocabulary), notes, warnings);
    }

    private static ILayerTensors FindLayers(StateDict tensors, TorchImportOptions options)
    {
        bool isTransformer = TransformerTensors.IsIn(tensors);
        if (options.Cell is { } cell && cell == Cell.Transformer != isTransformer)
        {
            string found = isTransformer ? "a Transformer" : "a recurrent layer";
            throw new InputException(
                $"TorchImportOptions.Cell is {cell.ToString().ToLowerInvariant()}, and {tensors.Source} has {found}; leave it "
                + "out or name the file's cell");
        }
        if (isTransformer)
            return TransformerTensors.Find(tensors, options);
        RecurrentTensors recurrent = RecurrentTensors.Find(tensors, options.Cell);
        string? unread = options.Heads is not null ? nameof(options.Heads)
            : options.Norm is not null ? nameof(options.Norm)
            : options.ScaledWords ? nameof(options.ScaledWords)
            : options.PositionScale is not null ? nameof(options.PositionScale)
            : null;
        if (unread is not null)
        {
            throw new InputException(
                $"TorchImportOptions.{unread} is for a Transformer, and {tensors.Source} has a recurrent layer; leave it out");
        }
        return options.Nonlinearity is null || RecurrentCells.Of(recurrent.Cell).ReadsNonlinearity
            ? recurrent
            : throw new InputException(
                $"TorchImportOptions.Nonlinearity is for an RNN, and {tensors.Source} has the cell "
                + $"{RecurrentCells.NameOf(recurrent.Cell)}; leave it out");
    }

    private static Pooling UsualPooling(ILayerTensors layers) => layers is TransformerTensors ? Pooling.Mean : Pooling.Last;

    private static void ScaleWords(float[] vectors, int width)
    {
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] *= (float)Math.Sqrt(width);
    }

    private static List<string> Warnings(string[] ignored, List<string> notes)
    {
        IReadOnlyList<string> doubtful = LayersWithoutPlace.Doubtful(ignored);
        string[] ofLoss = [.. ignored.Except(doubtful)];
        if (ofLoss.Length > 0)
            notes.Add($"left out: {string.Join(", ", ofLoss)}");
        return doubtful.Count == 0
            ? []
            :
            [
                $"left out: {string.Join(", ", doubtful)}; if forward() reads that when it predicts, this is another model and "
                    + $"its "
                    + "answers are wrong: compare some with PyTorch's",
            ];
    }

    // Beside the network it is half of the answer, and the file does not say what its rows stand for.
    private static void RefuseLinearPart(StateDict tensors)
    {
        if (!tensors.Has(LinearTensors.Rarity))
            return;
        string[] names = [.. tensors.Names.Where(name => name.StartsWith("linear.", StringComparison.Ordinal))];
        throw new InputException(
            $"{tensors.Source}: {tensors.Describe(names)} are the linear part of a model of Unroll, expected a state dict of the "
            + "network alone; use the model folder that the file is of, whose terms.txt says what the rows stand for");
    }

    private static void RequireLabels(IReadOnlyList<string> labels, int fewest)
    {
        if (labels.Count < fewest || labels.Any(string.IsNullOrWhiteSpace) || labels.Distinct().Count() != labels.Count)
        {
            throw new InputException(
                $"TorchImportOptions.Labels is {string.Join(',', labels)}, expected at least " +
                (fewest == 1 ? "one name, and each once" : "two different names"));
        }
        if (labels.FirstOrDefault(label => label.Any(char.IsControl)) is { } odd)
        {
            int place = odd.IndexOf(odd.First(char.IsControl), StringComparison.Ordinal);
            throw new InputException(
                $"TorchImportOptions.Labels has a control character (U+{(int)odd[place]:X4}) in a name, expected text on one "
                    + $"line");
        }
    }

    // Known by our own name alone: nothing in a file says how words were cut and hashed.
    private static int TakeSubwords(StateDict tensors, int width, Dictionary<string, float[]> values, List<string> notes)
    {
        if (!tensors.Has(NetworkLayout.SubwordWeight))
            return 0;
        int rows = (int)Math.Min(tensors.ShapeOf(NetworkLayout.SubwordWeight)[0], CharacterNgrams.MostRows);
        values[NetworkLayout.SubwordWeight] = tensors.Take(NetworkLayout.SubwordWeight, rows, width);
        notes.Add(
            $"{NetworkLayout.SubwordWeight} is read as Unroll writes it: the mean of the rows of a word's " +
            "pieces of 3 to 6 letters, hashed by FNV-1a, is added to its vector, and stands for a word that is not known");
        return rows;
    }

    // Without a table words are one-hot.
    private static void TakeWords(
        StateDict tensors, ILayerTensors layers, string? table, ImportedVocabulary vocabulary,
        Dictionary<string, float[]> values, List<string> notes)
    {
        int width = layers.InputSize;
        int rows = table is null ? width : (int)tensors.ShapeOf(table)[0];
        notes.AddRange(vocabulary.Notes(rows));
        if (table is not null)
        {
            values[NetworkLayout.EmbeddingWeight] = vocabulary.Rows(tensors.Take(table, rows, width), width);
            return;
        }
        for (int direction = 0; direction < layers.StateSize / layers.Hidden; direction++)
        {
            string name = "rnn.weight_ih" + NetworkLayout.Suffix(0, direction);
            values[name] = vocabulary.Columns(values[name], width);
        }
    }

    private static bool TakeAttention(
        StateDict tensors, ILayerTensors layers, ClassifierTensors roles, Pooling? pooling,
        Dictionary<string, float[]> values, List<string> notes)
    {
        if (roles.FindAttention(pooling) is not { } names)
            return false;
        int state = layers.StateSize;
        values["attention.weight"] = tensors.Take(names.Weight, state, state);
        values["attention.bias"] = names.Bias is null ? new float[state] : tensors.Take(names.Bias, state);
        values["attention.query"] = tensors.Take(names.Query, [.. tensors.ShapeOf(names.Query)]);
        if (names.Bias is null)
            notes.Add("the attention has no bias; it is zero");
        if (names.QueryBias is not null)
        {
            _ = tensors.Remove(names.QueryBias);
            notes.Add($"left out: {names.QueryBias}, which adds the same to every word's score");
        }
        return true;
    }

    private static void TakeOutput(
        StateDict tensors, ILayerTensors layers, ClassifierTensors roles, TorchImportOptions options,
        Dictionary<string, float[]> values, List<string> notes)
    {
        IReadOnlyList<string> labels = options.Labels;
        string weight = roles.FindOutput(labels.Count);
        string? bias = roles.BiasOf(weight);
        int rows = (int)tensors.ShapeOf(weight)[0];
        float[] outputBias = bias is null ? new float[rows] : tensors.Take(bias, rows);
        float[] outputWeight = tensors.Take(weight, rows, layers.StateSize);
        if (bias is null)
            notes.Add("the output layer has no bias; it is zero");
        if (options.MultiLabel)
        {
            if (rows != labels.Count)
            {
                throw new InputException(
                    $"{tensors.Source}: {weight} has one row and there are {labels.Count} labels; with " +
                    "TorchImportOptions.MultiLabel = true give TorchImportOptions.Labels one name, or leave MultiLabel out");
            }
            notes.Add("the probability of each label is the sigmoid of its logit, and a text has those of 0.5 or more");
        }
        else if (rows == 1)
        {
            // sigmoid(z) is the second probability of softmax(0, z).
            outputWeight = [.. new float[outputWeight.Length], .. outputWeight];
            outputBias = [0, .. outputBias];
            notes.Add($"one logit: its sigmoid is the probability of {labels[1]}");
        }
        else
        {
            notes.Add(
                "probabilities are one softmax over all labels; a model that takes the sigmoid of each (BCEWithLogitsLoss) " +
                "gives others, and may give a text several labels: give TorchImportOptions.MultiLabel = true for it");
        }
        values["output.weight"] = outputWeight;
        values["output.bias"] = outputBias;
    }

    private static void NoteUpperCase(Vocabulary vocabulary, Tokenizer tokens, List<string> notes)
    {
        int never = tokens.Lowercase ? vocabulary.Tokens.Count(token => token.Any(char.IsUpper)) : 0;
        if (never > 0)
        {
            notes.Add(
                $"{never} of {vocabulary.Size} tokens have upper-case letters and no lower-cased text has them; " +
                "give Tokenizer.Lowercase = false if the model was trained so");
        }
    }

    private static string Describe(ModelConfig config, Vocabulary vocabulary)
    {
        bool hasChoice = !config.IsTransformer && RecurrentCells.Of(config.Cell).ReadsNonlinearity;
        string function = hasChoice ? $" ({ChoiceName.Of(config.Nonlinearity)})" : "";
        string cell = ChoiceName.Of(config.Cell) + function;
        string words = config.Embedding > 0 ? $"embedding {config.Embedding}" : "one-hot words";
        string layers = config.Layers == 1 ? "1 layer" : $"{config.Layers} layers";
        string directions = config.IsTransformer
            ? $"{config.Transformer.Heads} heads, feed-forward {config.Transformer.FeedForward}, "
                + $"positions {ChoiceName.Of(config.Transformer.Positions)}, "
                + $"norm {ChoiceName.Of(config.Transformer.Norm)}"
            : config.Bidirectional ? "both directions"
            : "one direction";
        string pooling = ChoiceName.Of(config.Pooling);
        return $"{cell}, {words}, hidden {config.Hidden}, {layers}, {directions}, pooling {pooling}, {config.Classes} labels, "
            + $"{vocabulary.Size} tokens";
    }
}
