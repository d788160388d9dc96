namespace Unroll.Cli.Classroom;

/// <summary>Marks what a sheet reported: everything is recomputed from the sheet's own parameters, whatever their size and values.</summary>
internal static class Rubric
{
    private const double TwiceTolerance = 1e-5;

    /// <summary>Gives all marks that the trace allows, also of a sheet that did not come to its end.</summary>
    public static void Mark(SheetTrace trace, SheetMarks marks)
    {
        if (trace.Parameters("initial") is not { } initial)
        {
            marks.Stop(SheetStatus.NoTrace, "it reported nothing: keep the lines of the sheet that begin with Report, and the class Report");
            return;
        }
        ParameterMarks shapes = ParameterMarks.Give(trace, initial, marks);
        LabParameters? before = shapes.Turn(initial);
        LabParameters? afterFirst = shapes.Turn(trace.Parameters("update 1"));
        LabParameters? afterSecond = shapes.Turn(trace.Parameters("update 2"));

        var passes = new List<(LabParameters Parameters, ReportedPass Pass)>();
        if (before is not null && trace.Pass(1) is { } first)
            passes.Add((before, first));
        if (afterFirst is not null && trace.Pass(2) is { } second)
            passes.Add((afterFirst, second));
        bool forwardIsRight = ForwardMarks.Give(passes, marks);

        if (before is not null && afterFirst is not null && trace.Pass(1) is not null)
        {
            var steps = new SgdSteps(
                Trained(passes[0])!, afterFirst, passes.Count > 1 ? Trained(passes[1]) : null, passes.Count > 1 ? afterSecond : null);
            UpdateMarks.Give(steps, trace.LearningRate, marks);
            if (afterSecond is null && trace.Parameters("update 2") is not null)
                marks.Say(Criterion.Update, "after the second sentence a parameter is not finite or has another shape; the first step alone is marked");
        }
        else
        {
            marks.Say(Criterion.Update, trace.Parameters("update 1") is null
                ? "no update was reported"
                : "the update cannot be recomputed: a parameter has the wrong shape or is not finite before or after the first sentence");
        }
        SayLoss(trace, passes, marks);
        PredictionMarks.Give(trace, before, shapes.Turn(trace.Parameters("final")), forwardIsRight, marks);
        if (marks.Total == 0 && initial.All(table => table is { Length: 0 }))
            marks.SayOnly(SheetStatus.Untouched, "not begun: to do are 1 parameters, 2 hidden state update, 3 output layer, 4 back-propagation and SGD, 5 the test");
    }

    private static TrainedSentence Trained((LabParameters Parameters, ReportedPass Pass) each) => new(
        each.Parameters, each.Pass.Words, each.Pass.Label,
        ForwardMarks.Usable(each.Pass, each.Parameters.Hidden) ?? LabNetwork.Forward(each.Parameters, each.Pass.Words));

    // The loss has no marks of its own; it tells where a softmax was taken twice.
    private static void SayLoss(SheetTrace trace, List<(LabParameters Parameters, ReportedPass Pass)> passes, SheetMarks marks)
    {
        int notFinite = Array.FindIndex(trace.LossHistory, loss => !double.IsFinite(loss));
        if (notFinite >= 0)
            marks.Say(Criterion.Update, $"the loss of epoch {notFinite + 1} is not finite: the learning rate is too large, or the step goes uphill");
        if (passes.Count == 0 || ForwardMarks.Usable(passes[0].Pass, passes[0].Parameters.Hidden) is not { } pass)
            return;
        (double found, int label) = (passes[0].Pass.Loss, passes[0].Pass.Label);
        double expected = LabNetwork.Loss(pass.Logits, label);
        if (Math.Abs(found - expected) <= TwiceTolerance * Math.Max(1, expected))
            return;
        if (Math.Abs(found - LabNetwork.Loss(LabNetwork.Softmax(pass.Logits), label)) > TwiceTolerance)
            marks.Say(Criterion.Update, $"the loss of the first sentence is {Wording.Number(found)}, expected {Wording.Number(expected)} = -log p of the right label");
        else if (!marks.Remarks.Any(remark => remark.Text.Contains("taken twice", StringComparison.Ordinal)))
            marks.Say(Criterion.Update, "the loss is that of softmax taken twice: p = softmax(y), once");
    }
}
