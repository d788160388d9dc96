using Microsoft.Extensions.Logging;
using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Models;
using Unroll.Server.Operation;

namespace Unroll.Server.Protocols;

/// <summary>What every protocol does in the end: texts of a request to predictions, within the limits and counted.</summary>
/// <param name="options">The limits.</param>
/// <param name="metrics">Where answers are counted.</param>
/// <param name="log">Where texts stand, if they are wanted there.</param>
internal sealed partial class Classification(ServerOptions options, ServerMetrics metrics, ILogger<Classification> log)
{
    /// <summary>Classifies the texts of a request.</summary>
    /// <param name="slot">The model.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="context">The request.</param>
    /// <exception cref="RequestException">There are none, or too many, or one cannot be classified.</exception>
    public async Task<(LoadedModel Model, Prediction[] Predictions)> RunAsync(
        ModelSlot slot, IReadOnlyList<string> texts, HttpContext context)
    {
        if (texts.Count == 0)
            throw JsonBody.Unusable("there is no text in it; send at least one");
        if (texts.Count > options.MostTexts)
        {
            throw new RequestException(
                StatusCodes.Status413PayloadTooLarge,
                FormattableString.Invariant(
                    $"the request has {texts.Count} texts, expected at most {options.MostTexts}; send several"));
        }
        (LoadedModel model, Prediction[] predictions) =
            await slot.Queue.PredictAsync(texts, context.RequestAborted).ConfigureAwait(false);
        foreach (Prediction prediction in predictions)
            Count(model, prediction);
        return (model, predictions);
    }

    /// <summary>A prediction's probabilities in the model's order: zeros where the text has no tokens and nothing is
    /// said.</summary>
    public static IEnumerable<float> ProbabilitiesOf(LoadedModel model, Prediction prediction) => prediction.IsNone
        ? Enumerable.Repeat(0f, model.Classifier.Config.Classes)
        : prediction.Probabilities.Select(entry => (float)entry.Value);

    /// <summary>The label of a prediction; of a model that gives several all of them, parted by commas.</summary>
    public static string LabelOf(Prediction prediction) =>
        prediction.IsMultiLabel ? string.Join(',', prediction.Labels.Keys) : prediction.Label;

    /// <summary>Counts an answer.</summary>
    public void Count(LoadedModel model, Prediction prediction)
    {
        foreach (string label in prediction.IsMultiLabel ? prediction.Labels.Keys : [prediction.Label])
            metrics.Answer(model.Name, label);
        if (!options.LogTexts)
            return;
        string labels = LabelOf(prediction);
        Answered(log, model.Name, labels, prediction.Probability, prediction.Text);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model} answered {Label} ({Probability}) to: {Text}")]
    private static partial void Answered(ILogger log, string model, string label, double probability, string text);
}
