using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Tests.Golden;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class EvaluationTests
{
    public static TheoryData<string> Cases() => [.. Golden.Select(golden => golden.GetProperty("name").GetString()!)];

    private static JsonElement[] Golden => [.. GoldenFile.Read("evaluation.json").GetProperty("cases").EnumerateArray()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_number_is_scikit_learns(string name)
    {
        JsonElement golden = Golden.Single(golden => golden.GetProperty("name").GetString() == name);
        int classes = golden.GetProperty("classes").GetInt32();
        EvaluationResult result = Measure(golden, temperature: 1);
        Assert.Equal(golden.Integers("labels").Length, result.Rows);
        Assert.Equal(golden.GetProperty("loss").GetDouble(), result.Loss, 1e-9);
        Assert.Equal(golden.GetProperty("accuracy").GetDouble(), result.Accuracy, 1e-12);
        Assert.Equal(golden.GetProperty("macro_f1").GetDouble(), result.MacroF1, 1e-12);
        Assert.Equal(golden.GetProperty("calibration_error").GetDouble(), result.CalibrationError, 1e-12);
        Assert.Equal(golden.Integers("confusion"), result.Confusion.ToArray().SelectMany(row => row));
        ClassScores[] scores = [.. Enumerable.Range(0, classes).Select(c => result.Confusion[c])];
        Close.To(golden.GetProperty("precision").Doubles(), [.. scores.Select(score => score.Precision)], 1e-12);
        Close.To(golden.GetProperty("recall").Doubles(), [.. scores.Select(score => score.Recall)], 1e-12);
        Close.To(golden.GetProperty("f1").Doubles(), [.. scores.Select(score => score.F1)], 1e-12);
        Assert.Equal(golden.Integers("support"), scores.Select(score => score.Support));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_temperature_changes_the_loss_and_the_calibration_and_nothing_else(string name)
    {
        JsonElement golden = Golden.Single(golden => golden.GetProperty("name").GetString() == name);
        EvaluationResult plain = Measure(golden, temperature: 1);
        EvaluationResult scaled = Measure(golden, golden.GetProperty("temperature").GetDouble());
        Assert.Equal(golden.GetProperty("calibrated_loss").GetDouble(), scaled.Loss, 1e-9);
        Assert.Equal(golden.GetProperty("calibrated_error").GetDouble(), scaled.CalibrationError, 1e-9);
        Assert.Equal(plain.Confusion.ToArray(), scaled.Confusion.ToArray());
    }

    // scikit-learn: y = [0, 0, 1, 2, 2, 3], p = [0, 1, 1, 1, 0, 0]: accuracy_score 1/3, f1_score(average="macro") 0.225.
    [Fact]
    public void Labels_that_are_no_classes_count_as_wrong_and_not_in_loss_and_calibration()
    {
        var matrix = new ConfusionMatrix(2);
        var scoring = new Scoring(2, temperature: 1);
        var known = new Scoring(2, temperature: 1);
        foreach ((int truth, int predicted) in ((int, int)[])[(0, 0), (0, 1), (1, 1), (2, 1), (2, 0), (3, 0)])
        {
            matrix.Add(truth, predicted);
            float[] logits = [1 - predicted, predicted * 2];
            RowScore score = scoring.Add(logits, truth);
            Assert.Equal(truth < 2, double.IsFinite(score.Loss));
            if (truth < 2)
                known.Add(logits, truth);
        }
        Assert.Equal((6, 3, 2), (matrix.Rows, matrix.UnknownLabelRows, matrix.Right));
        Assert.Equal((1.0 / 3, 0.225), (matrix.Accuracy, matrix.MacroF1));
        Assert.Equal([[1, 1], [0, 1]], matrix.ToArray());
        EvaluationResult result = scoring.Result;
        Assert.Equal((6, 3, 1.0 / 3, 0.225), (result.Rows, result.UnknownLabelRows, result.Accuracy, result.MacroF1));
        Assert.Equal((known.Result.Loss, known.Result.CalibrationError), (result.Loss, result.CalibrationError));
    }

    [Fact]
    public void The_largest_confusions_come_first()
    {
        var matrix = new ConfusionMatrix(3);
        foreach ((int truth, int predicted) in ((int, int)[])[(2, 1), (0, 1), (2, 1), (0, 0), (1, 0)])
            matrix.Add(truth, predicted);
        Assert.Equal([new Confusion(2, 1, 2), new Confusion(0, 1, 1)], matrix.LargestConfusions(2));
        Assert.Equal((2, 1, 0), (matrix[2, 1], matrix[0, 0], matrix[1, 2]));
        Assert.Equal([[1, 1, 0], [1, 0, 0], [0, 2, 0]], matrix.ToArray());
    }

    [Fact]
    public void Ten_thousand_classes_take_no_square_of_memory()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var matrix = new ConfusionMatrix(10_000);
        for (int row = 0; row < 1000; row++)
            matrix.Add(row * 7 % 10_000, row * 3 % 10_000);
        Assert.True(matrix.MacroF1 < 0.1);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void Probabilities_on_the_edge_of_a_bin_belong_to_the_bin_below()
    {
        var error = new CalibrationError();
        Assert.Equal(0, error.Value);
        error.Add(1, isRight: true);
        error.Add(0.99, isRight: false);
        // One bin: |1 right - 1.99| of two rows.
        Assert.Equal(0.99 / 2, error.Value, 1e-12);
        error.Add(14.0 / 15, isRight: false);
        Assert.Equal((0.99 + 14.0 / 15) / 3, error.Value, 1e-12);
    }

    internal static EvaluationResult Measure(JsonElement golden, double temperature)
    {
        int classes = golden.GetProperty("classes").GetInt32();
        float[] logits = golden.Singles("logits");
        int[] labels = golden.Integers("labels");
        var scoring = new Scoring(classes, temperature);
        for (int row = 0; row < labels.Length; row++)
            scoring.Add(logits.AsSpan(row * classes, classes), labels[row]);
        return scoring.Result;
    }
}
