namespace Unroll.Cli.Classroom;

/// <summary>
/// The first part of the rubric: a mark for each parameter that has its shape and is drawn at random. Half a mark for one that stands
/// transposed, or has one number everywhere.
/// </summary>
internal sealed class ParameterMarks
{
    private static readonly string[] ShapeNames = ["H × H", "H × I", "H × 1", "C × H", "C × 1"];

    private readonly int _hidden;
    private readonly bool[] _isTransposed = new bool[LabParameters.Names.Length];

    private ParameterMarks(int hidden) => _hidden = hidden;

    /// <summary>Marks the initial parameters and keeps what was learnt of their shapes.</summary>
    public static ParameterMarks Give(SheetTrace trace, double[,]?[] initial, SheetMarks marks)
    {
        var shapes = new ParameterMarks(HiddenOf(trace, initial));
        marks.Hidden = shapes._hidden;
        for (int p = 0; p < initial.Length; p++)
            marks[Criterion.Parameters] += shapes.Mark(p, initial[p], marks);
        return shapes;
    }

    /// <summary>Parameters of a later time, turned as they should stand; null where a shape is wrong or a number is not finite.</summary>
    public LabParameters? Turn(double[,]?[]? reported)
    {
        if (reported is null)
            return null;
        double[][,] turned = new double[reported.Length][,];
        (int Rows, int Columns)[] shapes = LabParameters.Shapes(_hidden);
        for (int p = 0; p < reported.Length; p++)
        {
            if (reported[p] is not { } table)
                return null;
            turned[p] = _isTransposed[p] ? Transpose(table) : table;
            if ((turned[p].GetLength(0), turned[p].GetLength(1)) != shapes[p] || turned[p].Cast<double>().Any(value => !double.IsFinite(value)))
                return null;
        }
        return new LabParameters(turned);
    }

    // The H that most tables agree with; the sheet's own first.
    private static int HiddenOf(SheetTrace trace, double[,]?[] initial)
    {
        var votes = new List<int>();
        if (trace.Hidden is { } hidden)
            votes.Add(hidden);
        foreach ((int p, int axis) in ((int, int)[])[(0, 0), (0, 1), (1, 0), (2, 0), (3, 1)])
        {
            if (initial[p] is { Length: > 0 } table)
                votes.Add(table.GetLength(axis));
        }
        return votes.Where(size => size > 0).GroupBy(size => size).OrderByDescending(group => group.Count()).FirstOrDefault()?.Key ?? LabExercise.Hidden;
    }

    private double Mark(int p, double[,]? table, SheetMarks marks)
    {
        string name = LabParameters.Names[p];
        (int rows, int columns) = LabParameters.Shapes(_hidden)[p];
        string expected = $"expected {ShapeNames[p]} = {rows} × {columns}";
        if (table is null)
            return Refuse(0, $"{name} is no table of numbers, {expected}");
        if (table.Length == 0)
            return Refuse(0, $"{name} is empty, {expected} (TODO 1)");
        string found = $"{name} is {table.GetLength(0)} × {table.GetLength(1)}";
        if ((table.GetLength(0), table.GetLength(1)) == (columns, rows) && rows != columns)
        {
            _isTransposed[p] = true;
            return Refuse(0.5, $"{found}, {expected}: it stands transposed");
        }
        if ((table.GetLength(0), table.GetLength(1)) != (rows, columns))
            return Refuse(0, $"{found}, {expected}");
        if (table.Cast<double>().Any(value => !double.IsFinite(value)))
            return Refuse(0, $"{name} has a number that is not finite at the start");
        bool isBias = p is 2 or 4;
        double first = table[0, 0];
        if (!isBias && table.Length > 1 && table.Cast<double>().All(value => value == first))
            return Refuse(0.5, $"{name} is {Wording.Number(first)} everywhere at the start: draw its numbers at random, or all units stay the same");
        return 1;

        double Refuse(double given, string text)
        {
            marks.Say(Criterion.Parameters, text);
            return given;
        }
    }

    private static double[,] Transpose(double[,] table)
    {
        double[,] turned = new double[table.GetLength(1), table.GetLength(0)];
        for (int i = 0; i < table.GetLength(0); i++)
        {
            for (int j = 0; j < table.GetLength(1); j++)
                turned[j, i] = table[i, j];
        }
        return turned;
    }
}
