using Unroll.Engine.Kernels;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Dynamics;

/// <summary>
/// How far a matrix stretches vectors: once (its largest singular value) and in the long run (its spectral radius, the largest size of an
/// eigenvalue).
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
internal readonly unsafe record struct RecurrentSpectrum(double Norm, double Radius)
{
    // The last n is 2^13; what is wrong after that is below 10⁻³ unless eigenvalues and vectors nearly coincide.
    private const int Squarings = 13;

    /// <summary>
    /// The spectrum of W_hh of the lowest layer's forward direction; of its candidate gate where there are gates. NaN for a cell
    /// without recurrent weight.
    /// </summary>
    public static RecurrentSpectrum Of(Network network)
    {
        if (network.RecurrentWeight(0) is not { } weight)
            return new RecurrentSpectrum(double.NaN, double.NaN);
        int width = network.Config.Hidden;
        long candidate = (long)network.Layout.Cell.CandidateGate * width * width;
        return Of(network.Kernels, width, network.Parameters.PointerTo(weight) + candidate);
    }

    /// <summary>The spectrum of a square matrix.</summary>
    /// <param name="kernels">Who multiplies.</param>
    /// <param name="width">H.</param>
    /// <param name="matrix">W, [H,H].</param>
    public static RecurrentSpectrum Of(IKernels kernels, int width, float* matrix)
    {
        var packed = new AlignedBuffer(kernels.PackedLength(width, width));
        var power = new AlignedBuffer(width * width);
        var scaled = new AlignedBuffer(width * width);
        new ReadOnlySpan<float>(matrix, width * width).CopyTo(power.Span);
        double radius = Radius();
        // Scaled, so that W Wᵀ neither overflows nor vanishes.
        double norm = Math.Sqrt(kernels.SumOfSquares(width * width, matrix));
        Scale(matrix, 1 / norm);
        kernels.PackTransposed(width, width, scaled.Pointer, width, packed.Pointer);
        kernels.Multiply(width, width, width, scaled.Pointer, width, packed.Pointer, power.Pointer, width, null, fromRow: 0);
        return new RecurrentSpectrum(norm > 0 ? norm * Math.Sqrt(Radius()) : norm, radius);

        // ρ of what stands in power, which is overwritten.
        double Radius()
        {
            double logarithm = 0;
            double share = 1;
            for (int k = 0; ; k++, share /= 2)
            {
                double length = Math.Sqrt(kernels.SumOfSquares(width * width, power.Pointer));
                if (!(length > 0))
                    return length;
                // ‖W^(2^k)‖ = Π_j length_j^(2^(k-j)); the last factor counts twice in the quotient of the last two powers.
                if (k == Squarings)
                    return Math.Exp(logarithm + 2 * share * Math.Log(length));
                logarithm += share * Math.Log(length);
                Scale(power.Pointer, 1 / length);
                kernels.Pack(width, width, scaled.Pointer, width, packed.Pointer, width);
                kernels.Multiply(width, width, width, scaled.Pointer, width, packed.Pointer, power.Pointer, width, null, fromRow: 0);
            }
        }

        void Scale(float* from, double factor)
        {
            scaled.Span.Clear();
            kernels.AddScaled(width * width, (float)factor, from, scaled.Pointer);
        }
    }
}
