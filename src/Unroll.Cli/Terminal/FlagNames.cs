using System.Text.RegularExpressions;

namespace Unroll.Cli;

/// <summary>
/// Errors of the library name its properties and values, such as <c>TrainingOptions.LearningRate</c> or <c>DataFormat.LabelColumn
/// = "y"</c>; those of the command name its flags, <c>--lr</c> or <c>--label-column y</c>. This is the one place that knows which
/// is which.
/// </summary>
internal static partial class FlagNames
{
    /// <summary>The verb <c>predict</c> where it writes rows with their predictions.</summary>
    public const string PredictedColumn = "predict --column";

    private static readonly Dictionary<string, string> Flags = new(StringComparer.Ordinal)
    {
        ["DataFormat.Kind"] = "--format",
        ["DataFormat.TextColumn"] = "--text-column",
        ["DataFormat.LabelColumn"] = "--label-column",
        ["DataFormat.Delimiter"] = "--delimiter",
        ["DataFormat.Header = false"] = "--no-header",
        ["ServerOptions.BatchWindow"] = "--batch-window",
        ["TrainingOptions.Cell"] = "--cell",
        ["TrainingOptions.Networks = 0"] = "--cell none",
        ["TrainingOptions.Networks"] = "--ensemble",
        ["TrainingOptions.Embedding"] = "--embedding",
        ["TrainingOptions.Subwords"] = "--subwords",
        ["TrainingOptions.Tokens"] = "--tokens",
        ["TrainingOptions.Hidden"] = "--hidden",
        ["TransformerOptions.Heads"] = "--heads",
        ["TransformerOptions.FeedForward"] = "--feed-forward",
        ["TransformerOptions.Positions"] = "--positions",
        ["TransformerOptions.MaximumPositions"] = "--max-positions",
        ["TransformerOptions.Norm"] = "--norm",
        ["TrainingOptions.Nonlinearity"] = "--nonlinearity",
        ["TrainingOptions.RecurrentInitialization"] = "--recurrent-init",
        ["TrainingOptions.Initialization"] = "--init",
        ["TrainingOptions.Layers"] = "--layers",
        ["TrainingOptions.Bidirectional"] = "--bidirectional",
        ["TrainingOptions.Linear"] = "--linear",
        ["TrainingOptions.WordNgrams"] = "--word-ngrams",
        ["TrainingOptions.CharNgrams"] = "--char-ngrams",
        ["TrainingOptions.MultiLabel"] = "--multi-label",
        ["TrainingOptions.MultiLabel = true"] = "--multi-label",
        ["TrainingOptions.LabelWeights"] = "--class-weights",
        ["TrainingOptions.WordVectorsFile"] = "--vectors",
        ["TrainingOptions.StretchTokens"] = "--stretch",
        ["TrainingOptions.Pooling"] = "--pooling",
        ["TrainingOptions.Dropout"] = "--dropout",
        ["TrainingOptions.WordDropout"] = "--word-dropout",
        ["TrainingOptions.Adversarial"] = "--adversarial",
        ["TrainingOptions.EmbeddingDeviation"] = "--embedding-deviation",
        ["TrainingOptions.VectorScale"] = "--vectors-scale",
        ["TrainingOptions.ForgetBias"] = "--forget-bias",
        ["TrainingOptions.DenseUpdates"] = "--dense-updates",
        ["TrainingOptions.Momentum"] = "--momentum",
        ["TrainingOptions.Beta1"] = "--beta1",
        ["TrainingOptions.Beta2"] = "--beta2",
        ["TrainingOptions.Epsilon"] = "--epsilon",
        ["TrainingOptions.WeightDecay"] = "--weight-decay",
        ["TrainingOptions.ClipNorm"] = "--clip",
        ["TrainingOptions.ClipValue"] = "--clip-value",
        ["TrainingOptions.MinimumCount"] = "--min-count",
        ["TrainingOptions.MaximumVocabulary"] = "--max-vocabulary",
        ["TrainingOptions.BalancedClasses"] = "--class-weights balanced",
        ["TrainingOptions.ClassWeights"] = "--class-weights",
        ["TrainingOptions.DevShare"] = "--dev-share",
        ["TrainingOptions.Precision"] = "--precision",
        ["TrainingOptions.FinalEpochs"] = "--final-epochs",
        ["TrainingOptions.Patience"] = "--patience",
        ["TrainingOptions.LabelSmoothing"] = "--label-smoothing",
        ["TrainingOptions.TruncateSteps"] = "--truncate",
        ["TrainingOptions.StreamRows"] = "--stream-rows",
        ["TrainingOptions.Threads"] = "--threads",
        ["TrainingOptions.Epochs"] = "--epochs",
        ["TrainingOptions.BatchSize"] = "--batch",
        ["TrainingOptions.LearningRate"] = "--lr",
        ["TrainingOptions.Seed"] = "--seed",
        ["TrainingOptions.Checkpoint"] = "--out",
        ["TrainingOptions.Communicator"] = "--mpi",
        ["FineTuningOptions.OldShare"] = "--old-share",
        ["FineTuningOptions.Pull"] = "--pull",
        ["SentenceClassifier.MaximumTokens"] = "--max-tokens",
        ["CheckpointOptions.EverySteps"] = "--checkpoint-steps",
        ["CheckpointOptions.Every"] = "--checkpoint-minutes",
        ["CheckpointOptions.Resume"] = "--resume",
        ["CrossValidation.Folds"] = "--folds",
        ["SuccessiveHalving.Trials"] = "--trials",
        ["SuccessiveHalving.Eta"] = "--eta",
        ["SearchRows.TestShare"] = "--test-share",
        ["TorchImportOptions.Labels"] = "--labels",
        ["TorchImportOptions.MultiLabel"] = "--multi-label",
        ["TorchImportOptions.MultiLabel = true"] = "--multi-label",
        ["TorchImportOptions.Pooling"] = "--pooling",
        ["TorchImportOptions.Cell"] = "--cell",
        ["TorchImportOptions.Nonlinearity"] = "--nonlinearity",
        ["TorchImportOptions.Heads"] = "--heads",
        ["TorchImportOptions.Norm"] = "--norm",
        ["TorchImportOptions.PositionScale"] = "--position-scale",
        ["TorchImportOptions.ScaledWords"] = "--scaled-words",
        ["TorchImportOptions.ScaledWords = true"] = "--scaled-words",
        ["TorchImportOptions.Unknown"] = "--unknown",
        ["TorchImportOptions.UnknownToken"] = "--unknown",
        ["TorchImportOptions.Padding"] = "--padding",
        ["TorchImportOptions.Tokens"] = "--tokens",
        ["TorchImportOptions.Ignore"] = "--ignore",
        ["Tokenizer.Lowercase = false"] = "--keep-case",
    };

    /// <summary>Where a verb has a flag of its own for a property.</summary>
    private static readonly Dictionary<(string Verb, string Property), string> FlagsOfVerbs = new()
    {
        [(PredictedColumn, "DataFormat.TextColumn")] = "--column",
    };

    /// <summary>A message of the library with the flags of the verb that was run.</summary>
    public static string Translate(string message, string verb)
    {
        string settings = Setting().Replace(message, match => Flag(match, verb));
        // Arguments of methods that save and load.
        string arguments = settings.Replace("overwrite = true", "--overwrite", StringComparison.Ordinal)
            .Replace("choose another path", "choose another --out", StringComparison.Ordinal)
            .Replace("two different names", "two different names, separated by commas", StringComparison.Ordinal);
        return NoModel().Replace(arguments, "$1; train one with unroll train … --out ${path}");
    }

    private static string Flag(Match match, string verb)
    {
        if (FlagsOfVerbs.TryGetValue((verb, match.Value), out string? whole) || Flags.TryGetValue(match.Value, out whole))
            return AtStart(match, whole);
        string property = match.Groups["property"].Value;
        if (!FlagsOfVerbs.TryGetValue((verb, property), out string? flag) && !Flags.TryGetValue(property, out flag))
            return match.Value;
        if (match.Groups["text"] is { Success: true } text)
        {
            // A shell takes some characters for its own.
            bool isPlain = text.Value.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.');
            return isPlain ? $"{flag} {text.Value}" : $"{flag} \"{text.Value}\"";
        }
        if (match.Groups["value"] is not { Success: true } value)
            return flag;
        // What stands for any name is written as the help writes it.
        return value.Value == "NAME" ? $"{flag} NAME" : $"{flag} {value.Value.ToLowerInvariant()}";
    }

    // What a sentence is about stands without dashes: dropout is 1, expected …
    private static string AtStart(Match match, string flag) =>
        match.Index == 0 && (match.Value.StartsWith("TrainingOptions.", StringComparison.Ordinal)
            || match.Value.StartsWith("TransformerOptions.", StringComparison.Ordinal)) ? flag.TrimStart('-') : flag;

    // A property, and what it may be set to: a text in quotes, a name or number, or several names.
    [GeneratedRegex(
        @"\b(?<property>(?:DataFormat|TrainingOptions|TransformerOptions|CheckpointOptions|CrossValidation|FineTuningOptions|" +
        "ServerOptions|SuccessiveHalving|SearchRows|" +
        "TorchImportOptions|Tokenizer|" +
        @"SentenceClassifier)\.\w+)" +
        """(?: = (?:"(?<text>[^"]*)"|(?<value>\w+(?: or [A-Z]\w*)*)))?""")]
    private static partial Regex Setting();

    [GeneratedRegex(
        "^((?<path>.*): no such (?:folder, expected a model folder|file, expected a model in one file)); " +
        "train a model and save it there$")]
    private static partial Regex NoModel();
}
