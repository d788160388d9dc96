using Unroll.Engine.Numerics;
using Unroll.Terms;
using Unroll.Tests.Oracles;
using Xunit;

namespace Unroll.Tests.Terms;

public class LogisticRegressionTests
{
    private const int Classes = 3;
    private const float Strength = 4;

    private static readonly double[][] Dense =
    [
        [0.6, 0, 0.8, 0], [0, 1, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 0.6, 0.8], [0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5], [0, 0, 0, 0],
    ];

    private static readonly int[] Labels = [0, 1, 1, 2, 2, 0, 2];
    private static readonly int[] RowsWith = [.. Enumerable.Range(0, 4).Select(j => Dense.Count(row => row[j] != 0))];

    [Fact]
    public void A_few_steps_are_those_of_finite_differences_in_double_precision()
    {
        var settings = new LogisticSettings(Rate: 1, Strength, Passes: 3);
        var oracle = new LogisticRegressionOracle(Dense, Labels, Classes, Strength);
        var generator = new TorchGenerator(LogisticSettings.Seed);
        int[][] passes = new int[settings.Passes][];
        for (int pass = 0; pass < passes.Length; pass++)
        {
            passes[pass] = new int[Dense.Length];
            generator.FillPermutation(passes[pass]);
        }
        oracle.Train(passes, settings.Rate, biasShare: 0.1, settings.Passes * Dense.Length);

        LogisticRegression regression = Train(settings);
        double[] found = [.. Parameters(regression)];
        Assert.Contains(found, value => Math.Abs(value) > 0.1);
        Close.To(oracle.Parameters, found, absolute: 1e-5, relative: 1e-4, "parameters");
    }

    [Fact]
    public void Many_passes_end_where_the_gradient_of_the_textbook_objective_is_zero()
    {
        var oracle = new LogisticRegressionOracle(Dense, Labels, Classes, Strength);
        double before = oracle.Objective();
        double steepBefore = oracle.Gradient(oracle.Objective).Max(Math.Abs);
        Parameters(Train(new LogisticSettings(Rate: 0.5f, Strength, Passes: 5000))).ToArray().CopyTo(oracle.Parameters, 0);

        Assert.True(oracle.Objective() < 0.8 * before, $"{before} → {oracle.Objective()}");
        double steep = oracle.Gradient(oracle.Objective).Max(Math.Abs);
        Assert.True(steep < 0.005 * steepBefore, $"steepest {steepBefore} → {steep}");
    }

    [Fact]
    public void Training_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => Train(new LogisticSettings(), cancelled.Token));
    }

    // The step of W / s is that of W with x and W scaled: so a column scaled by s is one whose numbers are s times as large.
    [Fact]
    public void A_scaled_weight_learns_as_a_weight_of_scaled_numbers_does()
    {
        const float Scale = 1.5f;
        var settings = new LogisticSettings(Rate: 0.5f, Strength, Passes: 20);
        LogisticRegression scaled = Train(settings, [.. Enumerable.Repeat(Scale, 4 * Classes)]);
        LogisticRegression larger = Train(settings, [], factor: Scale);
        Assert.Equal(
            [.. larger.Weights.ToArray().Select(value => value * Scale)], scaled.Weights.ToArray(), new Near(1e-5f));
        Assert.NotEqual(Train(settings).Weights.ToArray(), scaled.Weights.ToArray());
    }

    [Fact]
    public void Many_classes_learn_as_few_do()
    {
        // More classes than a vector has lanes, and a rest: the first three are the classes of the rows.
        const int Many = 37;
        LogisticRegression few = Train(new LogisticSettings(Rate: 0.5f, Strength, Passes: 5), Ones(Classes));
        LogisticRegression many = Train(new LogisticSettings(Rate: 0.5f, Strength, Passes: 5), Ones(Many), classes: Many);
        float[] logits = new float[Many];
        LogisticRegression.Logits(many.Weights, many.Bias, [0, 2], [0.6f, 0.8f], logits);
        Assert.Equal(0, Array.IndexOf(logits, logits.Max()));
        Assert.All(logits.Skip(Classes), logit => Assert.Equal(logits[^1], logit));
        Assert.Equal(4 * Classes, few.Weights.Length);

        static float[] Ones(int classes) => [.. Enumerable.Repeat(1f, 4 * classes)];
    }

    private static LogisticRegression Train(LogisticSettings settings, CancellationToken cancellationToken) =>
        Train(settings, [], cancellationToken: cancellationToken);

    private static LogisticRegression Train(LogisticSettings settings) => Train(settings, []);

    private static LogisticRegression Train(
        LogisticSettings settings, float[] scales, float factor = 1, int classes = Classes,
        CancellationToken cancellationToken = default)
    {
        var rows = new SparseRows();
        foreach (double[] row in Dense)
        {
            int[] columns = [.. Enumerable.Range(0, row.Length).Where(j => row[j] != 0)];
            rows.Add(columns, [.. columns.Select(j => (float)row[j] * factor)]);
        }
        var regression = new LogisticRegression(columns: 4, classes);
        regression.Train(rows, Labels, RowsWith, scales, settings, cancellationToken);
        return regression;
    }

    private sealed class Near(float tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float value) => 0;
    }

    private static IEnumerable<double> Parameters(LogisticRegression regression) =>
        regression.Weights.ToArray().Concat(regression.Bias.ToArray()).Select(value => (double)value);
}
