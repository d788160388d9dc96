using System.Text;
using System.Text.Json;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>Writes and reads a <see cref="TrainingPosition"/>; numbers come back to the bit.</summary>
internal static class TrainingPositionJson
{
    public static string Write(TrainingPosition position)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", position.Epoch);
            json.WriteNumber("steps_in_epoch", position.StepsInEpoch);
            json.WriteNumber("steps", position.Steps);
            if (position.GeneratorAtEpoch is { } generator)
                json.WriteBase64String("generator", generator);
            json.WriteNumber("loss_sum", position.LossSum);
            json.WriteNumber("norm_sum", position.NormSum);
            json.WriteNumber("rows", position.Rows);
            json.WriteNumber("tokens", position.Tokens);
            json.WriteNumber("clipped", position.Clipped);
            json.WriteNumber("seconds", position.Seconds);
            json.WriteBoolean("finished", position.Finished);
            position.GradientFlow.WriteTo(json);
            json.WriteStartArray("reports");
            foreach (EpochReport report in position.Reports)
                WriteReport(json, report);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static TrainingPosition Read(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement json = document.RootElement;
        var position = new TrainingPosition
        {
            Epoch = json.GetProperty("epoch").GetInt32(),
            StepsInEpoch = json.GetProperty("steps_in_epoch").GetInt32(),
            Steps = json.GetProperty("steps").GetInt64(),
            GeneratorAtEpoch = json.TryGetProperty("generator", out JsonElement generator) ? generator.GetBytesFromBase64() : null,
            LossSum = json.GetProperty("loss_sum").GetDouble(),
            NormSum = json.GetProperty("norm_sum").GetDouble(),
            Rows = json.GetProperty("rows").GetInt32(),
            Tokens = json.GetProperty("tokens").GetInt64(),
            Clipped = json.GetProperty("clipped").GetInt32(),
            Seconds = json.GetProperty("seconds").GetDouble(),
            Finished = json.GetProperty("finished").GetBoolean(),
        };
        position.GradientFlow.ReadFrom(json);
        foreach (JsonElement report in json.GetProperty("reports").EnumerateArray())
            position.Reports.Add(ReadReport(report));
        return position;
    }

    private static void WriteReport(Utf8JsonWriter json, EpochReport report)
    {
        json.WriteStartObject();
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
        json.WriteBoolean("is_best", report.IsBest);
        json.WriteEndObject();

        void WriteOptional(string name, double? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
        }
    }

    private static EpochReport ReadReport(JsonElement json)
    {
        return new EpochReport(
            json.GetProperty("epoch").GetInt32(), Number("train_loss"), Optional("dev_loss"), Optional("dev_accuracy"),
            Optional("dev_macro_f1"), json.GetProperty("learning_rate").GetSingle(), Number("gradient_norm"), Number("clipped_share"),
            Number("train_seconds"), Number("tokens_per_second"), json.GetProperty("is_best").GetBoolean());

        double Number(string name) => json.GetProperty(name).GetDouble();

        double? Optional(string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
    }
}
