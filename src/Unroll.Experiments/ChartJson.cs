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
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteAxis(Utf8JsonWriter writer, string property, ChartAxis axis)
    {
        writer.WriteStartObject(property);
        writer.WriteString("name", axis.Name);
        writer.WriteBoolean("log", axis.Scale == ChartScale.Log);
        writer.WriteEndObject();
    }
}
