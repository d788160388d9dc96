using System.Globalization;
using Unroll.Evaluation;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>What <c>unroll eval</c> found, for people.</summary>
/// <param name="Labels">The model's labels.</param>
/// <param name="Result">The numbers.</param>
/// <param name="UnknownLabels">Labels of rows that were left out.</param>
/// <param name="Mistakes">The worst first.</param>
internal sealed record EvaluationReport(
    IReadOnlyList<string> Labels, EvaluationResult Result, IReadOnlyDictionary<string, int> UnknownLabels, IReadOnlyList<Mistake> Mistakes)
{
    private const int MostClassesOfMatrix = 20;
    private const int MostConfusions = 20;
    private const int MostUnknownLabels = 20;
    private const int LabelWidth = 24;
    private const int MatrixLabelWidth = 12;
    private const int TextWidth = 200;

    public void Write(TextWriter output)
    {
        output.WriteLine(Invariant($"rows      {Result.Rows}"));
        if (UnknownLabels.Count > 0)
            output.WriteLine(Invariant($"left out  {UnknownLabels.Values.Sum()} with labels the model does not know: {NameUnknown()}"));
        output.WriteLine(Invariant($"accuracy  {Result.Accuracy:F4}"));
        output.WriteLine(Invariant($"macro-F1  {Result.MacroF1:F4}"));
        output.WriteLine(Invariant($"loss      {Result.Loss:F4}"));
        output.WriteLine(Invariant($"ECE       {Result.CalibrationError:F4}"));
        WriteLabels(output);
        if (Labels.Count <= MostClassesOfMatrix)
            WriteMatrix(output);
        else
            WriteLargestConfusions(output);
        WriteMistakes(output);
    }

    private void WriteLabels(TextWriter output)
    {
        int[] present = [.. Enumerable.Range(0, Labels.Count).Where(c => Result.Confusion[c] is not { Support: 0, Predicted: 0 })];
        int width = Math.Max("label".Length, present.Max(c => ColumnText.WidthOf(Short(Labels[c]))));
        output.WriteLine();
        output.WriteLine($"{"label".PadRight(width)}  precision  recall      F1  support");
        foreach (int c in present)
        {
            ClassScores scores = Result.Confusion[c];
            output.WriteLine(Invariant($"{ColumnText.Fit(Short(Labels[c]), width)}  {scores.Precision,9:F4}  {scores.Recall,6:F4}  {scores.F1,6:F4}  {scores.Support,7}"));
        }
        if (present.Length < Labels.Count)
            output.WriteLine(Invariant($"{Labels.Count - present.Length} other labels of the model: no row has them and none was predicted"));
    }

    // A column is as wide as its label and numbers; the diagonal, what is right, stands in brackets.
    private void WriteMatrix(TextWriter output)
    {
        int classes = Labels.Count;
        string[] names = [.. Labels.Select(label => ColumnText.Cut(OneLine(label), MatrixLabelWidth))];
        string[][] cells = [.. Enumerable.Range(0, classes).Select(truth => Enumerable.Range(0, classes).Select(predicted => Cell(truth, predicted)).ToArray())];
        int[] widths = [.. Enumerable.Range(0, classes).Select(c => Math.Max(ColumnText.WidthOf(names[c]), cells.Max(row => row[c].Length)))];
        string corner = "truth \\ predicted";
        int first = Math.Max(corner.Length, names.Max(ColumnText.WidthOf));
        output.WriteLine();
        output.WriteLine($"{corner.PadRight(first)}  {string.Join("  ", names.Select((name, c) => ColumnText.FitRight(name, widths[c])))}".TrimEnd());
        for (int truth = 0; truth < classes; truth++)
            output.WriteLine($"{ColumnText.Fit(names[truth], first)}  {string.Join("  ", cells[truth].Select((cell, c) => cell.PadLeft(widths[c])))}".TrimEnd());
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
            output.WriteLine(Invariant($"{confusion.Count,7}  {Short(Labels[confusion.Truth])} → {Short(Labels[confusion.Predicted])}"));
    }

    private void WriteMistakes(TextWriter output)
    {
        if (Mistakes.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("worst mistakes: line, truth → prediction (its probability), text");
        foreach (Mistake mistake in Mistakes)
            output.WriteLine(Invariant($"{mistake.Line,7}  {Short(mistake.Label)} → {Short(mistake.Predicted)} ({mistake.Probability:F4})  {ColumnText.Cut(OneLine(mistake.Text), TextWidth)}"));
    }

    private string NameUnknown()
    {
        IEnumerable<string> named = UnknownLabels.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(MostUnknownLabels).Select(entry => Invariant($"\"{Short(entry.Key)}\" ({entry.Value})"));
        string more = UnknownLabels.Count > MostUnknownLabels ? Invariant($" and {UnknownLabels.Count - MostUnknownLabels} more") : "";
        return string.Join(", ", named) + more;
    }

    private static string Short(string label) => ColumnText.Cut(OneLine(label), LabelWidth);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
