using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Experiments;

/// <summary>The results of an experiment: JSON lines as they are measured, and tables for people.</summary>
/// <remarks>
/// Every line is an object with <c>experiment</c>, <c>kind</c> and what was measured; a number that is not finite is null.
/// </remarks>
/// <param name="experiment">The experiment's name.</param>
/// <param name="output">Is told of everything at once.</param>
public sealed class ExperimentLog(string experiment, IExperimentOutput output)
{
    private readonly List<string> _lines = [];
    private readonly List<ExperimentTable> _tables = [];
    private readonly List<string> _texts = [];
    private readonly List<ExperimentChart> _charts = [];

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>What the measurement says in one sentence; empty as long as nothing is measured.</summary>
    public string Verdict { get; private set; } = "";

    /// <summary>The charts so far.</summary>
    public IReadOnlyList<ExperimentChart> Charts => _charts;

    /// <summary>Adds one line.</summary>
    /// <param name="kind">
    /// What the line is: <c>settings</c>, <c>run</c>, <c>curve</c>, <c>summary</c> or <c>verdict</c>.
    /// </param>
    /// <param name="fields">Names and values: texts, numbers, truth values and arrays of numbers.</param>
    public void Line(string kind, params (string Name, object? Value)[] fields)
    {
        string line = JsonLine.Of(writer =>
        {
            writer.WriteString("experiment", experiment);
            writer.WriteString("kind", kind);
            foreach ((string name, object? value) in fields)
            {
                writer.WritePropertyName(name);
                Write(writer, value);
            }
        });
        _lines.Add(line);
        output.Line(line);
    }

    /// <summary>Shows a table: the first column to the left, the others to the right.</summary>
    /// <param name="title">What the numbers are.</param>
    /// <param name="headers">A name a column.</param>
    /// <param name="rows">A text a column.</param>
    public void Table(string title, string[] headers, IReadOnlyList<string[]> rows)
    {
        _tables.Add(new ExperimentTable(title, headers, rows));
        output.Table(_tables[^1]);
    }

    /// <summary>Shows a line of text.</summary>
    /// <param name="text">The line.</param>
    public void Text(string text)
    {
        _texts.Add(text);
        output.Text(text);
    }

    /// <summary>Adds a chart, which the page and the picture show.</summary>
    /// <param name="chart">The chart.</param>
    public void Chart(ExperimentChart chart) => _charts.Add(chart);

    /// <summary>Says what the measurement shows: it ends the run, and stands on top of the page.</summary>
    /// <param name="sentence">One sentence, made from the numbers.</param>
    public void Conclude(string sentence)
    {
        Verdict = sentence;
        Line("verdict", ("text", sentence));
        output.Text(sentence);
    }

    /// <summary>
    /// Writes what the page shows: <c>verdict</c>, <c>charts</c>, <c>tables</c>, <c>notes</c> below them and <c>lines</c>.
    /// </summary>
    /// <param name="writer">Inside an object.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteString("verdict", Verdict);
        writer.WriteStartArray("charts");
        foreach (ExperimentChart chart in _charts)
            ChartJson.Write(writer, chart);
        writer.WriteEndArray();
        writer.WriteStartArray("tables");
        foreach (ExperimentTable table in _tables)
        {
            writer.WriteStartObject();
            writer.WriteString("title", table.Title);
            writer.WritePropertyName("columns");
            WriteArray(writer, table.Headers);
            writer.WriteStartArray("rows");
            foreach (IReadOnlyList<string> row in table.Rows)
                WriteArray(writer, row);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WritePropertyName("notes");
        WriteArray(writer, _texts);
        writer.WriteStartArray("lines");
        foreach (string line in _lines)
            writer.WriteRawValue(line);
        writer.WriteEndArray();
    }

    /// <summary>Says how far it is.</summary>
    /// <param name="done">Runs that are done.</param>
    /// <param name="all">All runs.</param>
    public void Progress(int done, int all) => output.Progress(done, all);

    /// <summary>A number as the tables show it: three digits that count.</summary>
    /// <param name="value">The number.</param>
    public static string Short(double value) => ShortNumber.Of(value);

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberOrNull(number);
                break;
            case IEnumerable<double> numbers:
                WriteArray(writer, numbers.Cast<object?>());
                break;
            case IEnumerable<int> numbers:
                WriteArray(writer, numbers.Cast<object?>());
                break;
            case IEnumerable<string> texts:
                WriteArray(writer, texts);
                break;
            default:
                throw new ArgumentException($"no way to write {value.GetType().Name}", nameof(value));
        }
    }

    private static void WriteArray(Utf8JsonWriter writer, IEnumerable<object?> values)
    {
        writer.WriteStartArray();
        foreach (object? value in values)
            Write(writer, value);
        writer.WriteEndArray();
    }
}
