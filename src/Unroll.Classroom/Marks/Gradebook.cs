using System.Globalization;
using System.Text.Json;
using System.Xml;
using Unroll.Data;

namespace Unroll.Classroom.Marks;

/// <summary>The scores of a class, as a table, as CSV, as JUnit's XML or as Gradescope's JSON.</summary>
public static class Gradebook
{
    private static readonly string[] MarkColumns = [.. SheetScore.Criteria.Select(criterion => criterion.Name()), "total"];

    /// <summary>Writes one line for each sheet, its remarks below it, and the mean at the end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scores">At least one.</param>
    /// <param name="protection">What sheets were kept from while they ran; null to leave it out.</param>
    public static void WriteTable(TextWriter output, IReadOnlyList<SheetScore> scores, string? protection = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(scores);
        const string SheetColumn = "sheet";
        int width = Math.Max(SheetColumn.Length, scores.Max(score => Wording.OneLine(score.Sheet).Length));
        output.WriteLine($"{SheetColumn.PadRight(width)}  {string.Join("  ", MarkColumns)}");
        foreach (SheetScore score in scores)
        {
            IEnumerable<string> marks = Marks(score).Zip(MarkColumns, Cell);
            output.WriteLine($"{Wording.OneLine(score.Sheet).PadRight(width)}  {string.Join("  ", marks)}");
            foreach (Remark remark in score.Remarks)
                output.WriteLine($"  {ToText(remark)}");
        }
        output.WriteLine();
        string sheets = scores.Count == 1 ? "1 sheet" : $"{scores.Count} sheets";
        double mean = Math.Round(scores.Average(score => score.Total), 2);
        output.WriteLine($"{sheets}, mean {Wording.Marks(mean)} of {Wording.Marks(SheetScore.Maximum)}");
        if (protection is not null)
            output.WriteLine(protection);
    }

    /// <summary>Writes a header and one line for each sheet.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scores">The scores.</param>
    public static void WriteCsv(TextWriter output, IReadOnlyList<SheetScore> scores)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(scores);
        output.Write(CsvLine.Of(["sheet", .. MarkColumns, "status", "remarks"]));
        foreach (SheetScore score in scores)
        {
            string remarks = string.Join(" | ", score.Remarks.Select(remark => remark.Text));
            IEnumerable<string> fields = [score.Sheet, .. Marks(score).Select(Wording.Marks), score.Status.Name(), remarks];
            // A sheet's name may begin with = or @, which a spreadsheet would run as a formula.
            output.Write(CsvLine.Of(fields, escapeFormulas: true));
        }
    }

    /// <summary>
    /// Writes JUnit's XML: a suite for each sheet and a case for each part of the rubric, which fails where marks were lost. A
    /// sheet that did not end well is an error of its own.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="scores">The scores.</param>
    public static void WriteJUnit(TextWriter output, IReadOnlyList<SheetScore> scores)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(scores);
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = false };
        using (var xml = XmlWriter.Create(output, settings))
        {
            xml.WriteStartElement("testsuites");
            foreach (SheetScore score in scores)
                WriteSuite(xml, score);
            xml.WriteEndElement();
        }
        output.Write('\n');
    }

    /// <summary>Writes the fields of Gradescope's results.json for one sheet.</summary>
    /// <param name="json">Where to, inside an object.</param>
    /// <param name="score">The score.</param>
    public static void WriteGradescope(Utf8JsonWriter json, SheetScore score)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(score);
        json.WriteNumber("score", score.Total);
        json.WriteString("output", $"{score.Sheet}: {score.Status.Name()}\n{RemarksOn(score, Criterion.Sheet)}".TrimEnd());
        json.WriteStartArray("tests");
        foreach (Criterion criterion in SheetScore.Criteria)
        {
            json.WriteStartObject();
            json.WriteString("name", criterion.Name());
            json.WriteNumber("score", score[criterion]);
            json.WriteNumber("max_score", SheetScore.CriterionMaximum);
            json.WriteString("output", RemarksOn(score, criterion));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSuite(XmlWriter xml, SheetScore score)
    {
        bool hasEnded = score.Status == SheetStatus.Marked;
        int failures = SheetScore.Criteria.Count(criterion => score[criterion] < SheetScore.CriterionMaximum);
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", Wording.OneLine(score.Sheet));
        xml.WriteAttributeString("tests", Text(SheetScore.Criteria.Length + (hasEnded ? 0 : 1)));
        xml.WriteAttributeString("failures", Text(failures));
        xml.WriteAttributeString("errors", hasEnded ? "0" : "1");
        if (!hasEnded)
            WriteCase(xml, score, "run", "error", score.Status.Name(), RemarksOn(score, Criterion.Sheet));
        foreach (Criterion criterion in SheetScore.Criteria)
        {
            string marks = $"{Wording.Marks(score[criterion])} of {Wording.Marks(SheetScore.CriterionMaximum)}";
            bool isFull = score[criterion] == SheetScore.CriterionMaximum;
            WriteCase(xml, score, criterion.Name(), isFull ? null : "failure", marks, RemarksOn(score, criterion));
        }
        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, SheetScore score, string name, string? problem, string message, string text)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Wording.OneLine(score.Sheet));
        xml.WriteAttributeString("name", name);
        if (problem is not null)
        {
            xml.WriteStartElement(problem);
            xml.WriteAttributeString("message", message);
            xml.WriteString(text);
            xml.WriteEndElement();
        }
        else if (text.Length > 0)
            xml.WriteElementString("system-out", text);
        xml.WriteEndElement();
    }

    private static string RemarksOn(SheetScore score, Criterion criterion) =>
        string.Join(
            '\n', score.Remarks.Where(remark => remark.Criterion == criterion).Select(remark => Wording.OneLine(remark.Text)));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double[] Marks(SheetScore score) =>
        [.. SheetScore.Criteria.Select(criterion => score[criterion]), score.Total];

    private static string Cell(double marks, string column) => Wording.Marks(marks).PadLeft(column.Length);

    private static string ToText(Remark remark) =>
        remark.Criterion == Criterion.Sheet ? remark.Text : $"{remark.Criterion.Name()}: {remark.Text}";
}
