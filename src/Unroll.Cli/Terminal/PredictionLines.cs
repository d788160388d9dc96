using System.Globalization;
using System.Text;
using Unroll.Data;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>How predictions are written.</summary>
/// <param name="Json">As JSON objects, or else as columns.</param>
/// <param name="Top">How many labels are shown; null for the usual: one in columns, all in JSON.</param>
/// <param name="Threshold">
/// Below this probability a prediction is <see cref="Undecided"/>, or a text of several labels has not the label; null for what
/// the model itself says.
/// </param>
internal sealed record PredictionLines(bool Json, int? Top, double? Threshold)
{
    /// <summary>The label of a text whose prediction is not sure enough.</summary>
    public const string Undecided = "?";

    /// <summary>In the place of the labels of a text that may have several and has none.</summary>
    public const string NoLabel = "-";

    private const string NumberCharacters = "+-.0123456789eE";

    /// <summary>Whether a cell of a table that a spreadsheet would compute gets an apostrophe before it.</summary>
    public bool EscapesFormulas { get; init; }

    /// <summary>A cell of a table, as it is written. A plain number is no formula, whatever its sign.</summary>
    public string Cell(string text) => EscapesFormulas && CsvLine.IsFormula(text) && !IsNumber(text) ? $"'{text}" : text;

    /// <summary>One line a prediction.</summary>
    public string Of(IEnumerable<Prediction> predictions)
    {
        var lines = new StringBuilder();
        foreach (Prediction prediction in predictions)
            lines.Append(Json ? JsonOf(prediction) : Columns(prediction)).Append('\n');
        return lines.ToString();
    }

    /// <summary>The label, or that there is none; several are parted by commas. Nothing for a text without a word.</summary>
    public string LabelOf(Prediction prediction) => prediction.IsNone ? ""
        : prediction.IsMultiLabel ? OrNone(string.Join(',', Decided(prediction).Labels.Keys))
        : Abstains(prediction) ? Undecided
        : prediction.Label;

    /// <summary>
    /// The probability in columns, of several labels each, parted by commas, and of none the highest; nothing for a text without
    /// a word.
    /// </summary>
    public string ProbabilityOf(Prediction prediction) => prediction.IsNone ? ""
        : prediction.IsMultiLabel && Decided(prediction).Labels is { Count: > 0 } labels
            ? string.Join(',', labels.Values.Select(Format))
        : Format(prediction.Probability);

    // One threshold in the place of the model's.
    private Prediction Decided(Prediction prediction) => Threshold is { } threshold && prediction.IsMultiLabel
        ? prediction.WithThreshold(threshold)
        : prediction;

    private static string OrNone(string labels) => labels.Length == 0 ? NoLabel : labels;

    private bool Abstains(Prediction prediction) => Threshold is { } threshold && !prediction.IsNone && !prediction.IsMultiLabel
        ? prediction.Probability < threshold
        : prediction.Abstains;

    private static string Format(double probability) => probability.ToString("F4", CultureInfo.InvariantCulture);

    private string JsonOf(Prediction prediction) =>
        JsonOutput.Of(json => PredictionJson.WriteFields(
            json, Decided(prediction) with { Abstains = Abstains(prediction) },
            prediction.IsNone ? null : prediction.IsMultiLabel ? prediction.Label : LabelOf(prediction), Top));

    private static bool IsNumber(string text) =>
        text.All(c => NumberCharacters.Contains(c, StringComparison.Ordinal))
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private string Columns(Prediction prediction)
    {
        IEnumerable<string> others = Top is null
            ? []
            : prediction.Top(Top.Value).Skip(1).Select(entry => $"{OneField(entry.Key)}\t{Format(entry.Value)}\t");
        // A line end in a label or a text would begin a prediction that is none.
        string text = EscapingWriter.Escape(prediction.Text);
        return $"{OneField(LabelOf(prediction))}\t{ProbabilityOf(prediction)}\t{string.Concat(others)}{text}";
    }

    private static string OneField(string label) =>
        EscapingWriter.Escape(label).Replace("\t", "\\t", StringComparison.Ordinal);
}
