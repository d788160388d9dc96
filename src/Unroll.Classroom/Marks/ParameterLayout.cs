using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>The size of a sheet's network, and which of its parameters are stored transposed.</summary>
/// <param name="hidden">H.</param>
/// <param name="columns">The place of each word's column in U, where the sheet has an order of its own.</param>
internal sealed class ParameterLayout(int hidden, int[]? columns = null)
{
    private readonly bool[] _isTransposed = new bool[LabParameters.Count];

    /// <summary>H.</summary>
    public int Hidden => hidden;

    /// <summary>Notes that a parameter is stored transposed.</summary>
    public void SetTransposed(int p) => _isTransposed[p] = true;

    /// <summary>
    /// The parameters of a later moment, with the transposed ones turned; null if a shape is wrong or a number is not finite.
    /// </summary>
    /// <param name="reported">The five parameters as reported; null if they were not.</param>
    public LabParameters? Orient(double[,]?[]? reported)
    {
        if (reported is null)
            return null;
        double[][,] turned = new double[reported.Length][,];
        (int Rows, int Columns)[] shapes = LabParameters.Shapes(hidden);
        for (int p = 0; p < reported.Length; p++)
        {
            if (reported[p] is not { } table)
                return null;
            turned[p] = _isTransposed[p] ? Transpose(table) : table;
            if ((turned[p].GetLength(0), turned[p].GetLength(1)) != shapes[p])
                return null;
            if (turned[p].Cast<double>().Any(value => !double.IsFinite(value)))
                return null;
            if (p == 1 && columns is not null)
                turned[p] = InOrder(turned[p], columns);
        }
        return new LabParameters(turned);
    }

    private static double[,] InOrder(double[,] table, int[] columns)
    {
        double[,] ordered = new double[table.GetLength(0), columns.Length];
        for (int i = 0; i < table.GetLength(0); i++)
        {
            for (int j = 0; j < columns.Length; j++)
                ordered[i, j] = table[i, columns[j]];
        }
        return ordered;
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
