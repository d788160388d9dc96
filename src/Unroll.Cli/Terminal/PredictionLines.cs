using System.Globalization;
using System.Text;
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
            lines.Append(Json ? JsonOf(prediction) : Columns(prediction)).Append('\n');
        return lines.ToString();
    }

    /// <summary>The label, or that there is none.</summary>
    public string LabelOf(Prediction prediction) => prediction.Probability < Threshold ? Undecided : prediction.Label;

    /// <summary>A probability in columns.</summary>
    public static string Format(double probability) => probability.ToString("F4", CultureInfo.InvariantCulture);

    private string JsonOf(Prediction prediction) =>
        JsonLine.Of(json => PredictionJson.WriteFields(json, prediction, LabelOf(prediction), Top));

    private string Columns(Prediction prediction)
    {
        IEnumerable<string> others = Top is null
            ? []
            : prediction.Top(Top.Value).Skip(1).Select(entry => $"{EscapingWriter.Escape(entry.Key)}\t{Format(entry.Value)}\t");
        // A line end in a label or a text would begin a prediction that is none.
        string text = EscapingWriter.Escape(prediction.Text);
        return $"{EscapingWriter.Escape(LabelOf(prediction))}\t{Format(prediction.Probability)}\t{string.Concat(others)}{text}";
    }
}
