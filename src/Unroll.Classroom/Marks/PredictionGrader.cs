using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;
using Unroll.Data;

namespace Unroll.Classroom.Marks;

/// <summary>
/// The last part of the rubric: two and a half marks for each test sentence whose prediction is right and is also what the
/// trained parameters give. If the forward pass is wrong, it has cost marks already and the predictions are taken as they are.
/// </summary>
internal static class PredictionGrader
{
    private const double SentenceMarks = 2.5;

    /// <summary>Marks the predictions.</summary>
    /// <param name="trace">What the sheet reported.</param>
    /// <param name="initial">The initial parameters, if they are valid.</param>
    /// <param name="final">The final parameters, if they are valid.</param>
    /// <param name="isForwardRight">Whether the sheet's forward pass has all its marks.</param>
    /// <param name="score">Receives marks and remarks.</param>
    public static void Grade(
        SheetTrace trace, LabParameters? initial, LabParameters? final, bool isForwardRight, SheetScore score)
    {
        bool isTrained = initial is null || final is null || IsChanged(trace);
        if (!isTrained)
            score.AddRemark(Criterion.Prediction, "the final parameters are the initial ones: nothing was learnt");
        foreach (string sentence in LabExercise.TestSentences)
        {
            int[] words = LabExercise.WordIds(sentence);
            int? computed = final is null || !isForwardRight ? null : Larger(LabNetwork.Forward(final, words).Logits);
            int[] predictions = [.. trace.Tests.Where(test => test.Words.SequenceEqual(words)).Select(test => test.Prediction)];
            string? problem = Problem(predictions, LabelOf(sentence), computed);
            if (problem is null && final is null && isForwardRight)
            {
                string parameters = trace.Final is null ? "were not reported" : "are not finite numbers in their shapes";
                problem = $"→ {predictions[0]}, but the final parameters {parameters}";
            }
            if (problem is not null)
                score.AddRemark(Criterion.Prediction, $"\"{sentence}\" {problem}");
            else if (isTrained)
                score[Criterion.Prediction] += SentenceMarks;
        }
    }

    private static bool IsChanged(SheetTrace trace) =>
        trace.Initial!.Zip(trace.Final!).Any(pair => !pair.First!.Cast<double>().SequenceEqual(pair.Second!.Cast<double>()));

    // What is wrong with a prediction; null if nothing is.
    private static string? Problem(int[] predictions, int label, int? computed)
    {
        if (predictions.Length == 0)
            return "was not tested";
        int prediction = predictions[0];
        if (prediction < 0)
            return "has no prediction yet (TODO 5)";
        if (prediction != label && computed == label)
            return $"→ {prediction}, but the final parameters give {label}: the larger logit decides";
        if (prediction != label)
            return $"→ {prediction}, expected {label}";
        if (computed is { } other && other != label)
            return $"→ {prediction}, but the final parameters give {other}: predict with the network";
        return null;
    }

    private static int LabelOf(string sentence)
    {
        LabelledText sample = LabExercise.Samples.Single(sample => sample.Text == sentence);
        return LabExercise.LabelOf(sample);
    }

    private static int Larger(double[] logits) => logits[1] > logits[0] ? 1 : 0;
}
