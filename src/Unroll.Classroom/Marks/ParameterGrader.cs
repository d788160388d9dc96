using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// The first part of the rubric: one mark for each parameter that has the right shape and is drawn at random, half a mark if it
/// is stored transposed or all its numbers are the same.
/// </summary>
internal static class ParameterGrader
{
    private static readonly string[] ShapeNames = ["H × H", "H × I", "H × 1", "C × H", "C × 1"];

    // The axes that are H long: of W both, then one each of U, b and W_out.
    private static readonly (int Parameter, int Axis)[] HiddenAxes = [(0, 0), (0, 1), (1, 0), (2, 0), (3, 1)];

    /// <summary>Marks the initial parameters and returns what they say about the shapes.</summary>
    public static ParameterLayout Grade(SheetTrace trace, double[,]?[] initial, SheetScore score)
    {
        var layout = new ParameterLayout(HiddenOf(trace, initial), trace.Columns);
        score.Hidden = layout.Hidden;
        var constant = new List<int>();
        for (int p = 0; p < initial.Length; p++)
            score[Criterion.Parameters] += Grade(p, initial[p], layout, score, constant);
        foreach (IGrouping<double, int> group in constant.GroupBy(p => initial[p]![0, 0]))
        {
            string names = Wording.Join([.. group.Select(p => LabParameters.Names[p])]);
            (string verb, string its) = group.Count() == 1 ? ("is", "its") : ("are", "their");
            score.AddRemark(
                Criterion.Parameters,
                $"{names} {verb} {Wording.Number(group.Key)} everywhere at the start: "
                + $"draw {its} numbers at random, or all units stay the same");
        }
        return layout;
    }

    // The H that most tables agree on. The one that the sheet sets votes first, and wins a tie.
    private static int HiddenOf(SheetTrace trace, double[,]?[] initial)
    {
        var votes = new List<int>();
        if (trace.Hidden is { } hidden)
            votes.Add(hidden);
        foreach ((int p, int axis) in HiddenAxes)
        {
            if (initial[p] is { Length: > 0 } table)
                votes.Add(table.GetLength(axis));
        }
        IEnumerable<IGrouping<int, int>> sizes = votes.Where(size => size > 0).GroupBy(size => size);
        return sizes.OrderByDescending(group => group.Count()).FirstOrDefault()?.Key ?? LabExercise.Hidden;
    }

    private static double Grade(int p, double[,]? table, ParameterLayout layout, SheetScore score, List<int> constant)
    {
        string name = LabParameters.Names[p];
        (int rows, int columns) = LabParameters.Shapes(layout.Hidden)[p];
        string expected = $"expected {ShapeNames[p]} = {rows} × {columns}";
        if (table is null)
            return Only(0, $"{name} is no table of numbers, {expected}");
        if (table.Length == 0)
            return Only(0, $"{name} is empty, {expected} (TODO 1)");
        string found = $"{name} is {table.GetLength(0)} × {table.GetLength(1)}";
        if ((table.GetLength(0), table.GetLength(1)) == (columns, rows) && rows != columns)
        {
            layout.SetTransposed(p);
            return Only(0.5, $"{found}, {expected}: it stands transposed");
        }
        if ((table.GetLength(0), table.GetLength(1)) != (rows, columns))
            return Only(0, $"{found}, {expected}");
        if (table.Cast<double>().Any(value => !double.IsFinite(value)))
            return Only(0, $"{name} has a number that is not finite at the start");
        bool isBias = p is 2 or 4;
        double first = table[0, 0];
        if (!isBias && table.Length > 1 && table.Cast<double>().All(value => value == first))
        {
            constant.Add(p);
            return 0.5;
        }
        return 1;

        double Only(double marks, string remark)
        {
            score.AddRemark(Criterion.Parameters, remark);
            return marks;
        }
    }
}
