using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Unroll.Storage;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class SeveralLabelsTests
{
    // scikit-learn of y_true [[1,1,0],[0,1,0],[0,0,0],[1,0,1]] and y_pred [[1,0,0],[0,1,0],[0,0,1],[1,0,1]]:
    // accuracy_score 0.5, f1 of the labels 1, 2/3, 2/3, macro 7/9, micro 8/10.
    [Fact]
    public void The_numbers_are_scikit_learns()
    {
        var counts = new ConfusionMatrix(3);
        Assert.False(counts.Add([0, 1], [0]));
        Assert.True(counts.Add([1], [1]));
        Assert.False(counts.Add((ReadOnlySpan<int>)[], [2]));
        Assert.True(counts.Add([0, 2], [2, 0]));
        Assert.Equal((4, 0.5), (counts.Rows, counts.Accuracy));
        Assert.Equal(new ClassScores(1, 1, 1, 2, 2), counts[0]);
        Assert.Equal(new ClassScores(1, 0.5, 2.0 / 3, 2, 1), counts[1]);
        Assert.Equal(new ClassScores(0.5, 1, 2.0 / 3, 1, 2), counts[2]);
        Assert.Equal(7.0 / 9, counts.MacroF1, 1e-12);
        Assert.Equal(0.8, counts.MicroF1, 1e-12);
    }

    [Fact]
    public void A_label_that_is_none_of_the_classes_is_missed()
    {
        var counts = new ConfusionMatrix(2);
        Assert.False(counts.Add([0, 5], [0]));
        Assert.Equal((1, 0, 1), (counts.UnknownLabelRows, counts.Right, counts[0].F1));
        // TP 1, FN 1 of the unknown label.
        Assert.Equal((0.5, 2.0 / 3), (counts.MacroF1, counts.MicroF1));
    }

    [Fact]
    public void Micro_F1_of_one_label_a_row_is_the_accuracy()
    {
        var counts = new ConfusionMatrix(3);
        foreach ((int truth, int predicted) in (ReadOnlySpan<(int, int)>)[(0, 0), (1, 2), (2, 2), (7, 1), (1, 1)])
            counts.Add(truth, predicted);
        Assert.Equal(counts.Accuracy, counts.MicroF1, 1e-12);
    }

    [Theory]
    // All right at 0.5 already.
    [InlineData(new[] { 0.9, 0.8, 0.7, 0.6, 0.55, 0.1 }, "111110", 0.5)]
    // Those of 0.3 and more are the label's: F1 1 there alone.
    [InlineData(new[] { 0.9, 0.8, 0.4, 0.35, 0.3, 0.1 }, "111110", 0.2)]
    // 0.6 and 0.7 are not.
    [InlineData(new[] { 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6 }, "1111100", 0.725)]
    // Equal probabilities go together: all or none.
    [InlineData(new[] { 0.4, 0.4, 0.4, 0.4, 0.4, 0.4 }, "111110", 0.2)]
    // Four rows are too few to tell.
    [InlineData(new[] { 0.3, 0.3, 0.3, 0.3, 0.1 }, "11110", 0.5)]
    public void The_threshold_is_that_of_the_highest_F1(double[] probability, string has, double expected) =>
        Assert.Equal(expected, LabelThresholds.Choose(probability, [.. has.Select(c => c == '1')]), 1e-12);

    [Fact]
    public void Every_label_of_every_row_is_a_decision_of_its_own()
    {
        var sets = new LabelSets();
        int both = sets.Add([0, 1]), none = sets.Add([]);
        ModelConfig config = ModelConfig.WithoutNetwork with { Labels = ["a", "b"], MultiLabel = true, Thresholds = [0.5, 0.9] };
        var scoring = new Scoring(2, temperature: 2, decision: new LabelDecision(sets, config));
        RowScore right = scoring.Add([2, 6], both);
        RowScore wrong = scoring.Add([2, -4], none);
        double s1 = 1 / (1 + Math.Exp(-1)), s3 = 1 / (1 + Math.Exp(-3)), s2 = 1 / (1 + Math.Exp(2));
        Assert.Equal((true, false), (right.IsRight, wrong.IsRight));
        Assert.Equal(-(Math.Log(s1) + Math.Log(s3)) / 2, right.Loss, 1e-9);
        Assert.Equal(-(Math.Log(1 - s1) + Math.Log(1 - s2)) / 2, wrong.Loss, 1e-9);
        Assert.Equal((1, s3), (right.Predicted, right.Probability));
        EvaluationResult result = scoring.Result;
        Assert.Equal((0.5, 0.8), (result.Accuracy, result.MicroF1));
        Assert.Equal((right.Loss + wrong.Loss) / 2, result.Loss, 1e-12);
        // Bins: both rows' first label at s1 (half are there), s3, s2.
        Assert.Equal((Math.Abs(1 - 2 * s1) + (1 - s3) + s2) / 4, result.CalibrationError, 1e-9);
        Assert.True(result.IsMultiLabel);
    }

    [Fact]
    public void The_temperature_is_that_of_the_least_loss()
    {
        var random = new Random(5);
        var sets = new LabelSets();
        float[] logits = new float[600];
        int[] labels = new int[200];
        for (int row = 0; row < 200; row++)
        {
            var set = new List<int>();
            for (int c = 0; c < 3; c++)
            {
                double z = 2 * random.NextDouble() - 1;
                logits[row * 3 + c] = (float)(4 * z);
                if (random.NextDouble() < 1 / (1 + Math.Exp(-2 * z)))
                    set.Add(c);
            }
            labels[row] = sets.Add([.. set]);
        }
        var rows = new LabelledLogits(logits, labels, [.. Enumerable.Range(0, 200)], 3) { Sets = sets };
        double temperature = rows.FitTemperature();
        Assert.InRange(temperature, 1.4, 3);
        Assert.True(rows.Score(temperature).Loss < rows.Score(temperature * 1.02).Loss);
        Assert.True(rows.Score(temperature).Loss < rows.Score(temperature / 1.02).Loss);
    }
}
