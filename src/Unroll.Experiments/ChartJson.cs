using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Experiments;

/// <summary>A chart as the page reads it.</summary>
internal static class ChartJson
{
    public static void Write(Utf8JsonWriter writer, ExperimentChart chart)
    {
        writer.WriteStartObject();
        writer.WriteString("id", chart.Id);
        writer.WriteString("title", chart.Title);
        writer.WriteString("note", chart.Note);
        WriteAxis(writer, "x", chart.X);
        WriteAxis(writer, "y", chart.Y);
        writer.WriteStartArray("names");
        foreach (string name in chart.Names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteString("failure", chart.Failure);
        writer.WriteStartArray("series");
        foreach (ChartSeries series in chart.Series)
        {
            writer.WriteStartObject();
            writer.WriteString("name", series.Name);
            writer.WriteBoolean("bound", series.IsBound);
            writer.WriteStartArray("points");
            foreach (ChartPoint point in series.Points)
            {
                writer.WriteStartArray();
                foreach (double value in (double[])[point.X, point.Y, point.Low, point.High])
                    writer.WriteNumberOrNull(value);
                writer.WriteEndArray();
            }
            writer.WriteEndArray();
            WriteSparse(writer, series.Points);
            writer.WriteStartArray("failed");
            foreach (ChartPoint point in series.Points.Where(point => point.HasFailed))
                writer.WriteNumberValue(point.X);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Means that are not of all seeds: where, of how many, and of how many they might be.
    private static void WriteSparse(Utf8JsonWriter writer, IReadOnlyList<ChartPoint> points)
    {
        writer.WriteStartArray("sparse");
        foreach (ChartPoint point in points)
        {
            if (point.Seeds is not { } seeds)
                continue;
            writer.WriteStartArray();
            writer.WriteNumberValue(point.X);
            writer.WriteNumberValue(seeds.Taken);
            writer.WriteNumberValue(seeds.All);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void WriteAxis(Utf8JsonWriter writer, string property, ChartAxis axis)
    {
        writer.WriteStartObject(property);
        writer.WriteString("name", axis.Name);
        writer.WriteBoolean("log", axis.Scale == ChartScale.Log);
        writer.WriteEndObject();
    }
}
