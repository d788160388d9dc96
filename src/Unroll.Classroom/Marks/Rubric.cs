using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// Marks what a sheet reported. Everything is recomputed from the sheet's own parameters, whatever their size and values.
/// </summary>
internal static class Rubric
{
    private const double LossTolerance = 1e-5;

    /// <summary>Gives all the marks that the trace allows, even if the sheet did not run to its end.</summary>
    public static void Mark(SheetTrace trace, SheetScore score)
    {
        if (trace.Initial is not { } initial)
        {
            score.SetStatus(
                SheetStatus.NoTrace,
                "it reported nothing: keep the lines of the sheet that begin with Report, and the class Report");
            return;
        }
        ParameterLayout layout = ParameterGrader.Grade(trace, initial, score);
        LabParameters? before = layout.Orient(initial);
        LabParameters? afterFirst = layout.Orient(trace.AfterFirst);
        LabParameters? afterSecond = layout.Orient(trace.AfterSecond);

        var sentences = new List<ReportedSentence>();
        if (before is not null && trace.Pass(1) is { } first)
            sentences.Add(new ReportedSentence(before, first));
        if (afterFirst is not null && trace.Pass(2) is { } second)
            sentences.Add(new ReportedSentence(afterFirst, second));
        bool isForwardRight = ForwardGrader.Grade(sentences, score);

        if (before is not null && afterFirst is not null && trace.Pass(1) is not null)
            GradeUpdate(trace, sentences, afterFirst, afterSecond, score);
        else if (trace.AfterFirst is null)
            score.AddRemark(Criterion.Update, "no update was reported");
        else
        {
            score.AddRemark(
                Criterion.Update,
                "the update cannot be recomputed: "
                + "a parameter has the wrong shape or is not finite before or after the first sentence");
        }
        CheckLoss(trace, sentences, score);
        PredictionGrader.Grade(trace, before, layout.Orient(trace.Final), isForwardRight, score);
        if (score.Total == 0 && initial.All(table => table is { Length: 0 }))
        {
            score.ClearRemarks();
            score.SetStatus(
                SheetStatus.Untouched,
                "not begun: to do are 1 parameters, 2 hidden state update, 3 output layer, "
                + "4 back-propagation and SGD, 5 the test");
        }
    }

    private static void GradeUpdate(
        SheetTrace trace,
        List<ReportedSentence> sentences,
        LabParameters afterFirst,
        LabParameters? afterSecond,
        SheetScore score)
    {
        bool hasSecond = sentences.Count > 1;
        var steps = new SgdSteps(
            sentences[0].ToTrained(), afterFirst, hasSecond ? sentences[1].ToTrained() : null, hasSecond ? afterSecond : null);
        UpdateGrader.Grade(steps, trace.LearningRate, score);
        if (afterSecond is null && trace.AfterSecond is not null)
        {
            score.AddRemark(
                Criterion.Update,
                "after the second sentence a parameter is not finite or has another shape; the first step alone is marked");
        }
    }

    // The loss has no marks of its own, but it shows where softmax was taken twice.
    private static void CheckLoss(SheetTrace trace, List<ReportedSentence> sentences, SheetScore score)
    {
        int notFinite = Array.FindIndex(trace.LossHistory, loss => !double.IsFinite(loss));
        if (notFinite >= 0)
        {
            score.AddRemark(
                Criterion.Update,
                $"the loss of epoch {notFinite + 1} is not finite: the learning rate is too large, or the step goes uphill");
        }
        if (sentences.Count == 0 || sentences[0].Pass is not { } pass)
            return;
        (double found, int label) = (sentences[0].Reported.Loss, sentences[0].Reported.Label);
        double expected = LabNetwork.Loss(pass.Logits, label);
        if (Math.Abs(found - expected) <= LossTolerance * Math.Max(1, expected))
            return;
        if (Math.Abs(found - LabNetwork.Loss(LabNetwork.Softmax(pass.Logits), label)) > LossTolerance)
        {
            score.AddRemark(
                Criterion.Update,
                $"the loss of the first sentence is {Wording.Number(found)}, "
                + $"expected {Wording.Number(expected)} = -log p of the right label");
        }
        else if (!score.Remarks.Any(remark => remark.Text.Contains("taken twice", StringComparison.Ordinal)))
        {
            score.AddRemark(Criterion.Update, "the loss is that of softmax taken twice: p = softmax(y), once");
        }
    }
}
