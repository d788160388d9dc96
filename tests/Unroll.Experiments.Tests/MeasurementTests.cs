using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Experiments.Tests;

/// <summary>What the experiments measure, on cases whose answer is known.</summary>
public class MeasurementTests
{
    [Fact]
    public void A_line_reads_what_is_linear_and_nothing_of_what_is_not_there()
    {
        var generator = new TorchGenerator(3);
        float[][] vectors =
            [.. Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, 5).Select(_ => generator.NextSingle()).ToArray())];
        double[] linear = [.. vectors.Select(x => 2 * x[0] - 3 * x[4] + 1.0)];
        double[] noise = [.. vectors.Select(_ => (double)generator.NextSingle())];
        Assert.Equal(1, LinearProbe.Fit(vectors[..200], linear[..200]).Explained(vectors[200..], linear[200..]), 1e-4);
        Assert.InRange(LinearProbe.Fit(vectors[..200], noise[..200]).Explained(vectors[200..], noise[200..]), -0.2, 0.1);
        Assert.Equal(linear[300], LinearProbe.Fit(vectors, linear).Read(vectors[300]), 1e-2);
    }

    [Fact]
    public void A_line_over_a_direction_in_which_nothing_happens_stays_finite()
    {
        float[][] vectors = [[1, 0], [2, 0], [3, 0]];
        Assert.Equal(2.5, LinearProbe.Fit(vectors, [1, 2, 3]).Read([2.5f, 0]), 0.01);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(63, 4)]
    [InlineData(64, 8)]
    [InlineData(65, 16)]
    [InlineData(200, 19)]
    [InlineData(256, 64)]
    public void A_scan_gives_the_states_of_the_loop_and_the_same_bits_with_any_threads(int steps, int hidden)
    {
        var generator = new TorchGenerator(5);
        float[] a = [.. Enumerable.Range(0, steps * hidden).Select(_ => generator.NextSingle())];
        float[] b = [.. Enumerable.Range(0, steps * hidden).Select(_ => generator.NextSingle() - 0.5f)];
        float[] loop = new float[a.Length], one = new float[a.Length], two = new float[a.Length], products = new float[a.Length];
        LinearScan.Loop(a, b, hidden, loop);
        LinearScan.Scan(a, b, hidden, one, products, threads: 1);
        LinearScan.Scan(a, b, hidden, two, products, threads: 2);
        Assert.Equal(one, two);
        double state = 0;
        for (int t = 0; t < steps; t++)
        {
            state = a[t * hidden] * state + b[t * hidden];
            Assert.Equal(state, loop[t * hidden], 1e-5);
        }
        for (int i = 0; i < a.Length; i++)
            Assert.Equal(loop[i], one[i], 1e-5f);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 16)]
    [InlineData(7, 19)]
    public void Products_of_all_rows_are_those_of_one_row_after_the_other(int rows, int hidden)
    {
        var generator = new TorchGenerator(5);
        float[] x = [.. Enumerable.Range(0, rows * hidden).Select(_ => generator.NextSingle())];
        float[] weight = [.. Enumerable.Range(0, hidden * hidden).Select(_ => generator.NextSingle())];
        float[] one = new float[x.Length], all = new float[x.Length];
        RowProducts.OneByOne(x, weight, hidden, one);
        RowProducts.AtOnce(x, weight, hidden, all);
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < hidden; i++)
            {
                double sum = Enumerable.Range(0, hidden).Sum(k => (double)x[row * hidden + k] * weight[k * hidden + i]);
                Assert.Equal(sum, one[row * hidden + i], 1e-4);
                Assert.Equal(sum, all[row * hidden + i], 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(new[] { 1.0, 0, 0, 0 }, 1)]
    [InlineData(new[] { 1.0, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 9)]
    [InlineData(new[] { 0.0, 0, 0, 5 }, 4)]
    [InlineData(new[] { 8.0, 1, 1, 0 }, 2)]
    public void The_window_holds_nine_tenths_of_all_changes(double[] changes, int window) =>
        Assert.Equal(window, WindowExperiment.Window(changes));

    // A network that reads one word in ones: unit 0 of the state is that of the last word alone.
    [Fact]
    public void A_model_that_reads_the_last_word_alone_changes_by_no_other()
    {
        var network = new Network(new NetworkConfig { Cell = Cell.Rnn, Vocabulary = 4, Embedding = 0, Hidden = 1, Classes = 2 });
        Write(network, "rnn.weight_ih_l0", [0, 0, -3, 3]);
        Write(network, "rnn.weight_hh_l0", [0]);
        Write(network, "rnn.bias_ih_l0", [0]);
        Write(network, "output.weight", [-2, 2]);
        Write(network, "output.bias", [0, 0]);
        network.Pack();
        var texts = new EncodedTexts();
        texts.Add([2, 3, 3], label: 1);
        texts.Add([3, 2], label: 0);
        double[] changes = WindowExperiment.Changes(network, texts, furthest: 3, replacement: 1);
        double certain = 1 / (1 + Math.Exp(-4 * Math.Tanh(3)));
        Assert.Equal(certain - 0.5, changes[0], 1e-6);
        Assert.Equal([0, 0, 0], changes[1..]);

        // The state is decided by the word: all variance lies between words.
        var words = new WordStates(network, texts, leastOccurrences: 1);
        Assert.Equal(1, words.WordShare, 1e-9);
        Assert.Equal(0, new WordStates(network, texts, leastOccurrences: 5).WordShare);
        Assert.Equal(0, words.SameGroup([[2], [3]]));
        Assert.Equal(1, words.SameGroup([[2, 3], []]));
        Assert.Equal(double.NaN, words.SameGroup([[2], []]));
        double[][] probabilities = SentenceStates.Probabilities(network, texts);
        Assert.Equal([certain, 1 - certain], [probabilities[0][1], probabilities[1][1]], new Within(1e-6));
    }

    [Fact]
    public void Spreads_are_mean_least_and_most()
    {
        var spread = Spread.Of([0.5, 1, 0.75]);
        Assert.Equal(new Spread(0.75, 0.5, 1), spread);
        Assert.Equal("75 % (50–100)", spread.Percent);
        Assert.Equal("75.0 (50.0–100.0)", spread.InPercent);
        Assert.Equal("0.750 (0.500–1.00)", spread.Short);
        Assert.Equal(new Spread(0.25, 0.5 / 3, 1.0 / 3), spread.Over(3));
    }

    [Theory]
    [InlineData("rnn", true)]
    [InlineData("irnn", true)]
    [InlineData("gru", true)]
    [InlineData("lstm", true)]
    [InlineData("mingru", false)]
    public void Theory_says_who_can_follow_a_state(string cell, bool can) =>
        Assert.Equal(can, CellChoice.Named(cell).TracksState);

    [Fact]
    public void Every_cell_is_compared_as_it_is_where_none_are_named() =>
        Assert.Equal(RecurrentCells.All, CellChoice.Plains.Select(choice => choice.Cell).Where(RecurrentCells.All.Contains));

    private static void Write(Network network, string name, float[] values) =>
        network.Parameters.Write(network.Parameters.Find(name), values);

    private sealed class Within(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(double value) => 0;
    }
}
