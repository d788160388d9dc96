using Unroll.Engine.Numerics;
namespace Unroll.Evaluation;

/// <summary>What is measured on one row.</summary>
/// <param name="Predicted">The most probable class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Loss">-log of the probability of the row's class; infinite where the label is none of the classes.</param>
internal readonly record struct RowScore(int Predicted, double Probability, double Loss);

/// <summary>
/// Measures row after row; nothing is allocated for a row but the count of a mistake that is made for the first time.
/// </summary>
/// <param name="classes">C.</param>
/// <param name="temperature">T: logits are divided by it.</param>
/// <param name="threshold">Below this probability the model abstains.</param>
internal sealed class Scoring(int classes, double temperature, double threshold = 0)
{
    private readonly ConfusionMatrix _confusion = new(classes);
    private readonly CalibrationError _calibration = new();
    private double _loss;
    private int _answered;
    private int _answeredRight;

    /// <summary>How many rows were measured.</summary>
    public int Rows => _confusion.Rows;

    /// <summary>What came out.</summary>
    public EvaluationResult Result => new(
        Rows, KnownRows == 0 ? 0 : _loss / KnownRows, _confusion.Accuracy, _confusion.MacroF1, _calibration.Value, _confusion)
    {
        Threshold = threshold,
        Answered = _answered,
        AnsweredRight = _answeredRight,
    };

    private int KnownRows => Rows - _confusion.UnknownLabelRows;

    /// <summary>Measures one row.</summary>
    /// <param name="logits">z, [C].</param>
    /// <param name="label">The row's class; from C on, a label that is none of the classes.</param>
    public RowScore Add(ReadOnlySpan<float> logits, int label)
    {
        int predicted = Argmax.Of(logits);
        double max = logits[predicted];
        double sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp((logit - max) / temperature);
        _confusion.Add(label, predicted);
        if (1 / sum >= threshold)
        {
            _answered++;
            _answeredRight += predicted == label ? 1 : 0;
        }
        // Such a label has no probability.
        if (label >= classes)
            return new RowScore(predicted, 1 / sum, double.PositiveInfinity);
        var row = new RowScore(predicted, 1 / sum, Math.Log(sum) - (logits[label] - max) / temperature);
        _loss += row.Loss;
        _calibration.Add(row.Probability, predicted == label);
        return row;
    }
}
