using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Cli;

/// <summary>How predictions are written.</summary>
/// <param name="Json">As JSON objects, or else as columns.</param>
/// <param name="Top">How many labels are shown; null for the usual: one in columns, all in JSON.</param>
/// <param name="Threshold">Below this probability a prediction is <see cref="Undecided"/>.</param>
internal sealed record PredictionLines(bool Json, int? Top, double Threshold)
{
    /// <summary>The label of a text whose prediction is not sure enough.</summary>
    public const string Undecided = "?";

    /// <summary>One line a prediction.</summary>
    public string Of(IEnumerable<Prediction> predictions)
    {
        var lines = new StringBuilder();
        foreach (Prediction prediction in predictions)
            lines.Append(Json ? JsonLine.Of(json => WriteFields(json, prediction)) : Columns(prediction)).Append('\n');
        return lines.ToString();
    }

    /// <summary>The label, or that there is none.</summary>
    public string LabelOf(Prediction prediction) => prediction.Probability < Threshold ? Undecided : prediction.Label;

    /// <summary>A probability in columns.</summary>
    public static string Format(double probability) => probability.ToString("F4", CultureInfo.InvariantCulture);

    private string Columns(Prediction prediction)
    {
        IEnumerable<string> others = Top is null
            ? []
            : prediction.Top(Top.Value).Skip(1).Select(entry => $"{OneField(entry.Key)}\t{Format(entry.Value)}\t");
        return $"{OneField(LabelOf(prediction))}\t{Format(prediction.Probability)}\t{string.Concat(others)}" +
            OneLine(prediction.Text);
    }

    // A text of CSV or JSON may run over lines; its answer is one. Other control characters could steer a terminal.
    private static string OneLine(string text) =>
        text.Any(c => c != '\t' && char.IsControl(c))
            ? string.Concat(text.ReplaceLineEndings(" ").Select(c => c != '\t' && char.IsControl(c) ? $"\\u{(int)c:X4}" : $"{c}"))
            : text;

    private static string OneField(string label) => OneLine(label).Replace("\t", "\\u0009", StringComparison.Ordinal);

    private void WriteFields(Utf8JsonWriter json, Prediction prediction)
    {
        json.WriteString("text", prediction.Text);
        json.WriteString("label", LabelOf(prediction));
        json.WriteNumber("probability", prediction.Probability);
        json.WriteStartObject("probabilities");
        foreach ((string label, double probability) in Top is null ? prediction.Probabilities : prediction.Top(Top.Value))
            json.WriteNumber(label, probability);
        json.WriteEndObject();
    }
}
