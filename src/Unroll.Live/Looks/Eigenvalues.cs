using System.Numerics;

namespace Unroll.Live.Looks;

/// <summary>All eigenvalues of a small square matrix, complex ones included.</summary>
/// <remarks>
/// The matrix is brought to Hessenberg form by elimination, and that to a triangle by the QR algorithm with Wilkinson's shifts
/// (Golub and Van Loan, Matrix Computations, chapter 7). Complex arithmetic throughout: the matrices of a page have at most
/// sixteen rows.
/// </remarks>
internal static class Eigenvalues
{
    private const double Tolerance = 1e-15;
    private const int MostRounds = 500;
    private const int RoundsToUnusualShift = 10;

    /// <summary>Finds them, the largest first; none where a value is no number.</summary>
    /// <param name="matrix">[n,n], row-major.</param>
    /// <param name="size">n.</param>
    public static Complex[] Of(ReadOnlySpan<double> matrix, int size)
    {
        foreach (double value in matrix)
        {
            if (!double.IsFinite(value))
                return [];
        }
        Complex[,] h = Hessenberg(matrix, size);
        var values = new List<Complex>(size);
        int rounds = 0;
        for (int last = size - 1; last > 0;)
        {
            double around = h[last, last].Magnitude + h[last - 1, last - 1].Magnitude;
            if (h[last, last - 1].Magnitude <= Tolerance * (around == 0 ? 1 : around) || rounds == MostRounds)
            {
                values.Add(h[last, last]);
                last--;
                rounds = 0;
                continue;
            }
            rounds++;
            Complex shift = rounds % RoundsToUnusualShift == 0 ? h[last, last] + h[last, last - 1].Magnitude : Shift(h, last);
            Round(h, last, shift);
        }
        values.Add(h[0, 0]);
        return [.. values.Select(Cleaned).OrderByDescending(value => value.Magnitude).ThenByDescending(value => value.Imaginary)];
    }

    // What is left of a real eigenvalue's imaginary part is rounding.
    private static Complex Cleaned(Complex value) =>
        Math.Abs(value.Imaginary) <= 1e-10 * Math.Max(1e-300, value.Magnitude) ? new Complex(value.Real, 0) : value;

    private static Complex[,] Hessenberg(ReadOnlySpan<double> matrix, int size)
    {
        var h = new Complex[size, size];
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
                h[row, column] = matrix[row * size + column];
        }
        for (int k = 1; k < size - 1; k++)
        {
            int pivot = k;
            for (int row = k + 1; row < size; row++)
            {
                if (h[row, k - 1].Magnitude > h[pivot, k - 1].Magnitude)
                    pivot = row;
            }
            if (h[pivot, k - 1] == Complex.Zero)
                continue;
            for (int j = 0; pivot != k && j < size; j++)
                (h[pivot, j], h[k, j]) = (h[k, j], h[pivot, j]);
            for (int i = 0; pivot != k && i < size; i++)
                (h[i, pivot], h[i, k]) = (h[i, k], h[i, pivot]);
            for (int row = k + 1; row < size; row++)
            {
                Complex factor = h[row, k - 1] / h[k, k - 1];
                for (int j = 0; j < size; j++)
                    h[row, j] -= factor * h[k, j];
                for (int i = 0; i < size; i++)
                    h[i, k] += factor * h[i, row];
            }
        }
        return h;
    }

    // The eigenvalue of the last two rows and columns that is nearer to the last element.
    private static Complex Shift(Complex[,] h, int last)
    {
        (Complex a, Complex b, Complex c, Complex d) =
            (h[last - 1, last - 1], h[last - 1, last], h[last, last - 1], h[last, last]);
        Complex half = (a + d) / 2;
        Complex root = Complex.Sqrt((a - d) * (a - d) / 4 + b * c);
        return (half + root - d).Magnitude < (half - root - d).Magnitude ? half + root : half - root;
    }

    // H - μ = Q R, then H = R Q + μ, by rotations of neighbouring rows.
    private static void Round(Complex[,] h, int last, Complex shift)
    {
        var cosines = new Complex[last];
        var sines = new Complex[last];
        for (int i = 0; i <= last; i++)
            h[i, i] -= shift;
        for (int k = 0; k < last; k++)
        {
            double length = Math.Sqrt(Square(h[k, k]) + Square(h[k + 1, k]));
            (cosines[k], sines[k]) = length == 0 ? (1, 0) : (h[k, k] / length, h[k + 1, k] / length);
            for (int j = k; j <= last; j++)
            {
                (Complex x, Complex y) = (h[k, j], h[k + 1, j]);
                h[k, j] = Complex.Conjugate(cosines[k]) * x + Complex.Conjugate(sines[k]) * y;
                h[k + 1, j] = cosines[k] * y - sines[k] * x;
            }
        }
        for (int k = 0; k < last; k++)
        {
            for (int i = 0; i <= Math.Min(k + 1, last); i++)
            {
                (Complex x, Complex y) = (h[i, k], h[i, k + 1]);
                h[i, k] = x * cosines[k] + y * sines[k];
                h[i, k + 1] = y * Complex.Conjugate(cosines[k]) - x * Complex.Conjugate(sines[k]);
            }
        }
        for (int i = 0; i <= last; i++)
            h[i, i] += shift;
    }

    private static double Square(Complex value) => value.Real * value.Real + value.Imaginary * value.Imaginary;
}
