namespace Unroll.Cli.Classroom;

/// <summary>The five parameters of the lab's network, or a number for each of them: a gradient, a change.</summary>
internal sealed class LabParameters
{
    public const int Inputs = 5;
    public const int Classes = 2;

    /// <summary>The exercise's symbols, in the exercise's order; <see cref="this"/> counts the same.</summary>
    public static readonly string[] Names = ["W", "U", "b", "W_out", "b_out"];

    private readonly double[][,] _values;

    /// <summary>All zero.</summary>
    /// <param name="hidden">H.</param>
    public LabParameters(int hidden)
        : this([.. Shapes(hidden).Select(shape => new double[shape.Rows, shape.Columns])])
    {
    }

    /// <summary>Takes the five over.</summary>
    /// <param name="values">In the order of <see cref="Names"/>, of the right shapes.</param>
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

    /// <summary>One of the five.</summary>
    public double[,] this[int index] => _values[index];

    /// <summary>The five shapes.</summary>
    public static (int Rows, int Columns)[] Shapes(int hidden) =>
        [(hidden, hidden), (hidden, Inputs), (hidden, 1), (Classes, hidden), (Classes, 1)];

    /// <summary>this + <paramref name="scale"/> · <paramref name="other"/>, as new numbers.</summary>
    public LabParameters Plus(double scale, LabParameters other)
    {
        var sum = new LabParameters(Hidden);
        for (int p = 0; p < Names.Length; p++)
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
