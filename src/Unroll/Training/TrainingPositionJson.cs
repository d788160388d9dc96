using System.Text;
using System.Text.Json;

namespace Unroll.Training;

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
            json.WriteNumber("loss_sum", position.LossSum);
            json.WriteNumber("norm_sum", position.NormSum);
            json.WriteNumber("rows", position.Rows);
            json.WriteNumber("tokens", position.Tokens);
            json.WriteNumber("clipped", position.Clipped);
            json.WriteNumber("seconds", position.Seconds);
            json.WriteStartArray("networks");
            foreach (NetworkPosition network in position.Networks)
                Write(json, network);
            json.WriteEndArray();
            json.WriteBoolean("finished", position.Finished);
            position.GradientFlow.WriteTo(json);
            json.WriteStartArray("reports");
            foreach (EpochReport report in position.Reports)
            {
                json.WriteStartObject();
                EpochReportJson.WriteFields(json, report);
                json.WriteEndObject();
            }
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
            Networks = [.. json.GetProperty("networks").EnumerateArray().Select(ReadNetwork)],
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
            position.Reports.Add(EpochReportJson.Read(report));
        return position;
    }

    private static void Write(Utf8JsonWriter json, NetworkPosition network)
    {
        json.WriteStartObject();
        if (network.GeneratorAtEpoch is { } generator)
            json.WriteBase64String("generator", generator);
        if (network.RecentLoss is { } recent)
            json.WriteNumber("recent_loss", recent);
        json.WriteBoolean("defends", network.Defends);
        json.WriteEndObject();
    }

    private static NetworkPosition ReadNetwork(JsonElement json) => new()
    {
        GeneratorAtEpoch = json.TryGetProperty("generator", out JsonElement generator) ? generator.GetBytesFromBase64() : null,
        RecentLoss = json.TryGetProperty("recent_loss", out JsonElement recent) ? recent.GetDouble() : null,
        Defends = json.GetProperty("defends").GetBoolean(),
    };
}
