namespace Unroll.Classroom.Equations;

/// <summary>The five parameters of the lab's network, or one number for each of their numbers: a gradient, a change.</summary>
internal sealed class LabParameters
{
    public const int Inputs = 5;
    public const int Classes = 2;

    /// <summary>The number of parameters.</summary>
    public const int Count = 5;

    /// <summary>The exercise's symbols in the exercise's order, which is the order of the indexer too.</summary>
    public static readonly string[] Names = ["W", "U", "b", "W_out", "b_out"];

    private readonly double[][,] _values;

    /// <summary>Creates parameters that are all zero.</summary>
    /// <param name="hidden">H.</param>
    public LabParameters(int hidden)
        : this([.. Shapes(hidden).Select(shape => new double[shape.Rows, shape.Columns])])
    {
    }

    /// <summary>Takes over five tables, without a copy.</summary>
    /// <param name="values">In the order of <see cref="Names"/>, each of its right shape.</param>
    public LabParameters(double[][,] values) => _values = values;

    /// <summary>H.</summary>
    public int Hidden => W.GetLength(0);

    /// <summary>[H,H].</summary>
    public double[,] W => _values[0];

    /// <summary>[H,I].</summary>
    public double[,] U => _values[1];

    /// <summary>[H,1].</summary>
    public double[,] B => _values[2];

    /// <summary>[C,H].</summary>
    public double[,] OutputW => _values[3];

    /// <summary>[C,1].</summary>
    public double[,] OutputB => _values[4];

    /// <summary>One of the five parameters.</summary>
    public double[,] this[int index] => _values[index];

    /// <summary>The five shapes.</summary>
    public static (int Rows, int Columns)[] Shapes(int hidden) =>
        [(hidden, hidden), (hidden, Inputs), (hidden, 1), (Classes, hidden), (Classes, 1)];

    /// <summary>this + <paramref name="scale"/> · <paramref name="other"/>, in new tables.</summary>
    public LabParameters Plus(double scale, LabParameters other)
    {
        var sum = new LabParameters(Hidden);
        for (int p = 0; p < Count; p++)
        {
            for (int i = 0; i < _values[p].GetLength(0); i++)
            {
                for (int j = 0; j < _values[p].GetLength(1); j++)
                    sum[p][i, j] = _values[p][i, j] + scale * other[p][i, j];
            }
        }
        return sum;
    }
}
