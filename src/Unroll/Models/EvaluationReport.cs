using System.Text.Json;
using Unroll.Evaluation;

namespace Unroll.Models;

/// <summary>What a model does on labelled rows, with its labels' names and its worst mistakes.</summary>
/// <param name="Labels">The model's labels.</param>
/// <param name="Result">The numbers.</param>
/// <param name="UnknownLabels">Labels that the model does not know, and how many rows have each.</param>
/// <param name="Mistakes">The worst first, among the rows whose label the model knows.</param>
public sealed record EvaluationReport(
    IReadOnlyList<string> Labels, EvaluationResult Result, IReadOnlyDictionary<string, int> UnknownLabels,
    IReadOnlyList<Mistake> Mistakes)
{
    // A matrix of more classes than this is no use to anybody; JSON has the single confusions then.
    private const int MostClassesOfMatrix = 1000;

    /// <summary>
    /// How many rows have labels that the model does not know, which labels, and how they count, in one line; null for none.
    /// </summary>
    /// <param name="rows">What the rows are of, such as a file.</param>
    public string? UnknownLabelsLine(string rows) =>
        UnknownLabels.Count == 0 ? null : Text.UnknownLabels.Describe(UnknownLabels, Labels, rows);

    /// <summary>Writes it as the fields of a JSON object.</summary>
    /// <param name="json">Inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteNumber("rows", Result.Rows);
        json.WriteNumber("unknown_label_rows", Result.UnknownLabelRows);
        json.WriteNumber("accuracy", Result.Accuracy);
        json.WriteNumber("macro_f1", Result.MacroF1);
        if (Result.IsMultiLabel)
            json.WriteNumber("micro_f1", Result.MicroF1);
        json.WriteNumber("ece", Result.CalibrationError);
        json.WriteNumber("loss", Result.Loss);
        if (Result.Threshold > 0)
        {
            json.WriteNumber("threshold", Result.Threshold);
            json.WriteNumber("coverage", Result.Coverage);
            json.WriteNumber("answered_accuracy", Result.AnsweredAccuracy);
        }
        json.WriteStartObject("labels");
        for (int c = 0; c < Labels.Count; c++)
            WriteScores(json, Labels[c], Result.Confusion[c]);
        json.WriteEndObject();
        if (Labels.Count <= MostClassesOfMatrix && !Result.IsMultiLabel)
            WriteMatrix(json, Result.Confusion.ToArray());
        else
            WriteConfusions(json);
        json.WriteStartObject("unknown_labels");
        foreach ((string label, int rows) in UnknownLabels)
            json.WriteNumber(label, rows);
        json.WriteEndObject();
        json.WriteStartArray("mistakes");
        foreach (Mistake mistake in Mistakes)
            WriteMistake(json, mistake);
        json.WriteEndArray();
    }

    private static void WriteScores(Utf8JsonWriter json, string label, ClassScores scores)
    {
        json.WriteStartObject(label);
        json.WriteNumber("precision", scores.Precision);
        json.WriteNumber("recall", scores.Recall);
        json.WriteNumber("f1", scores.F1);
        json.WriteNumber("support", scores.Support);
        json.WriteEndObject();
    }

    private static void WriteMatrix(Utf8JsonWriter json, int[][] matrix)
    {
        json.WriteStartArray("confusion");
        foreach (int[] row in matrix)
        {
            json.WriteStartArray();
            foreach (int count in row)
                json.WriteNumberValue(count);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private void WriteConfusions(Utf8JsonWriter json)
    {
        json.WriteNull("confusion");
        json.WriteStartArray("confusions");
        foreach (Confusion confusion in Result.Confusion.LargestConfusions(int.MaxValue))
        {
            json.WriteStartObject();
            json.WriteString("label", Labels[confusion.Truth]);
            json.WriteString("predicted", Labels[confusion.Predicted]);
            json.WriteNumber("rows", confusion.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMistake(Utf8JsonWriter json, Mistake mistake)
    {
        json.WriteStartObject();
        json.WriteNumber("line", mistake.Line);
        json.WriteString("text", mistake.Text);
        json.WriteString("label", mistake.Label);
        json.WriteString("predicted", mistake.Predicted);
        json.WriteNumber("probability", mistake.Probability);
        json.WriteNumber("loss", mistake.Loss);
        json.WriteEndObject();
    }
}
