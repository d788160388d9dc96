using System.Globalization;
using System.Text;
using Unroll.Data;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>How predictions are written.</summary>
/// <param name="Json">As JSON objects, or else as columns.</param>
/// <param name="Top">How many labels are shown; null for the usual: one in columns, all in JSON.</param>
/// <param name="Threshold">
/// Below this probability a prediction is <see cref="Undecided"/>; null where the model itself says when it abstains.
/// </param>
internal sealed record PredictionLines(bool Json, int? Top, double? Threshold)
{
    /// <summary>The label of a text whose prediction is not sure enough.</summary>
    public const string Undecided = "?";

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

    /// <summary>The label, or that there is none; nothing for a text without a word.</summary>
    public string LabelOf(Prediction prediction) => prediction.IsNone ? ""
        : Abstains(prediction) ? Undecided
        : prediction.Label;

    /// <summary>The probability in columns; nothing for a text without a word.</summary>
    public static string ProbabilityOf(Prediction prediction) => prediction.IsNone ? "" : Format(prediction.Probability);

    private bool Abstains(Prediction prediction) => Threshold is { } threshold && !prediction.IsNone
        ? prediction.Probability < threshold
        : prediction.Abstains;

    private static string Format(double probability) => probability.ToString("F4", CultureInfo.InvariantCulture);

    private string JsonOf(Prediction prediction) =>
        JsonOutput.Of(json => PredictionJson.WriteFields(
            json, prediction with { Abstains = Abstains(prediction) },
            prediction.IsNone ? null : LabelOf(prediction), Top));

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
