using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;
using Unroll.Data;

namespace Unroll.Classroom.Marks;

/// <summary>
/// The last part of the rubric: two and a half marks for each test sentence whose prediction is what the sheet's own network
/// gives in the end. That it is right too is asked only of a sheet without another mistake, for what follows from a mistake costs
/// nothing.
/// </summary>
internal sealed class PredictionGrader
{
    private const double SentenceMarks = 2.5;

    private readonly SheetTrace _trace;
    private readonly LabParameters? _final;
    private readonly ForwardDiagnosis _forward;
    private readonly IReadOnlyList<ReportedSentence> _sentences;
    private readonly SheetScore _score;

    private PredictionGrader(
        SheetTrace trace, LabParameters? final, ForwardDiagnosis forward, IReadOnlyList<ReportedSentence> sentences,
        SheetScore score)
    {
        _trace = trace;
        _final = final;
        _forward = forward;
        _sentences = sentences;
        _score = score;
    }

    /// <summary>Marks the predictions.</summary>
    /// <param name="trace">What the sheet reported.</param>
    /// <param name="initial">The initial parameters, if they are valid.</param>
    /// <param name="final">The final parameters, if they are valid.</param>
    /// <param name="forward">What the sheet's forward pass is.</param>
    /// <param name="sentences">The sentences of the training.</param>
    /// <param name="score">Receives marks and remarks.</param>
    /// <param name="isAgain">Whether the sheet was run with other sentences, whose predictions have no right answer.</param>
    public static void Grade(
        SheetTrace trace,
        LabParameters? initial,
        LabParameters? final,
        ForwardDiagnosis forward,
        IReadOnlyList<ReportedSentence> sentences,
        SheetScore score,
        bool isAgain)
    {
        var grader = new PredictionGrader(trace, final, forward, sentences, score);
        if (isAgain)
        {
            grader.GradeAgain();
            return;
        }
        bool isUntrained = initial is not null && final is not null && !IsChanged(trace);
        if (isUntrained)
            score.AddRemark(Criterion.Prediction, "the final parameters are the initial ones: nothing was learnt");
        grader.CheckLabels();
        foreach (string sentence in LabExercise.TestSentences)
            grader.Grade(sentence);
    }

    private static bool IsChanged(SheetTrace trace) =>
        trace.Initial!.Zip(trace.Final!).Any(pair => !pair.First!.Cast<double>().SequenceEqual(pair.Second!.Cast<double>()));

    // A sample with the wrong label is trained as it stands. That costs what its prediction costs.
    private void CheckLabels()
    {
        foreach (LabelledText sample in LabExercise.Samples)
        {
            int[] words = LabExercise.WordIds(sample.Text);
            int label = LabExercise.LabelOf(sample);
            ReportedSentence? read = _sentences.FirstOrDefault(sentence => sentence.Reported.Words.SequenceEqual(words));
            if (read is { } && read.Reported.Label != label)
            {
                AddRemark(
                    $"label swapped in the samples: \"{sample.Text}\" has label {label}, the sheet trains it with "
                    + $"{read.Reported.Label}");
            }
        }
    }

    private void Grade(string sentence)
    {
        int[] words = LabExercise.WordIds(sentence);
        int label = LabelOf(sentence);
        int[] predictions = [.. _trace.Tests.Where(test => test.Words.SequenceEqual(words)).Select(test => test.Prediction)];
        if (predictions.Length == 0)
        {
            AddRemark($"\"{sentence}\" was not tested");
            return;
        }
        int prediction = predictions[0];
        if (prediction < 0)
        {
            AddRemark($"\"{sentence}\" has no prediction yet (TODO 5)");
            return;
        }
        int? own = OwnPrediction(words);
        if (own is { } computed && prediction != computed)
        {
            AddRemark($"\"{sentence}\" → {prediction}, but the final parameters give {computed}: "
                + (computed == label ? "the larger logit decides" : "predict with the network"));
            return;
        }
        if (own is null && _forward.IsRight && _final is null)
        {
            string parameters = _trace.Final is null ? "were not reported" : "are not finite numbers in their shapes";
            AddRemark($"\"{sentence}\" → {prediction}, but the final parameters {parameters}");
            return;
        }
        if (prediction == label)
        {
            _score[Criterion.Prediction] += SentenceMarks;
            return;
        }
        bool follows = _score[Criterion.Parameters] + _score[Criterion.Forward] + _score[Criterion.Update] < 15;
        if (follows)
            _score[Criterion.Prediction] += SentenceMarks;
        AddRemark($"\"{sentence}\" → {prediction}, expected {label}"
            + (follows ? ": it follows from the above and costs nothing" : ""));
    }

    // With other sentences, the network's own answer is the right one.
    private void GradeAgain()
    {
        foreach ((int[] words, int prediction) in _trace.Tests.Take(LabExercise.TestSentences.Count))
        {
            if (_final is null || _forward.Own is not { States.Start: StartMistake.Correct }
                || OwnPrediction(words) is not { } own || own == prediction)
                _score[Criterion.Prediction] += SentenceMarks;
            else
                AddRemark($"a sentence → {prediction}, but the final parameters give {own}: predict with the network");
        }
    }

    // What the sheet's own network answers in the end; null if it cannot be told.
    private int? OwnPrediction(int[] words)
    {
        if (_final is not null && _forward.Own is { States.Start: StartMistake.Correct } own)
            return Larger(LabNetwork.Forward(_final, words, own).Logits);
        ReportedSentence? last = _sentences.LastOrDefault(sentence => sentence.Reported.Words.SequenceEqual(words));
        return _final is not null && last?.Pass is { } pass ? Larger(pass.Logits) : null;
    }

    private void AddRemark(string text) => _score.AddRemark(Criterion.Prediction, text);

    private static int LabelOf(string sentence)
    {
        LabelledText sample = LabExercise.Samples.Single(sample => sample.Text == sentence);
        return LabExercise.LabelOf(sample);
    }

    // Of logits that are equal but for rounding, either is the larger.
    private static int? Larger(double[] logits) =>
        Math.Abs(logits[1] - logits[0]) < 1e-9 ? null : logits[1] > logits[0] ? 1 : 0;
}
