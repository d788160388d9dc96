using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Dynamics;

/// <summary>
/// How far a matrix stretches vectors: once (its largest singular value) and in the long run (its spectral radius, the largest
/// size of an eigenvalue).
/// </summary>
/// <remarks>
/// <code>
/// ρ(W) = lim ‖Wⁿ‖^(1/n)                          (Gelfand, 1941)
/// ‖W‖₂ = √ρ(W Wᵀ)
/// </code>
/// Wⁿ for n = 2, 4, 8, … by squaring, divided by its Frobenius norm each time; ρ is then taken from the last two n,
/// (‖W²ⁿ‖ / ‖Wⁿ‖)^(1/n), in which constant factors cancel. It is also the power that a gradient goes through on its way
/// back over n steps of a network whose φ' is 1. In single precision and by the kernels, because it is asked for while training;
/// <see cref="Spectrum"/> is far slower and right to many more digits.
/// </remarks>
/// <param name="Norm">The largest singular value.</param>
/// <param name="Radius">The largest size of an eigenvalue.</param>
public readonly unsafe record struct RecurrentSpectrum(double Norm, double Radius)
{
    // The last n is 2^13; what is wrong after that is below 10⁻³ unless eigenvalues and vectors nearly coincide.
    private const int Squarings = 13;

    // Rows of the gates in units of H: the candidate is the third of an LSTM (i, f, g, o) and of a GRU (r, z, n).
    private const int CandidateGate = 2;

    /// <summary>
    /// The spectrum of W_hh of the lowest layer's forward direction; of its candidate gate where there are gates. NaN where
    /// there is no such weight.
    /// </summary>
    /// <param name="network">The network; its parameters are read.</param>
    public static RecurrentSpectrum Of(Network network)
    {
        Matrix weight = network.Layers[0] is RecurrentLayer layer
            ? layer.RecurrentWeight(network.TensorsOf(0, network.Parameters.Pointer), direction: 0)
            : default;
        if (weight.IsNone)
            return new RecurrentSpectrum(double.NaN, double.NaN);
        int width = weight.Columns;
        int candidate = weight.Rows > width ? CandidateGate : 0;
        return Of(network.Kernels, weight.RowsFrom(candidate * width, width));
    }

    /// <summary>The spectrum of a square matrix.</summary>
    /// <param name="kernels">The kernels that multiply.</param>
    /// <param name="matrix">W, [H,H].</param>
    internal static RecurrentSpectrum Of(IKernels kernels, Matrix matrix)
    {
        int width = matrix.Columns;
        int length = width * width;
        var panels = new AlignedBuffer(kernels.PackedLength(width, width));
        var powers = new AlignedBuffer(length);
        var scales = new AlignedBuffer(length);
        var packed = new PackedMatrix(kernels, panels.Pointer, width, width);
        Matrix power = powers.AsMatrix(width, width);
        Matrix scaled = scales.AsMatrix(width, width);
        matrix.CopyTo(power);
        double radius = Radius();
        // Scaled, so that W Wᵀ neither overflows nor vanishes.
        double norm = Math.Sqrt(kernels.SumOfSquares(length, matrix.Pointer));
        Scale(matrix, 1 / norm);
        kernels.PackTransposed(scaled, packed);
        kernels.Multiply(scaled, packed, power, default);
        var spectrum = new RecurrentSpectrum(norm > 0 ? norm * Math.Sqrt(Radius()) : norm, radius);
        GC.KeepAlive(panels);
        GC.KeepAlive(powers);
        GC.KeepAlive(scales);
        return spectrum;

        // ρ of what stands in power, which is overwritten.
        double Radius()
        {
            double logarithm = 0;
            double share = 1;
            for (int k = 0; ; k++, share /= 2)
            {
                double size = Math.Sqrt(kernels.SumOfSquares(length, power.Pointer));
                if (!(size > 0))
                    return size;
                // ‖W^(2^k)‖ = Π_j size_j^(2^(k-j)); the last factor counts twice in the quotient of the last two powers.
                if (k == Squarings)
                    return Math.Exp(logarithm + 2 * share * Math.Log(size));
                logarithm += share * Math.Log(size);
                Scale(power, 1 / size);
                kernels.Pack(scaled, packed);
                kernels.Multiply(scaled, packed, power, default);
            }
        }

        void Scale(in Matrix from, double factor)
        {
            scaled.Clear();
            kernels.AddScaled(length, (float)factor, from.Pointer, scaled.Pointer);
        }
    }
}
