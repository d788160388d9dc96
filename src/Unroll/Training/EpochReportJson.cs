using System.Diagnostics;
using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Training;

/// <summary>
/// An epoch's report as the fields of a JSON object: in a checkpoint, in <c>metrics.jsonl</c>, on standard output.
/// </summary>
public static class EpochReportJson
{
    /// <summary>A line of <c>metrics.jsonl</c>: the report, and the most memory that the process has had so far.</summary>
    /// <param name="report">The epoch.</param>
    public static string Line(EpochReport report) => JsonLine.Of(json =>
    {
        WriteFields(json, report);
        using var process = Process.GetCurrentProcess();
        json.WriteNumber("peak_mb", process.PeakWorkingSet64 >> 20);
    });

    /// <summary>Writes the report as the fields of an object.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="report">The epoch.</param>
    public static void WriteFields(Utf8JsonWriter json, EpochReport report)
    {
        json.WriteNumber("epoch", report.Epoch);
        json.WriteNumber("train_loss", report.TrainLoss);
        WriteOptional("dev_loss", report.DevLoss);
        WriteOptional("dev_accuracy", report.DevAccuracy);
        WriteOptional("dev_macro_f1", report.DevMacroF1);
        json.WriteNumber("learning_rate", report.LearningRate);
        json.WriteNumber("gradient_norm", report.GradientNorm);
        json.WriteNumber("clipped_share", report.ClippedShare);
        json.WriteNumber("train_seconds", report.TrainSeconds);
        json.WriteNumber("tokens_per_second", report.TokensPerSecond);
        json.WriteBoolean("best", report.IsBest);

        void WriteOptional(string name, double? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
        }
    }

    /// <summary>Reads the fields of an object.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="KeyNotFoundException">A field is missing.</exception>
    /// <exception cref="InvalidOperationException">A field is of another type.</exception>
    /// <exception cref="FormatException">A number is out of range.</exception>
    public static EpochReport Read(JsonElement json)
    {
        return new EpochReport(
            json.GetProperty("epoch").GetInt32(), Number("train_loss"), Optional("dev_loss"), Optional("dev_accuracy"),
            Optional("dev_macro_f1"), json.GetProperty("learning_rate")
                .GetSingle(), Number("gradient_norm"), Number("clipped_share"),
            Number("train_seconds"), Number("tokens_per_second"), json.GetProperty("best").GetBoolean());

        double Number(string name) => json.GetProperty(name).GetDouble();

        double? Optional(string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
    }
}
