using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// The loss, which is given in the sheet: half a mark of the update is lost where it is wrong and no other mark was lost for the
/// reason. A loss that is not finite gets a remark.
/// </summary>
internal static class LossGrader
{
    private const double Tolerance = 1e-5;
    private const double Cost = 0.5;

    private static readonly (Func<double[], int, double> Loss, string Text)[] Mistakes =
    [
        ((p, label) => Math.Log(p[label]), "log p without its minus: -log p of the right label"),
        ((p, label) => -Math.Log2(p[label]), "a logarithm to base 2: it is the natural one, -log p of the right label"),
        ((p, label) => -Math.Log10(p[label]), "a logarithm to base 10: it is the natural one, -log p of the right label"),
        ((p, label) => -Math.Log(p[1 - label]), "-log p of the other label: it is that of the right one"),
        ((p, label) => 1 - p[label], "1 - p: it is -log p of the right label"),
        ((p, label) => p.Select((value, k) => Square(value - (k == label ? 1 : 0))).Sum(), SquaredText),
        ((p, label) => p.Select((value, k) => Square(value - (k == label ? 1 : 0))).Sum() / 2, SquaredText),
        ((p, label) => -Math.Log(p[label]) / 2, "half of -log p of the right label"),
    ];

    private const string SquaredText = "the squared error of p: it is -log p of the right label";

    /// <summary>Holds the loss of each sentence to its logits.</summary>
    /// <param name="trace">What the sheet reported.</param>
    /// <param name="sentences">The sentences of the training.</param>
    /// <param name="score">Receives marks and remarks.</param>
    public static void Grade(SheetTrace trace, IReadOnlyList<ReportedSentence> sentences, SheetScore score)
    {
        int notFinite = Array.FindIndex(trace.LossHistory, loss => !double.IsFinite(loss));
        if (notFinite >= 0)
        {
            score.AddRemark(
                Criterion.Update,
                $"the loss of epoch {notFinite + 1} is not finite: the learning rate is too large, or the step goes uphill");
        }
        ReportedSentence[] valid = [.. sentences.Where(sentence => sentence.Pass is not null)];
        if (valid.FirstOrDefault(sentence => !IsNear(sentence, RightLoss(sentence))) is not { } wrong)
            return;
        bool isTold = score.Remarks.Any(remark =>
            remark.Criterion is Criterion.Forward or Criterion.Update
            && (remark.Text.Contains("taken twice", StringComparison.Ordinal)
                || remark.Text.Contains("softmax", StringComparison.Ordinal)
                || remark.Text.Contains("p were", StringComparison.Ordinal)
                || remark.Text.Contains("the label were swapped", StringComparison.Ordinal)
                || remark.Text.Contains("squared error", StringComparison.Ordinal)));
        if (isTold)
            return;
        bool isElseRight = score[Criterion.Forward] == 5 && score[Criterion.Update] == 5;
        if (isElseRight)
            score[Criterion.Update] -= Cost;
        score.AddRemark(Criterion.Update, Describe(wrong, valid));
    }

    private static string Describe(ReportedSentence wrong, ReportedSentence[] sentences)
    {
        if (sentences.All(sentence => IsNear(sentence, LossOf(LabNetwork.Softmax(sentence.Pass!.Logits), sentence))))
            return "the loss is that of softmax taken twice: p = softmax(y), once";
        foreach ((Func<double[], int, double> loss, string text) in Mistakes)
        {
            if (sentences.All(sentence => IsNear(sentence, loss(LabNetwork.Softmax(sentence.Pass!.Logits), Label(sentence)))))
                return $"the loss is {text}";
        }
        string which = wrong.Number == 1 ? "the first sentence" : $"sentence {wrong.Number} of the training";
        return $"the loss of {which} is {Wording.Number(wrong.Reported.Loss)}, "
            + $"expected {Wording.Number(RightLoss(wrong))} = -log p of the right label";
    }

    private static bool IsNear(ReportedSentence sentence, double expected) =>
        Math.Abs(sentence.Reported.Loss - expected) <= Tolerance * Math.Max(1, Math.Abs(expected))
        || (!double.IsFinite(sentence.Reported.Loss) && expected > 30);

    private static double RightLoss(ReportedSentence sentence) => LossOf(sentence.Pass!.Logits, sentence);

    private static double LossOf(double[] logits, ReportedSentence sentence) => LabNetwork.Loss(logits, Label(sentence));

    private static int Label(ReportedSentence sentence) => sentence.Reported.Label;

    private static double Square(double value) => value * value;
}
