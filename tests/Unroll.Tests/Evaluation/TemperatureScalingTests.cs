using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Tests.Golden;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class TemperatureScalingTests
{
    public static TheoryData<string> Cases() => EvaluationTests.Cases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_the_minimum_that_scipy_finds_and_no_temperature_of_a_grid_is_better(string name)
    {
        JsonElement golden = GoldenFile.Read("evaluation.json").GetProperty("cases").EnumerateArray()
            .Single(golden => golden.GetProperty("name").GetString() == name);
        int classes = golden.GetProperty("classes").GetInt32();
        float[] logits = golden.Singles("logits");
        int[] labels = golden.Integers("labels");
        double fitted = TemperatureScaling.Fit(logits, classes, labels);
        Assert.Equal(1, golden.GetProperty("temperature").GetDouble() / fitted, 1e-5);

        double least = Loss(logits, classes, labels, fitted);
        for (double T = TemperatureScaling.Lowest; T < TemperatureScaling.Highest; T *= 1.003)
            Assert.True(Loss(logits, classes, labels, T) >= least - 1e-12, $"T = {T} is better than {fitted}");
        if (fitted < TemperatureScaling.Highest)
        {
            double slope = (Loss(logits, classes, labels, fitted + 1e-4) - Loss(logits, classes, labels, fitted - 1e-4)) / 2e-4;
            Assert.Equal(0, slope, 1e-7);
        }
    }

    [Fact]
    public void Rows_that_say_nothing_about_it_leave_it_at_1()
    {
        Assert.Equal(1, TemperatureScaling.Fit([], 2, []));
        Assert.Equal(1, TemperatureScaling.Fit([1, 0, -3, 2], 2, [0, 1]));
        Assert.Equal(1, TemperatureScaling.Fit([0, 1, float.NaN, 2], 2, [0, 1]));
        Assert.Equal(1, TemperatureScaling.Fit([0, float.PositiveInfinity], 2, [0]));
    }

    [Fact]
    public void Extreme_logits_end_at_a_bound()
    {
        Assert.Equal(TemperatureScaling.Highest, TemperatureScaling.Fit([1e30f, 0, 0, 1], 2, [1, 1]));
        // Nearly separated, and all logits nearly equal.
        float[] shy = [.. Enumerable.Range(0, 100).SelectMany(i => (float[])[0, i == 0 ? -1e-4f : 1e-4f])];
        Assert.Equal(TemperatureScaling.Lowest, TemperatureScaling.Fit(shy, 2, [.. Enumerable.Repeat(1, 100)]));
    }

    [Fact]
    public void Softmax_neither_overflows_nor_changes_the_order()
    {
        double[] probabilities = new double[3];
        TemperatureScaling.Softmax([3e38f, -3e38f, 3e38f], 0.05, probabilities);
        Assert.Equal([0.5, 0, 0.5], probabilities);
        TemperatureScaling.Softmax([1, 2, 3], 2, probabilities);
        double sum = Math.Exp(0.5) + Math.Exp(1) + Math.Exp(1.5);
        Close.To([Math.Exp(0.5) / sum, Math.Exp(1) / sum, Math.Exp(1.5) / sum], probabilities, 1e-15);
    }

    private static double Loss(float[] logits, int classes, int[] labels, double temperature)
    {
        double total = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            double[] scaled = [.. logits.Skip(row * classes).Take(classes).Select(z => z / temperature)];
            double max = scaled.Max();
            total += max + Math.Log(scaled.Sum(z => Math.Exp(z - max))) - scaled[labels[row]];
        }
        return total / labels.Length;
    }
}
