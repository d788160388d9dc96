using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// Marks what a sheet reported. Everything is recomputed from the sheet's own parameters, whatever their size and values.
/// </summary>
internal static class Rubric
{
    /// <summary>Gives all the marks that the trace allows, even if the sheet did not run to its end.</summary>
    /// <param name="trace">What the sheet reported.</param>
    /// <param name="score">Receives marks and remarks.</param>
    /// <param name="isAgain">Whether the sheet was run with other sentences, whose predictions have no right answer.</param>
    public static void Mark(SheetTrace trace, SheetScore score, bool isAgain = false)
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
        List<ReportedSentence> sentences = Sentences(trace, layout);
        ForwardDiagnosis forward = ForwardGrader.Grade(sentences, score);
        GradeUpdate(trace, layout, before, sentences, forward, score);
        LossGrader.Grade(trace, sentences, score);
        PredictionGrader.Grade(trace, before, layout.Orient(trace.Final), forward, sentences, score, isAgain);
        if (score.Total == 0 && initial.All(table => table is { Length: 0 }))
        {
            score.ClearRemarks();
            score.SetStatus(
                SheetStatus.Untouched,
                "not begun: to do are 1 parameters, 2 hidden state update, 3 output layer, "
                + "4 back-propagation and SGD, 5 the test");
        }
    }

    // Every sentence of every epoch whose parameters are known. Without updates, those are the first sentences alone.
    private static List<ReportedSentence> Sentences(SheetTrace trace, ParameterLayout layout)
    {
        var sentences = new List<ReportedSentence>();
        double[]? last = null;
        int number = 0;
        foreach (ReportedStep step in trace.Steps)
        {
            if (layout.Orient(step.Before) is not { } parameters)
                break;
            foreach (ReportedPass pass in step.Passes)
            {
                number++;
                var sentence = new ReportedSentence(number, parameters, pass, last);
                sentences.Add(sentence);
                last = sentence.Pass?.States[^1];
                if (trace.Updates == 0)
                    return sentences;
            }
        }
        return sentences;
    }

    private static void GradeUpdate(
        SheetTrace trace,
        ParameterLayout layout,
        LabParameters? before,
        List<ReportedSentence> sentences,
        ForwardDiagnosis forward,
        SheetScore score)
    {
        if (before is null || sentences.Count == 0)
        {
            score.AddRemark(Criterion.Update, trace.Updates == 0 ? "no update was reported" : NotRecomputed);
            return;
        }
        var steps = new List<TrainedStep>();
        int number = 0;
        foreach (ReportedStep step in trace.Steps)
        {
            if (layout.Orient(step.Before) is not { } from || layout.Orient(step.After) is not { } to)
                break;
            TrainedSentence[] trained =
                [.. sentences.Skip(number).Take(step.Passes.Count).Select(sentence => sentence.ToTrained())];
            number += step.Passes.Count;
            steps.Add(new TrainedStep(from, to, trained));
        }
        if (steps.Count == 0)
        {
            score.AddRemark(Criterion.Update, trace.Updates == 0 ? "no update was reported" : NotRecomputed);
            return;
        }
        // Of a long training, enough to see what the steps are.
        UpdateGrader.Grade(new SgdSteps(steps, forward.Own ?? default), trace.LearningRate, score);
        if (steps.Count < trace.Steps.Count(step => step.After is not null))
        {
            score.AddRemark(
                Criterion.Update,
                $"after sentence {number + 1} of the training a parameter is not finite or has another shape; "
                + "the steps before it are marked");
        }
    }

    private const string NotRecomputed =
        "the update cannot be recomputed: a parameter has the wrong shape or is not finite before or after the first sentence";
}
