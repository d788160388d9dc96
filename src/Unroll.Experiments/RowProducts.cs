using System.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// A product with a weight, y = x W, row by row as a recurrence must do it, and of many rows at once, which reads each weight
/// once for four rows.
/// </summary>
internal static class RowProducts
{
    private const int Tile = 4;

    /// <summary>One row after the other, as if each waited for the one before.</summary>
    /// <param name="x">[T,H].</param>
    /// <param name="weight">W, [H,H].</param>
    /// <param name="hidden">H.</param>
    /// <param name="y">[T,H]; overwritten.</param>
    public static void OneByOne(float[] x, float[] weight, int hidden, float[] y)
    {
        for (int row = 0; row < x.Length / hidden; row++)
            Row(x, weight, hidden, y, row);
    }

    /// <summary>All rows at once.</summary>
    /// <param name="x">[T,H].</param>
    /// <param name="weight">W, [H,H].</param>
    /// <param name="hidden">H.</param>
    /// <param name="y">[T,H]; overwritten.</param>
    public static void AtOnce(float[] x, float[] weight, int hidden, float[] y)
    {
        int rows = x.Length / hidden;
        int width = Vector<float>.Count;
        int row = 0;
        for (; row <= rows - Tile; row += Tile)
        {
            int at = row * hidden;
            int i = 0;
            for (; i <= hidden - width; i += width)
            {
                Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                for (int k = 0; k < hidden; k++)
                {
                    var w = new Vector<float>(weight, k * hidden + i);
                    sum0 += w * x[at + k];
                    sum1 += w * x[at + hidden + k];
                    sum2 += w * x[at + 2 * hidden + k];
                    sum3 += w * x[at + 3 * hidden + k];
                }
                sum0.CopyTo(y, at + i);
                sum1.CopyTo(y, at + hidden + i);
                sum2.CopyTo(y, at + 2 * hidden + i);
                sum3.CopyTo(y, at + 3 * hidden + i);
            }
            for (int other = 0; other < Tile; other++)
                Rest(x, weight, hidden, y, row + other, i);
        }
        for (; row < rows; row++)
            Row(x, weight, hidden, y, row);
    }

    private static void Row(float[] x, float[] weight, int hidden, float[] y, int row)
    {
        int at = row * hidden;
        int width = Vector<float>.Count;
        int i = 0;
        for (; i <= hidden - width; i += width)
        {
            Vector<float> sum = default;
            for (int k = 0; k < hidden; k++)
                sum += new Vector<float>(weight, k * hidden + i) * x[at + k];
            sum.CopyTo(y, at + i);
        }
        Rest(x, weight, hidden, y, row, i);
    }

    private static void Rest(float[] x, float[] weight, int hidden, float[] y, int row, int first)
    {
        int at = row * hidden;
        for (int i = first; i < hidden; i++)
        {
            float sum = 0;
            for (int k = 0; k < hidden; k++)
                sum += weight[k * hidden + i] * x[at + k];
            y[at + i] = sum;
        }
    }
}
