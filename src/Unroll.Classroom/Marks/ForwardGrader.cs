using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// The second part of the rubric: three marks for the hidden states and two for the logits, half of them for one mistake that has
/// a name. Each value is recomputed from the sheet's own parameters and the values before it, so one mistake costs once.
/// </summary>
internal static class ForwardGrader
{
    private const double StateMarks = 3;
    private const double LogitMarks = 2;

    /// <summary>Marks the first training sentences.</summary>
    /// <param name="sentences">At most two.</param>
    /// <param name="score">Receives marks and remarks.</param>
    /// <returns>Whether everything is right.</returns>
    public static bool Grade(IReadOnlyList<ReportedSentence> sentences, SheetScore score)
    {
        if (sentences.Count == 0)
        {
            score.AddRemark(Criterion.Forward, "no hidden state was reported that its parameters could be held to");
            return false;
        }
        if (sentences.Any(sentence => sentence.Pass is null))
        {
            score.AddRemark(Criterion.Forward, WrongShapes(sentences[0]));
            return false;
        }
        double marks = GradeStates(sentences, score) + GradeLogits(sentences, score);
        score[Criterion.Forward] = marks;
        return marks == StateMarks + LogitMarks;
    }

    private static string WrongShapes(ReportedSentence sentence)
    {
        ReportedPass reported = sentence.Reported;
        string found = reported.States is { } s ? $"{s.GetLength(0)} × {s.GetLength(1)}" : "no table";
        return $"hidden states are {found}, logits {reported.Logits.Length} numbers; expected s_0 … s_T, "
            + $"{reported.Words.Length + 1} × {sentence.Parameters.Hidden}, and {LabParameters.Classes} finite logits";
    }

    private static double GradeStates(IReadOnlyList<ReportedSentence> sentences, SheetScore score)
    {
        double[][] states = sentences[0].Pass!.States;
        if (states.All(state => state.All(value => value == 0)))
            return Only(0, "hidden states are all zero: s_t = tanh(W s_(t-1) + U x_t + b) is to do (TODO 2)");
        if (states[0].Any(value => value != 0))
            return Only(0, "s_0 is not zero: the state before the first word has no part of any sentence");
        foreach (ForwardMistakes mistakes in ForwardMistakes.All)
        {
            if (FirstDifference(sentences, mistakes) is not null)
                continue;
            foreach (string text in mistakes.Describe())
                score.AddRemark(Criterion.Forward, text);
            return mistakes.Count == 0 ? StateMarks : mistakes.Count == 1 ? StateMarks / 2 : 0;
        }
        (int t, int unit, double found, double expected) = FirstDifference(sentences, default)!.Value;
        return Only(
            0,
            $"s_{t} has {Wording.Number(found)} in unit {unit + 1}, expected {Wording.Number(expected)} "
            + $"= tanh(W s_{t - 1} + U x_{t} + b) from the sheet's own parameters");

        double Only(double marks, string remark) => Add(score, marks, remark);
    }

    private static (int Step, int Unit, double Found, double Expected)? FirstDifference(
        IReadOnlyList<ReportedSentence> sentences, ForwardMistakes mistakes)
    {
        foreach (ReportedSentence sentence in sentences)
        {
            double[][] s = sentence.Pass!.States;
            for (int t = 1; t < s.Length; t++)
            {
                int word = sentence.Reported.Words[t - 1];
                double[] expected = LabNetwork.NextState(sentence.Parameters, s[t - 1], word, mistakes);
                for (int i = 0; i < expected.Length; i++)
                {
                    if (!Tolerance.AreClose(s[t][i], expected[i]))
                        return (t, i, s[t][i], expected[i]);
                }
            }
        }
        return null;
    }

    private static double GradeLogits(IReadOnlyList<ReportedSentence> sentences, SheetScore score)
    {
        const double Half = LogitMarks / 2;
        if (AllAre((_, right) => right))
            return LogitMarks;
        if (sentences[0].Reported.Logits.All(value => value == 0))
            return Only(0, "logits are all zero: y = W_out s_T + b_out is to do (TODO 3)");
        if (AllAre((_, right) => LabNetwork.Softmax(right)))
        {
            return Only(
                Half,
                "logits are a softmax already, and the loss takes it again: softmax taken twice; "
                + "y = W_out s_T + b_out and no more");
        }
        if (AllAre((parameters, right) => [.. right.Select((y, k) => y - parameters.OutputB[k, 0])]))
            return Only(Half, "b_out is missing: y = W_out s_T + b_out");
        if (AllAre((_, right) => [.. right.Select(Math.Tanh)]))
            return Only(Half, "logits are a tanh: y = W_out s_T + b_out and no more");
        string found = string.Join(", ", sentences[0].Reported.Logits.Select(Wording.Number));
        string expected = string.Join(", ", RightLogits(sentences[0]).Select(Wording.Number));
        return Only(0, $"logits are {found}, expected {expected} = W_out s_T + b_out from the sheet's own values");

        // Whether every sentence's logits are what a function makes of the parameters and the right logits.
        bool AllAre(Func<LabParameters, double[], double[]> expectedLogits) => sentences.All(sentence =>
        {
            double[] logits = expectedLogits(sentence.Parameters, RightLogits(sentence));
            return logits.Zip(sentence.Reported.Logits).All(pair => Tolerance.AreClose(pair.Second, pair.First));
        });

        double Only(double marks, string remark) => Add(score, marks, remark);
    }

    private static double[] RightLogits(ReportedSentence sentence) =>
        LabNetwork.Logits(sentence.Parameters, sentence.Pass!.States[^1]);

    private static double Add(SheetScore score, double marks, string remark)
    {
        score.AddRemark(Criterion.Forward, remark);
        return marks;
    }
}
