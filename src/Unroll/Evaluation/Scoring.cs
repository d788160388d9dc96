using System.Runtime.InteropServices;
using Unroll.Engine.Numerics;

namespace Unroll.Evaluation;

/// <summary>What is measured on one row.</summary>
/// <param name="Predicted">The most probable class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Loss">
/// -log of the probability of the row's class; infinite where the label is none of the classes. Of several the mean over all
/// classes of -log of the probability that the row has the class or has it not.
/// </param>
/// <param name="IsRight">Whether the prediction is the row's label; of several, whether all are and no other.</param>
internal readonly record struct RowScore(int Predicted, double Probability, double Loss, bool IsRight);

/// <summary>
/// Measures row after row; nothing is allocated for a row but the count of a mistake that is made for the first time.
/// </summary>
/// <param name="classes">C.</param>
/// <param name="temperature">T: logits are divided by it.</param>
/// <param name="threshold">Below this probability the model abstains.</param>
/// <param name="decision">How rows that may have several labels are scored; null for one label a row.</param>
internal sealed class Scoring(int classes, double temperature, double threshold = 0, LabelDecision? decision = null)
{
    private readonly List<int> _said = [];
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
        IsMultiLabel = decision is not null,
        Answered = _answered,
        AnsweredRight = _answeredRight,
    };

    // Of several labels those that are known count, in every row.
    private int KnownRows => decision is null ? Rows - _confusion.UnknownLabelRows : Rows;

    /// <summary>Measures one row.</summary>
    /// <param name="logits">z, [C].</param>
    /// <param name="label">
    /// The row's class; from C on, a label that is none of the classes. Or the number of the set of its classes.
    /// </param>
    public RowScore Add(ReadOnlySpan<float> logits, int label)
    {
        int predicted = Argmax.Of(logits);
        if (decision is not null)
            return AddSet(logits, decision.Sets[label], predicted);
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
            return new RowScore(predicted, 1 / sum, double.PositiveInfinity, IsRight: false);
        var row = new RowScore(
            predicted, 1 / sum, Math.Log(sum) - (logits[label] - max) / temperature, IsRight: predicted == label);
        _loss += row.Loss;
        _calibration.Add(row.Probability, predicted == label);
        return row;
    }

    // Each label of each row is a decision of its own, in loss and calibration too.
    private RowScore AddSet(ReadOnlySpan<float> logits, ReadOnlySpan<int> set, int predicted)
    {
        _said.Clear();
        double loss = 0;
        for (int c = 0; c < classes; c++)
        {
            double z = logits[c] / temperature;
            double p = ModelProbabilities.Sigmoid(z);
            bool isIn = set.Contains(c);
            loss += Math.Max(isIn ? -z : z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
            _calibration.Add(p, isIn);
            if (p >= decision!.ThresholdOf(c))
                _said.Add(c);
        }
        bool isRight = _confusion.Add(set, CollectionsMarshal.AsSpan(_said));
        _answered++;
        _answeredRight += isRight ? 1 : 0;
        _loss += loss / classes;
        return new RowScore(
            predicted, ModelProbabilities.Sigmoid(logits[predicted] / temperature), loss / classes, isRight);
    }
}
