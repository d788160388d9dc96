using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>What a model does on labelled rows, as JSON: what <c>eval --json</c> prints and <c>evaluation.json</c> begins with.</summary>
internal static class EvaluationJson
{
    // A matrix of more classes than this is no use to anybody; JSON has the single confusions then.
    private const int MostClassesOfMatrix = 1000;

    /// <summary>Writes what stands between the braces.</summary>
    public static void WriteFields(Utf8JsonWriter json, EvaluationReport report)
    {
        EvaluationResult result = report.Result;
        json.WriteNumber("rows", result.Rows);
        json.WriteNumber("accuracy", result.Accuracy);
        json.WriteNumber("macro_f1", result.MacroF1);
        json.WriteNumber("ece", result.CalibrationError);
        json.WriteNumber("loss", result.Loss);
        json.WriteStartObject("labels");
        for (int c = 0; c < report.Labels.Count; c++)
            WriteScores(json, report.Labels[c], result.Confusion[c]);
        json.WriteEndObject();
        if (report.Labels.Count <= MostClassesOfMatrix)
            WriteMatrix(json, result.Confusion.ToArray());
        else
            WriteConfusions(json, report);
        json.WriteStartObject("unknown_labels");
        foreach ((string label, int rows) in report.UnknownLabels)
            json.WriteNumber(label, rows);
        json.WriteEndObject();
        json.WriteStartArray("mistakes");
        foreach (Mistake mistake in report.Mistakes)
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

    private static void WriteConfusions(Utf8JsonWriter json, EvaluationReport report)
    {
        json.WriteNull("confusion");
        json.WriteStartArray("confusions");
        foreach (Confusion confusion in report.Result.Confusion.LargestConfusions(int.MaxValue))
        {
            json.WriteStartObject();
            json.WriteString("label", report.Labels[confusion.Truth]);
            json.WriteString("predicted", report.Labels[confusion.Predicted]);
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
