using System.Globalization;
using System.Text.Json;
using CsvHelper.Configuration;
using CsvHelper;
using Unroll.Storage;

namespace Unroll.Cli.Classroom;

/// <summary>The marks of a class as a table, as CSV or as JSON.</summary>
internal static class MarkSheet
{
    private static readonly string[] Columns = ["sheet", "parameters", "forward", "update", "prediction", "total"];
    private static readonly Criterion[] Criteria = [Criterion.Parameters, Criterion.Forward, Criterion.Update, Criterion.Prediction];

    /// <summary>A line of marks a sheet, and below it what is wrong.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<SheetMarks> rows)
    {
        int width = Math.Max(Columns[0].Length, rows.Max(row => Wording.OneLine(row.Sheet).Length));
        output.WriteLine($"{Columns[0].PadRight(width)}  {string.Join("  ", Columns[1..])}");
        foreach (SheetMarks row in rows)
        {
            IEnumerable<string> cells = Values(row).Zip(Columns[1..], (mark, column) => Wording.Marks(mark).PadLeft(column.Length));
            output.WriteLine($"{Wording.OneLine(row.Sheet).PadRight(width)}  {string.Join("  ", cells)}");
            foreach (Remark remark in row.Remarks)
                output.WriteLine(remark.Criterion == Criterion.Sheet ? $"  {remark.Text}" : $"  {NameOf(remark.Criterion)}: {remark.Text}");
        }
        output.WriteLine();
        output.WriteLine(Summary(rows));
    }

    /// <summary>A header and a line a sheet.</summary>
    public static void WriteCsv(TextWriter output, IReadOnlyList<SheetMarks> rows)
    {
        using var csv = new CsvWriter(
            output,
            new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n", InjectionOptions = InjectionOptions.Escape },
            leaveOpen: true);
        foreach (string column in (string[])[.. Columns, "status", "remarks"])
            csv.WriteField(column);
        csv.NextRecord();
        foreach (SheetMarks row in rows)
        {
            csv.WriteField(row.Sheet);
            foreach (double mark in Values(row))
                csv.WriteField(Wording.Marks(mark));
            csv.WriteField(NameOf(row.Status));
            csv.WriteField(string.Join(" | ", row.Remarks.Select(remark => remark.Text)));
            csv.NextRecord();
        }
    }

    /// <summary>One object a sheet.</summary>
    public static string ToJson(SheetMarks row) => JsonLine.Of(json =>
    {
        json.WriteString("sheet", row.Sheet);
        json.WriteString("status", NameOf(row.Status));
        json.WriteStartObject("marks");
        foreach (Criterion criterion in Criteria)
            json.WriteNumber(NameOf(criterion), row[criterion]);
        json.WriteEndObject();
        json.WriteNumber("total", row.Total);
        WriteNumber(json, "hidden", row.Hidden);
        WriteNumber(json, "learning_rate", row.LearningRate);
        json.WriteStartArray("remarks");
        foreach (Remark remark in row.Remarks)
        {
            json.WriteStartObject();
            json.WriteString("part", NameOf(remark.Criterion));
            json.WriteString("text", remark.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string Summary(IReadOnlyList<SheetMarks> rows)
    {
        string sheets = rows.Count == 1 ? "1 sheet" : $"{rows.Count} sheets";
        return $"{sheets}, mean {Wording.Marks(Math.Round(rows.Average(row => row.Total), 2))} of {Wording.Marks(SheetMarks.Most)}";
    }

    private static double[] Values(SheetMarks row) => [.. Criteria.Select(criterion => row[criterion]), row.Total];

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static string NameOf(Criterion criterion) => Options.NameOf(criterion);

    private static string NameOf(SheetStatus status) => status switch
    {
        SheetStatus.NotCompiled => "not compiled",
        SheetStatus.TimedOut => "timed out",
        SheetStatus.NoTrace => "no trace",
        _ => Options.NameOf(status),
    };
}
