using System.Diagnostics;
using Unroll.Classroom.Marks;
using Unroll.Classroom.Tests;

namespace Unroll.Bench;

/// <summary>
/// Marks every planted mistake as <c>unroll lab grade</c> does and prints a row for each: the marks it should have and has, and
/// what it is told. The last line counts the marks that are right, and the mistakes that are named rightly, falsely or not at
/// all.
/// </summary>
internal static class GradeCommand
{
    // Remarks that show numbers and name nothing.
    private static readonly string[] Numbers =
        ["something other than", " in unit ", "from the sheet's own values", "expected 0.1 × at every step", "the loss of "];

    /// <summary>Runs it; 1 if a mark is wrong or a mistake is named falsely.</summary>
    public static int Run(TextWriter output)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unroll-bench-");
        try
        {
            string[] paths = [.. PlantedMistakes.All.Select((_, i) => Path.Combine(folder.FullName, $"{i}.cs"))];
            foreach ((string path, PlantedMistake planted) in paths.Zip(PlantedMistakes.All))
                File.WriteAllText(path, planted.Sheet);
            long started = Stopwatch.GetTimestamp();
            var grader = new SheetGrader(TimeSpan.FromMinutes(2));
            IReadOnlyList<SheetScore> scores = grader.Grade(paths).GetAwaiter().GetResult();
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            output.WriteLine("| mistake | marks | expected | told |\n|---|--:|--:|---|");
            int right = 0;
            int named = 0;
            int falsely = 0;
            foreach ((PlantedMistake planted, SheetScore score) in PlantedMistakes.All.Zip(scores))
            {
                bool isNamed = score.Remarks.Any(remark => remark.Text.Contains(planted.Remark, StringComparison.Ordinal));
                bool isNumbers = score.Remarks.All(remark =>
                    Numbers.Any(text => remark.Text.Contains(text, StringComparison.Ordinal))
                    || remark.Text.Contains("costs nothing", StringComparison.Ordinal));
                right += score.Total == planted.Total ? 1 : 0;
                named += isNamed ? 1 : 0;
                falsely += isNamed || isNumbers ? 0 : 1;
                string remarks = string.Join("; ", score.Remarks.Select(remark => remark.Text));
                string told = remarks.Replace("|", "\\|", StringComparison.Ordinal);
                output.WriteLine($"| {planted.Name} | {score.Total} | {planted.Total} | {told} |");
            }
            int all = PlantedMistakes.All.Length;
            output.WriteLine(
                $"\n{all} sheets in {seconds:F0} s: {right} marks right, {named} named rightly, {falsely} named falsely; "
                + grader.Protection);
            return right == all && falsely == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
