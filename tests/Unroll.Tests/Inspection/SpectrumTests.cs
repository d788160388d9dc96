using Unroll.Engine.Dynamics;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Inspection;

/// <summary>Closed forms, and values of numpy 1.24.</summary>
public class SpectrumTests
{
    [Fact]
    public void A_turn_that_shrinks_has_the_factor_as_radius_and_as_stretch()
    {
        (double sin, double cos) = Math.SinCos(1);
        double[] turn = [0.7 * cos, -0.7 * sin, 0.7 * sin, 0.7 * cos];
        Assert.Equal(0.7, Spectrum.SpectralRadius(turn, 2), 1e-12);
        Assert.Equal(0.7, Spectrum.LargestSingularValue(turn, 2, 2), 1e-12);
    }

    [Fact]
    public void A_defective_matrix_stretches_more_than_its_radius()
    {
        double[] jordan = [0.9, 1, 0, 0.9];
        Assert.Equal(0.9, Spectrum.SpectralRadius(jordan, 2), 1e-9);
        // σ² is the larger root of x² - (2a² + 1) x + a⁴.
        const double squares = 2 * 0.81 + 1;
        double expected = Math.Sqrt((squares + Math.Sqrt(squares * squares - 4 * 0.81 * 0.81)) / 2);
        Assert.Equal(expected, Spectrum.LargestSingularValue(jordan, 2, 2), 1e-12);
    }

    [Fact]
    public void A_nilpotent_matrix_has_the_radius_zero()
    {
        Assert.Equal(0, Spectrum.SpectralRadius([0, 1, 5, 0, 0, 1, 0, 0, 0], 3));
        Assert.Equal(0, Spectrum.LargestSingularValue(new double[6], 2, 3));
    }

    [Fact]
    public void The_sign_of_the_largest_eigenvalue_does_not_matter()
    {
        Assert.Equal(3, Spectrum.SpectralRadius([-3, 0, 0, 2], 2), 1e-11);
        Assert.Equal(3, Spectrum.SpectralRadius([3, 0, 0, -3], 2), 1e-11);
    }

    [Fact]
    public void Values_are_those_of_numpy()
    {
        // b = [[sin(1 + 7*i*i + 3*j*(i+1)) for j in range(5)] for i in range(5)]
        // max(abs(numpy.linalg.eigvals(b))), numpy.linalg.svd(b)[1][0]: a complex pair is the largest
        double[] square = [
            .. Enumerable.Range(0, 25).Select(n => Math.Sin(1 + 7 * (n / 5) * (n / 5) + 3 * (n % 5) * (n / 5 + 1)))];
        Assert.Equal(1.6332639925692074, Spectrum.SpectralRadius(square, 5), 1e-9);
        Assert.Equal(2.0657682334813083, Spectrum.LargestSingularValue(square, 5, 5), 1e-9);
        // c = [[cos(i*i + 2*j**3) for j in range(4)] for i in range(6)]
        double[] tall = [.. Enumerable.Range(0, 24).Select(n => Math.Cos((n / 4) * (n / 4) + 2 * (n % 4) * (n % 4) * (n % 4)))];
        Assert.Equal(3.4640218381354986, Spectrum.LargestSingularValue(tall, 6, 4), 1e-9);
    }

    [Fact]
    public void An_orthogonal_matrix_keeps_lengths()
    {
        const int size = 24;
        float[] drawn = new float[size * size];
        Initializers.Orthogonal(drawn, new TorchGenerator(1), size, size);
        Assert.Equal(1, Spectrum.SpectralRadius(Close.Widen(drawn), size), 1e-6);
        Assert.Equal(1, Spectrum.LargestSingularValue(Close.Widen(drawn), size, size), 1e-6);
    }

    [Fact]
    public void Values_that_are_not_finite_stay_so_and_other_sizes_are_refused()
    {
        Assert.False(double.IsFinite(Spectrum.SpectralRadius([double.NaN], 1)));
        Assert.False(double.IsFinite(Spectrum.LargestSingularValue([double.PositiveInfinity], 1, 1)));
        Assert.Throws<ArgumentException>(() => Spectrum.SpectralRadius([1, 2], 2));
    }
}
