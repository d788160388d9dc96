using System.Diagnostics;
using System.Text.Json;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>An epoch as one line of JSON: what <c>--json</c> prints and <c>metrics.jsonl</c> holds.</summary>
internal static class EpochJson
{
    public static string Line(EpochReport report) => JsonLine.Of(json => Write(json, report));

    private static void Write(Utf8JsonWriter json, EpochReport report)
    {
        json.WriteNumber("epoch", report.Epoch);
        json.WriteNumber("train_loss", report.TrainLoss);
        WriteOptional("dev_loss", report.DevLoss);
        WriteOptional("dev_accuracy", report.DevAccuracy);
        WriteOptional("dev_macro_f1", report.DevMacroF1);
        json.WriteNumber("learning_rate", report.LearningRate);
        json.WriteNumber("gradient_norm", report.GradientNorm);
        json.WriteNumber("clipped_share", report.ClippedShare);
        json.WriteNumber("train_seconds", Math.Round(report.TrainSeconds, 3));
        json.WriteNumber("tokens_per_second", Math.Round(report.TokensPerSecond));
        using var process = Process.GetCurrentProcess();
        json.WriteNumber("peak_mb", process.PeakWorkingSet64 >> 20);
        json.WriteBoolean("best", report.IsBest);

        void WriteOptional(string name, double? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
        }
    }
}
