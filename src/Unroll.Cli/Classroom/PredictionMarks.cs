namespace Unroll.Cli.Classroom;

/// <summary>
/// The last part of the rubric: two and a half marks for each test sentence whose prediction is right and is what the final, trained
/// parameters give. A sheet whose forward pass is marked wrong has lost its marks there, and its predictions are taken as they are.
/// </summary>
internal static class PredictionMarks
{
    private const double OfSentence = 2.5;

    /// <summary>Marks the tests.</summary>
    public static void Give(SheetTrace trace, LabParameters? initial, LabParameters? final, bool forwardIsRight, SheetMarks marks)
    {
        bool isTrained = initial is null || final is null || trace.Parameters("initial")!.Zip(trace.Parameters("final")!).Any(
            pair => !pair.First!.Cast<double>().SequenceEqual(pair.Second!.Cast<double>()));
        if (!isTrained)
            Say("the final parameters are the initial ones: nothing was learnt");
        foreach (string sentence in LabExercise.TestSentences)
        {
            int[] words = [.. sentence.Split(' ').Select(word => Array.IndexOf(LabExercise.Words, word))];
            int label = int.Parse(LabExercise.Samples.Single(sample => sample.Text == sentence).Label, System.Globalization.CultureInfo.InvariantCulture);
            int[] predictions = [.. trace.Tests.Where(test => test.Words.SequenceEqual(words)).Select(test => test.Prediction).Take(1)];
            int? computed = final is null || !forwardIsRight ? null : Larger(LabNetwork.Forward(final, words).Logits);
            if (predictions is not [int prediction])
                Say($"\"{sentence}\" was not tested");
            else if (prediction < 0)
                Say($"\"{sentence}\" has no prediction yet (TODO 5)");
            else if (prediction != label && computed == label)
                Say($"\"{sentence}\" → {prediction}, but the final parameters give {label}: the larger logit decides");
            else if (prediction != label)
                Say($"\"{sentence}\" → {prediction}, expected {label}");
            else if (computed is { } other && other != label)
                Say($"\"{sentence}\" → {prediction}, but the final parameters give {other}: predict with the network");
            else if (final is null && forwardIsRight)
                Say($"\"{sentence}\" → {prediction}, but the final parameters {(trace.Parameters("final") is null ? "were not reported" : "are not finite numbers in their shapes")}");
            else if (isTrained)
                marks[Criterion.Prediction] += OfSentence;
        }

        void Say(string text) => marks.Say(Criterion.Prediction, text);
    }

    private static int Larger(double[] logits) => logits[1] > logits[0] ? 1 : 0;
}
