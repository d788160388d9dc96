using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>What a sheet's forward pass is, as far as it could be told.</summary>
/// <param name="Own">The forward pass with its mistakes; null if no mistake explains it.</param>
/// <param name="IsRight">Whether it is the exercise's.</param>
internal readonly record struct ForwardDiagnosis(OwnForward? Own, bool IsRight);

/// <summary>
/// The second part of the rubric: three marks for the hidden states and two for the logits, half of them for one mistake that has
/// a name. Each value of every sentence of every epoch is recomputed from the sheet's own parameters and the values before it, so
/// that one mistake costs once. A mistake is named if it, and nothing simpler, explains all numbers to rounding.
/// </summary>
internal sealed class ForwardGrader
{
    private const double StateMarks = 3;
    private const double LogitMarks = 2;

    private readonly ReportedSentence[] _sentences;
    private readonly SheetScore _score;
    private readonly Tolerance _tolerance;

    private ForwardGrader(ReportedSentence[] sentences, SheetScore score)
    {
        _sentences = sentences;
        _score = score;
        IEnumerable<double> states = sentences.Take(4).SelectMany(sentence => sentence.Pass!.States.SelectMany(state => state));
        Tolerance ofParameters = Tolerance.For(sentences[^1].Parameters);
        _tolerance = ofParameters.IsFloat ? ofParameters : Tolerance.For(states);
    }

    /// <summary>Marks the training sentences.</summary>
    /// <param name="sentences">In the order in which they were read.</param>
    /// <param name="score">Receives marks and remarks.</param>
    public static ForwardDiagnosis Grade(IReadOnlyList<ReportedSentence> sentences, SheetScore score)
    {
        if (sentences.Count == 0)
        {
            score.AddRemark(Criterion.Forward, "no hidden state was reported that its parameters could be held to");
            return default;
        }
        if (sentences.Take(2).FirstOrDefault(sentence => sentence.Pass is null) is { } wrong)
        {
            score.AddRemark(Criterion.Forward, WrongShapes(wrong));
            return default;
        }
        // What is not finite later on is told by the loss.
        ReportedSentence[] valid = [.. sentences.TakeWhile(sentence => sentence.Pass is not null)];
        return new ForwardGrader(valid, score).Grade();
    }

    private ForwardDiagnosis Grade()
    {
        (double stateMarks, ForwardMistakes? states) = GradeStates();
        (double logitMarks, LogitMistakes? logits) = GradeLogits();
        _score[Criterion.Forward] = stateMarks + logitMarks;
        OwnForward? own = states is { } s && logits is { } l ? new OwnForward(s, l) : null;
        return new ForwardDiagnosis(own, stateMarks + logitMarks == StateMarks + LogitMarks);
    }

    private static string WrongShapes(ReportedSentence sentence)
    {
        ReportedPass reported = sentence.Reported;
        string found = reported.States is { } s ? $"{s.GetLength(0)} × {s.GetLength(1)}" : "no table";
        return $"hidden states are {found}, logits {reported.Logits.Length} numbers; expected s_0 … s_T, "
            + $"{reported.Words.Length + 1} × {sentence.Parameters.Hidden}, and {LabParameters.Classes} finite logits";
    }

    private (double Marks, ForwardMistakes? Mistakes) GradeStates()
    {
        bool isAllZero = _sentences.All(sentence => sentence.Pass!.States.All(state => state.All(value => value == 0)));
        // With parameters that are zero, so are the states.
        if (isAllZero && FirstDifference(default, _tolerance.AreEqual) is null)
            return (StateMarks, default(ForwardMistakes));
        if (isAllZero)
            return (Remark("hidden states are all zero: s_t = tanh(W s_(t-1) + U x_t + b) is to do (TODO 2)"), null);
        bool isCarried = _sentences.Skip(1).Any(sentence => IsCarriedOver(sentence));
        if (_sentences.Any(sentence => sentence.Pass!.States[0].Any(value => value != 0)) && !isCarried)
            return GradeWrongStart();
        ForwardMistakes[] fitting = Fitting(isCarried);
        if (fitting.Length == 0 && FirstDifference(default, Tolerance.AreClose) is null)
            fitting = [default];
        if (fitting.Length == 0)
            return (RemarkFirstDifference(), null);
        if (fitting[0].Count > 0)
            Describe(fitting.Select(mistakes => mistakes.Describe()));
        double marks = fitting[0].Count switch { 0 => StateMarks, 1 => StateMarks / 2, _ => 0 };
        return (marks, fitting[0]);
    }

    // The fewest mistakes that explain every state.
    private ForwardMistakes[] Fitting(bool isCarried)
    {
        var fitting = new List<ForwardMistakes>();
        foreach (ForwardMistakes mistakes in ForwardMistakes.All)
        {
            if (fitting.Count > 0 && mistakes.Count > fitting[0].Count)
                break;
            // Where s_0 shows what was carried over, that is one of the mistakes.
            if (isCarried && mistakes.Start != StartMistake.CarriedOver)
                continue;
            if (FirstDifference(mistakes, _tolerance.AreEqual) is null)
                fitting.Add(mistakes);
        }
        // With two units, H times is twice.
        if (fitting.Any(mistakes => mistakes.Bias == BiasMistake.Twice))
            fitting.RemoveAll(mistakes => mistakes.Bias == BiasMistake.InInnerLoop);
        if (fitting.Any(mistakes => mistakes.Input == InputMistake.Twice))
            fitting.RemoveAll(mistakes => mistakes.Input == InputMistake.InInnerLoop);
        return [.. fitting];
    }

    private double RemarkFirstDifference()
    {
        (int number, int t, int unit, double found, double expected) = FirstDifference(default, _tolerance.AreEqual)!.Value;
        string where = number == 1 ? "" : $" of sentence {number} of the training";
        return Remark(
            $"s_{t}{where} has {Wording.Number(found)} in unit {unit + 1}, expected {Wording.Number(expected)} "
            + $"= tanh(W s_{t - 1} + U x_{t} + b) from the sheet's own parameters");
    }

    // s_0 is not zero: one array for all steps, or another start.
    private (double Marks, ForwardMistakes? Mistakes) GradeWrongStart()
    {
        if (_sentences.All(sentence => IsOneArray(sentence.Pass!.States)) && _sentences.All(HasRightEnd))
        {
            Remark(
                "the state is overwritten in place: s_0 … s_T are one array, which holds s_T in the end; "
                + "give every step an array of its own");
            return (StateMarks / 2, null);
        }
        Remark("s_0 is not zero: the state before the first word has no part of any sentence");
        bool isElseRight = FirstDifference(default, _tolerance.AreEqual) is null;
        return (isElseRight ? StateMarks / 2 : 0, isElseRight ? default(ForwardMistakes) : null);
    }

    private static bool IsOneArray(double[][] states) => states.All(state => state.SequenceEqual(states[^1]));

    private bool HasRightEnd(ReportedSentence sentence)
    {
        RecurrenceMistake[] inPlace =
            [RecurrenceMistake.Correct, RecurrenceMistake.Overwritten, RecurrenceMistake.OverwrittenBackwards];
        double[]?[] starts = [null, sentence.Last];
        return inPlace.Any(recurrence => starts.Any(start =>
        {
            var own = new OwnForward(new ForwardMistakes(recurrence));
            double[] end = LabNetwork.Forward(sentence.Parameters, sentence.Reported.Words, own, start).States[^1];
            return end.Zip(sentence.Pass!.States[^1]).All(pair => _tolerance.AreEqual(pair.Second, pair.First));
        }));
    }

    private static bool IsCarriedOver(ReportedSentence sentence) =>
        sentence.Last is { } last && sentence.Pass!.States[0].SequenceEqual(last) && last.Any(value => value != 0)
        && !IsOneArray(sentence.Pass.States);

    private (int Number, int Step, int Unit, double Found, double Expected)? FirstDifference(
        ForwardMistakes mistakes, Func<double, double, bool> areEqual)
    {
        foreach (ReportedSentence sentence in _sentences)
        {
            double[][] s = sentence.Pass!.States;
            if (mistakes.Start == StartMistake.CarriedOver && sentence.Last is { } last)
                s = [last, .. s.Skip(1)];
            for (int t = 1; t < s.Length; t++)
            {
                double[] expected = LabNetwork.NextState(sentence.Parameters, s, sentence.Reported.Words, t, mistakes);
                for (int i = 0; i < expected.Length; i++)
                {
                    if (!areEqual(s[t][i], expected[i]))
                        return (sentence.Number, t, i, s[t][i], expected[i]);
                }
            }
        }
        return null;
    }

    private (double Marks, LogitMistakes? Mistakes) GradeLogits()
    {
        var fitting = new List<LogitMistakes>();
        foreach (LogitMistakes mistakes in LogitMistakes.All)
        {
            if (fitting.Count > 0 && mistakes.Count > fitting[0].Count)
                break;
            if (FirstWrongLogits(mistakes, _tolerance.AreEqual) is null)
                fitting.Add(mistakes);
        }
        if (fitting.Any(mistakes => mistakes.Bias == OutputBiasMistake.Twice))
            fitting.RemoveAll(mistakes => mistakes.Bias == OutputBiasMistake.InInnerLoop);
        if (fitting is [{ Count: 0 }, ..])
            return (LogitMarks, default(LogitMistakes));
        if (_sentences.All(sentence => sentence.Pass!.Logits.All(value => value == 0)))
            return (Remark("logits are all zero: y = W_out s_T + b_out is to do (TODO 3)"), null);
        if (fitting.Count == 0 && FirstWrongLogits(default, Tolerance.AreClose) is null)
            return (LogitMarks, default(LogitMistakes));
        if (fitting.Count > 0)
        {
            Describe(fitting.Select(mistakes => mistakes.Describe()));
            return (fitting[0].Count == 1 ? LogitMarks / 2 : 0, fitting[0]);
        }
        ReportedSentence different = FirstWrongLogits(default, _tolerance.AreEqual)!;
        string found = string.Join(", ", different.Reported.Logits.Select(Wording.Number));
        double[] right = LabNetwork.Logits(different.Parameters, different.Pass!.States);
        string expected = string.Join(", ", right.Select(Wording.Number));
        string where = different.Number == 1 ? "" : $" of sentence {different.Number} of the training";
        return (Remark($"logits{where} are {found}, expected {expected} = W_out s_T + b_out from the sheet's own values"), null);
    }

    // The first sentence whose logits are not what the mistakes make of its last state.
    private ReportedSentence? FirstWrongLogits(LogitMistakes mistakes, Func<double, double, bool> areEqual) =>
        _sentences.FirstOrDefault(sentence =>
        {
            double[] expected = LabNetwork.Logits(sentence.Parameters, sentence.Pass!.States, mistakes);
            return !expected.Zip(sentence.Pass.Logits).All(pair => areEqual(pair.Second, pair.First));
        });

    // Where several mistakes explain the same numbers, none of them is said for certain.
    private void Describe(IEnumerable<IEnumerable<string>> candidates)
    {
        string[][] distinct = [.. candidates.Select(texts => texts.ToArray()).DistinctBy(texts => string.Concat(texts))];
        if (distinct.Length == 1)
        {
            foreach (string text in distinct[0])
                Remark(text);
            return;
        }
        Remark("one of these: " + string.Join("; or ", distinct.Select(texts => string.Join(" and ", texts))));
    }

    private double Remark(string remark)
    {
        _score.AddRemark(Criterion.Forward, remark);
        return 0;
    }
}
