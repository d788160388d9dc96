using System.Globalization;
using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>What <c>unroll eval</c> found, for people.</summary>
/// <param name="report">What was found.</param>
internal sealed class EvaluationTable(EvaluationReport report)
{
    private const int MostClassesOfMatrix = 20;
    private const int MostConfusions = 20;
    private const int MostUnknownLabels = 20;
    private const int LabelWidth = 24;
    private const int MatrixLabelWidth = 12;
    private const int TextWidth = 200;

    private IReadOnlyList<string> Labels => report.Labels;

    private EvaluationResult Result => report.Result;

    public void Write(TextWriter output)
    {
        output.WriteLine(Invariant($"rows      {Result.Rows}"));
        if (Result.UnknownLabelRows > 0)
        {
            int rows = Result.UnknownLabelRows;
            output.WriteLine(Invariant($"unknown   {rows} with labels the model does not know: {NameUnknown()}"));
        }
        output.WriteLine(Invariant($"accuracy  {Result.Accuracy:F4}"));
        if (Result.IsMultiLabel)
            output.WriteLine(Invariant($"micro-F1  {Result.MicroF1:F4}"));
        output.WriteLine(Invariant($"macro-F1  {Result.MacroF1:F4}"));
        output.WriteLine(Invariant($"loss      {Result.Loss:F4}"));
        output.WriteLine(Invariant($"ECE       {Result.CalibrationError:F4}"));
        if (Result.Threshold > 0)
        {
            output.WriteLine(
                Invariant($"answered  {Result.Answered} ({Result.Coverage:P1}), {Result.AnsweredAccuracy:F4} of them right; ") +
                Invariant($"below {Result.Threshold:F4} the model abstains"));
        }
        WriteLabels(output);
        // Of several labels none is taken for another.
        if (Labels.Count <= MostClassesOfMatrix && !Result.IsMultiLabel)
            WriteMatrix(output);
        else
            WriteLargestConfusions(output);
        WriteMistakes(output);
    }

    private void WriteLabels(TextWriter output)
    {
        int[] present =
            [.. Enumerable.Range(0, Labels.Count).Where(c => Result.Confusion[c] is not { Support: 0, Predicted: 0 })];
        int width = Math.Max("label".Length, present.Length == 0 ? 0 : present.Max(c => ColumnText.WidthOf(Short(Labels[c]))));
        output.WriteLine();
        output.WriteLine($"{"label".PadRight(width)}  precision  recall      F1  support");
        foreach (int c in present)
        {
            ClassScores scores = Result.Confusion[c];
            string label = ColumnText.Fit(Short(Labels[c]), width);
            output.WriteLine(
                Invariant($"{label}  {scores.Precision,9:F4}  {scores.Recall,6:F4}  {scores.F1,6:F4}  {scores.Support,7}"));
        }
        if (present.Length < Labels.Count)
        {
            int others = Labels.Count - present.Length;
            output.WriteLine(Invariant($"{others} other labels of the model: no row has them and none was predicted"));
        }
    }

    // A column is as wide as its label and numbers; the diagonal, what is right, stands in brackets.
    private void WriteMatrix(TextWriter output)
    {
        int classes = Labels.Count;
        string[] names = [.. Labels.Select(label => ColumnText.Cut(OneLine(label), MatrixLabelWidth))];
        string[][] cells = [.. Enumerable.Range(0, classes).Select(Cells)];
        int[] widths = [.. names.Select((name, c) => Math.Max(ColumnText.WidthOf(name), cells.Max(row => row[c].Length)))];
        string corner = "truth \\ predicted";
        int first = Math.Max(corner.Length, names.Max(ColumnText.WidthOf));
        output.WriteLine();
        WriteRow(corner.PadRight(first), names.Select((name, c) => ColumnText.FitRight(name, widths[c])));
        for (int truth = 0; truth < classes; truth++)
            WriteRow(ColumnText.Fit(names[truth], first), cells[truth].Select((cell, c) => cell.PadLeft(widths[c])));

        string[] Cells(int truth) => [.. Enumerable.Range(0, classes).Select(predicted => Cell(truth, predicted))];

        void WriteRow(string name, IEnumerable<string> columns) =>
            output.WriteLine($"{name}  {string.Join("  ", columns)}".TrimEnd());
    }

    private string Cell(int truth, int predicted)
    {
        int count = Result.Confusion[truth, predicted];
        return truth == predicted ? Invariant($"[{count}]") : count == 0 ? ". " : Invariant($"{count} ");
    }

    private void WriteLargestConfusions(TextWriter output)
    {
        IReadOnlyList<Confusion> largest = Result.Confusion.LargestConfusions(MostConfusions);
        if (largest.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("largest confusions");
        foreach (Confusion confusion in largest)
        {
            string labels = $"{Short(Labels[confusion.Truth])} → {Short(Labels[confusion.Predicted])}";
            output.WriteLine(Invariant($"{confusion.Count,7}  {labels}"));
        }
    }

    private void WriteMistakes(TextWriter output)
    {
        if (report.Mistakes.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("worst mistakes: line, truth → prediction (its probability), text");
        foreach (Mistake mistake in report.Mistakes)
        {
            string labels = Invariant($"{Short(mistake.Label)} → {Short(mistake.Predicted)} ({mistake.Probability:F4})");
            output.WriteLine(Invariant($"{mistake.Line,7}  {labels}  {ColumnText.Cut(OneLine(mistake.Text), TextWidth)}"));
        }
    }

    private string NameUnknown()
    {
        IEnumerable<string> named = report.UnknownLabels
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(MostUnknownLabels).Select(entry => Invariant($"\"{Short(Excerpt.Visible(entry.Key))}\" ({entry.Value})"));
        int others = report.UnknownLabels.Count - MostUnknownLabels;
        string more = others > 0 ? Invariant($" and {others} more") : "";
        return string.Join(", ", named) + more;
    }

    private static string Short(string label) => ColumnText.Cut(OneLine(label), LabelWidth);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
