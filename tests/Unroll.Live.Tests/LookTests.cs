using System.Numerics;
using Unroll.Engine.Dynamics;
using Unroll.Inspection;
using Unroll.Live.Looks;
using Unroll.Live.Sessions;
using Xunit;

namespace Unroll.Live.Tests;

/// <summary>What the page draws is what the engine computes.</summary>
public class LookTests
{
    [Theory]
    [MemberData(nameof(SessionTests.Cells), MemberType = typeof(SessionTests))]
    public void Gradients_through_time_are_the_engines(string cell)
    {
        LiveSession session = LabTests.Trained(5, SessionTests.Settings(cell) with { Hidden = 4 });
        const string Text = "good is movie The is bad The movie";
        var look = SentenceLook.Of(session, Text);
        int[] ids = session.Encode(look.Tokens);
        var trace = NetworkTrace.Of(session.Network, ids, unknown: null, logits =>
        {
            double[] p = StateFrame.Softmax(Array.ConvertAll(logits, logit => (double)logit));
            p[look.GradientLabel] -= 1;
            return Array.ConvertAll(p, value => (float)value);
        });
        for (int t = 0; t < ids.Length; t++)
        {
            Assert.Equal(trace.HiddenGradient[t], look.Gradient!.Hidden[t], 1e-4 * Math.Max(0.01, trace.HiddenGradient[t]));
            Assert.True(look.Gradient.State[t] >= look.Gradient.Hidden[t]);
        }
    }

    [Fact]
    public void Gradients_grow_when_an_eigenvalue_is_beyond_one_and_shrink_below()
    {
        var session = new LiveSession(new LiveSettings { Nonlinearity = Nonlinearity.Relu });
        // Both eigenvalues 1.2, and a state that stays above zero: φ' is 1.
        foreach ((string name, int index, float value) in (IEnumerable<(string, int, float)>)
            [("rnn.weight_hh_l0", 0, 1.2f), ("rnn.weight_hh_l0", 1, 0), ("rnn.weight_hh_l0", 2, 0), ("rnn.weight_hh_l0", 3, 1.2f),
                ("rnn.bias_ih_l0", 0, 9), ("rnn.bias_ih_l0", 1, 9)])
            session.Apply(new LiveAction.SetWeight(name, index, value));
        AssertFactor(1.2);
        session.Apply(new LiveAction.ScaleRecurrent(0.5f));
        AssertFactor(0.6);

        void AssertFactor(double factor)
        {
            var gradient = SentenceLook.Of(session, "The movie is The movie is bad").Gradient!;
            for (int t = 1; t < gradient.State.Count; t++)
                Assert.Equal(factor, gradient.State[t - 1] / gradient.State[t], 1e-4);
        }
    }

    [Fact]
    public void Two_units_are_their_own_plane_and_its_scores_are_the_logits()
    {
        LiveSession session = LabTests.Trained(50);
        var look = SentenceLook.Of(session, "The movie is good");
        var frame = StateFrame.Of(session.Network, look.States);
        Assert.Equal(PlaneAxes.Units, frame.Axes);
        Assert.All(look.States, state => Assert.Equal(state, frame.Point(state)));
        double[] point = frame.Point(look.States[^1]);
        for (int c = 0; c < 2; c++)
        {
            double[] s = frame.Scores[c];
            Assert.Equal(look.Trace!.Logits[c], s[0] * point[0] + s[1] * point[1] + s[2], 1e-5);
        }
    }

    [Fact]
    public void More_units_are_drawn_along_principal_components()
    {
        LiveSession session = LabTests.Trained(50, new LiveSettings { Hidden = 6 });
        var look = SentenceLook.Of(session, "The movie is good");
        var frame = StateFrame.Of(session.Network, look.States);
        Assert.Equal(PlaneAxes.PrincipalComponents, frame.Axes);
        double[][] expected = PrincipalComponents.Of([.. look.States], 2).Project([.. look.States]);
        for (int t = 0; t < expected.Length; t++)
        {
            Assert.Equal(expected[t][0], frame.Point(look.States[t])[0], 1e-9);
            Assert.Equal(expected[t][1], frame.Point(look.States[t])[1], 1e-9);
        }
    }

    [Fact]
    public void Eigenvalues_of_known_matrices()
    {
        AssertValues([2, 0, 0, 3], 2, 3, 2);
        AssertValues([0, -1, 1, 0], 2, new Complex(0, 1), new Complex(0, -1));
        AssertValues([1, 1, 0, 1], 2, 1, 1);
        AssertValues([0, 0, 0, 0], 2, 0, 0);
        // A cycle of three: the cube roots of 1.
        double half = Math.Sqrt(3) / 2;
        AssertValues([0, 0, 1, 1, 0, 0, 0, 1, 0], 3, 1, new Complex(-0.5, half), new Complex(-0.5, -half));
        Assert.Empty(Eigenvalues.Of([double.NaN, 0, 0, 1], 2));

        static void AssertValues(double[] matrix, int size, params Complex[] expected)
        {
            Complex[] found = Eigenvalues.Of(matrix, size);
            Assert.Equal(size, found.Length);
            foreach (Complex value in expected)
                Assert.Contains(found, each => (each - value).Magnitude < 1e-7);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(16)]
    public void Eigenvalues_have_the_traces_of_the_powers_and_the_spectral_radius(int size)
    {
        var random = new Random(size);
        for (int round = 0; round < 20; round++)
        {
            double[] matrix = [.. Enumerable.Range(0, size * size).Select(_ => random.NextDouble() - 0.5)];
            Complex[] values = Eigenvalues.Of(matrix, size);
            double trace = Enumerable.Range(0, size).Sum(i => matrix[i * size + i]);
            double traceOfSquare = Enumerable.Range(0, size)
                .Sum(i => Enumerable.Range(0, size).Sum(j => matrix[i * size + j] * matrix[j * size + i]));
            Assert.Equal(trace, values.Aggregate(Complex.Zero, (sum, value) => sum + value).Real, 1e-9);
            Assert.Equal(traceOfSquare, values.Aggregate(Complex.Zero, (sum, value) => sum + value * value).Real, 1e-9);
            Assert.Equal(Spectrum.SpectralRadius(matrix, size), values[0].Magnitude, 1e-9);
        }
    }
}
