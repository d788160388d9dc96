using Unroll.Data;

namespace Unroll.Classroom.Marks;

/// <summary>The scores of a class, as a table or as CSV.</summary>
public static class Gradebook
{
    private static readonly string[] MarkColumns = [.. SheetScore.Criteria.Select(criterion => criterion.Name()), "total"];

    /// <summary>Writes one line for each sheet, its remarks below it, and the mean at the end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scores">At least one.</param>
    public static void WriteTable(TextWriter output, IReadOnlyList<SheetScore> scores)
    {
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
    }

    /// <summary>Writes a header and one line for each sheet.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scores">The scores.</param>
    public static void WriteCsv(TextWriter output, IReadOnlyList<SheetScore> scores)
    {
        output.Write(CsvLine.Of(["sheet", .. MarkColumns, "status", "remarks"]));
        foreach (SheetScore score in scores)
        {
            string remarks = string.Join(" | ", score.Remarks.Select(remark => remark.Text));
            IEnumerable<string> fields = [score.Sheet, .. Marks(score).Select(Wording.Marks), score.Status.Name(), remarks];
            // A sheet's name may begin with = or @, which a spreadsheet would run as a formula.
            output.Write(CsvLine.Of(fields, escapeFormulas: true));
        }
    }

    private static double[] Marks(SheetScore score) =>
        [.. SheetScore.Criteria.Select(criterion => score[criterion]), score.Total];

    private static string Cell(double marks, string column) => Wording.Marks(marks).PadLeft(column.Length);

    private static string ToText(Remark remark) =>
        remark.Criterion == Criterion.Sheet ? remark.Text : $"{remark.Criterion.Name()}: {remark.Text}";
}
