using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>What a simpler model reaches on the rows of a training.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Key">Its key in JSON.</param>
/// <param name="Dev">On the dev rows; null without them.</param>
/// <param name="Test">On the test rows; null without them.</param>
public sealed record SimplerModel(string Name, string Key, EvaluationResult? Dev, EvaluationResult? Test);

/// <summary>How a training ended.</summary>
/// <param name="Epochs">A report of each epoch; none for a linear part alone.</param>
/// <param name="Calibration">What calibration did; null without dev rows.</param>
/// <param name="Dev">The model on the dev rows; null without them.</param>
/// <param name="Test">The model on the test rows; null without them.</param>
/// <param name="LinearShare">λ, the linear part's share of the model's logits; 0 for the network alone.</param>
public sealed record TrainingSummary(
    IReadOnlyList<EpochReport> Epochs, CalibrationReport? Calibration, EvaluationResult? Dev, EvaluationResult? Test,
    double LinearShare)
{
    internal const string NetworkKey = "network";
    internal const string LinearKey = "linear";
    internal const string FirstNetworkKey = "first_network";

    /// <summary>Simpler models and the model's network alone on the same rows; none if they were not asked for.</summary>
    public IReadOnlyList<SimplerModel> SimplerModels { get; init; } = [];

    /// <summary>
    /// The mean loss of a model that answers every training row with how frequent the classes are, in nats; null if it is not
    /// known.
    /// </summary>
    public double? LossOfChance { get; init; }

    /// <summary>
    /// The threshold below which the model abstains, chosen on the dev rows; null where
    /// <see cref="TrainingOptions.Precision"/> asked for none or there are no dev rows.
    /// </summary>
    public AbstentionReport? Abstention { get; init; }

    /// <summary>Whether the model was to have a linear part, whatever its share is.</summary>
    public bool HasLinear { get; init; }

    /// <summary>
    /// Epochs in which the networks learned the dev rows too, after these were measured; 0 for none.
    /// </summary>
    public int FinalEpochs { get; init; }

    /// <summary>What is at fault where a simpler model does better, and what to do; null where none does.</summary>
    public string? Advice => Better is { } better ? TrainingAdvice.Of(this, better) : null;

    /// <summary>The epoch whose model is kept; null for a linear part alone, which is not trained in epochs.</summary>
    public EpochReport? Kept { get; } = Epochs.LastOrDefault(report => report.IsBest);

    /// <summary>The best of the simpler models, if it does better than this one; on the test rows if there are some.</summary>
    public SimplerModel? Better =>
        SimplerModels.Where(model => model.Key is not (NetworkKey or FirstNetworkKey)).MaxBy(Accuracy) is { } best
            && Accuracy(best) > (Test ?? Dev)?.Accuracy ? best : null;

    /// <summary>Writes it as the fields of a JSON object.</summary>
    /// <param name="json">Inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        if (Kept is not null)
            json.WriteNumber("kept_epoch", Kept.Epoch);
        WriteScores(json, "dev", Dev);
        WriteScores(json, "test", Test);
        if (Test is not null)
        {
            json.WriteNumber("test_unknown_label_rows", Test.UnknownLabelRows);
            json.WriteNumber("test_ece", Test.CalibrationError);
        }
        json.WriteNumber("linear_share", LinearShare);
        json.WriteNumber("final_epochs", FinalEpochs);
        if (Calibration is { } calibration)
        {
            json.WriteNumber("temperature", calibration.Temperature);
            json.WriteNumber("ece_before", calibration.ErrorBefore);
            json.WriteNumber("ece_after", calibration.ErrorAfter);
        }
        if (Abstention is { } abstention)
        {
            json.WriteNumber("threshold", abstention.Threshold);
            json.WriteNumber("threshold_precision", abstention.Precision);
            json.WriteNumber("threshold_coverage", abstention.Coverage);
        }
        json.WriteStartObject("baselines");
        foreach (SimplerModel model in SimplerModels)
        {
            json.WriteStartObject(model.Key);
            WriteScores(json, "dev", model.Dev);
            WriteScores(json, "test", model.Test);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static double? Accuracy(SimplerModel model) => (model.Test ?? model.Dev)?.Accuracy;

    private static void WriteScores(Utf8JsonWriter json, string rows, EvaluationResult? result)
    {
        if (result is null)
            return;
        json.WriteNumber($"{rows}_accuracy", result.Accuracy);
        json.WriteNumber($"{rows}_macro_f1", result.MacroF1);
        if (result.IsMultiLabel)
            json.WriteNumber($"{rows}_micro_f1", result.MicroF1);
    }
}
