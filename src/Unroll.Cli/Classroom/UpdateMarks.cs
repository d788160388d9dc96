namespace Unroll.Cli.Classroom;

/// <summary>
/// The third part of the rubric: a mark for each parameter whose change after the first and after the second sentence is the learning
/// rate times its gradient, downhill. Half a mark where one mistake that can be named explains the change; none where it takes two, or where
/// nothing changed.
/// </summary>
internal sealed class UpdateMarks
{
    private static readonly int[] All = [.. Enumerable.Range(0, LabParameters.Names.Length)];

    private readonly SgdSteps _steps;
    private readonly SheetMarks _marks;
    private readonly double _rate;
    private readonly string _rateText;

    private UpdateMarks(SgdSteps steps, double? setRate, SheetMarks marks)
    {
        _steps = steps;
        _marks = marks;
        _rate = FindRate(steps, setRate);
        _rateText = Wording.Number(_rate);
        marks.LearningRate = _rate;
        if (steps.IsOneStepForBoth)
            Say("one step is taken for both sentences together; the exercise takes one after each");
        if (setRate is { } set && Math.Abs(set - _rate) > 1e-3 * set)
            Say($"the steps show a learning rate of {_rateText}, the sheet sets {Wording.Number(set)}");
    }

    /// <summary>Marks the steps.</summary>
    /// <param name="steps">The sheet's.</param>
    /// <param name="setRate">The learning rate that the sheet sets, if it says one.</param>
    /// <param name="marks">Where the marks go.</param>
    public static void Give(SgdSteps steps, double? setRate, SheetMarks marks)
    {
        if (All.All(steps.IsUnchanged))
            marks.Say(Criterion.Update, "no parameter changed: back-propagation and parameter -= learning rate × gradient are to do (TODO 4)");
        else
            new UpdateMarks(steps, setRate, marks).Give();
    }

    // The rate that is set, if any parameter follows it; else the one that explains most parameters.
    private static double FindRate(SgdSteps steps, double? setRate)
    {
        BackwardMistakes[] simple = [.. BackwardMistakes.All.Where(mistakes => mistakes.Count <= 1)];
        if (setRate is > 0 && Score(setRate.Value) > 0)
            return setRate.Value;
        double[] candidates = [.. All.SelectMany(p => simple.Select(mistakes => steps.RateOf(p, mistakes))).OfType<double>().Distinct().Take(200)];
        return candidates.Length == 0 ? setRate ?? LabExercise.LearningRate : candidates.MaxBy(Score);

        int Score(double rate) => All.Count(p => !steps.IsUnchanged(p) && simple.Any(mistakes => steps.Explains(p, mistakes, rate)));
    }

    private void Give()
    {
        int[] wrong = [.. All.Where(p => !_steps.Explains(p, default, _rate))];
        _marks[Criterion.Update] = All.Length - wrong.Length;
        int[] unchanged = [.. wrong.Where(_steps.IsUnchanged)];
        var named = new Dictionary<BackwardMistakes, List<int>>();
        var unnamed = new List<int>();
        foreach (int p in wrong.Except(unchanged))
        {
            if (Explanation(p, wrong) is { } mistakes)
                (named.TryGetValue(mistakes, out List<int>? members) ? members : named[mistakes] = []).Add(p);
            else
                unnamed.Add(p);
        }
        foreach ((BackwardMistakes mistakes, List<int> members) in named)
        {
            _marks[Criterion.Update] += mistakes.Count == 1 ? members.Count / 2.0 : 0;
            foreach (string text in mistakes.Describe(Names(members), _rateText))
                Say(text);
        }
        if (unchanged.Length > 0)
            SayUnchanged(unchanged);
        var scaled = unnamed.ToLookup(OtherRates);
        foreach (IGrouping<string?, int> group in scaled.Where(group => group.Key is not null))
        {
            _marks[Criterion.Update] += group.Count() / 2.0;
            Say($"{Names([.. group])} changed by {group.Key}");
        }
        foreach (int p in scaled[null])
            SayUnnamed(p);
    }

    // The simplest, and of those the one that explains most of the others too.
    private BackwardMistakes? Explanation(int p, int[] wrong)
    {
        BackwardMistakes[] fitting = [.. BackwardMistakes.All.Where(mistakes => _steps.Explains(p, mistakes, _rate))];
        return fitting.Length == 0
            ? null
            : fitting.Where(mistakes => mistakes.Count == fitting[0].Count)
                .MaxBy(mistakes => wrong.Count(other => _steps.Explains(other, mistakes, _rate)));
    }

    private void SayUnchanged(int[] unchanged)
    {
        if (unchanged is [3, 4])
            Say($"the output layer is frozen, W_out and b_out did not change: W_out -= {_rateText} × dy s_Tᵀ, b_out -= {_rateText} × dy");
        else
            Say($"{Names(unchanged)} did not change: " + string.Join(", ", unchanged.Select(p => $"{LabParameters.Names[p]} -= {_rateText} × d{LabParameters.Names[p]}")));
    }

    // Steps along the gradient, but not at the learning rate.
    private string? OtherRates(int p)
    {
        if (_steps.RatesOf(p) is not { } rates)
            return null;
        string[] texts = [.. rates.Select(Wording.Number).Distinct()];
        return texts.Length == 1
            ? $"{texts[0]} × the gradient, expected {_rateText} ×"
            : $"{texts[0]} × the gradient at the first sentence and {texts[1]} × at the second: every step has the same learning rate";
    }

    private void SayUnnamed(int p)
    {
        string name = LabParameters.Names[p];
        if (_steps.IsFirstRight(p, _rate))
            _marks[Criterion.Update] += 0.5;
        (int sentence, int row, int column, double found, double expected) = _steps.LargestDifference(p, _rate);
        Say(
            $"{name} changed at sentence {sentence} by something other than {_rateText} × its gradient: row {row + 1}, column {column + 1} by {Wording.Number(found)}, expected {Wording.Number(expected)}");
    }

    private void Say(string text) => _marks.Say(Criterion.Update, text);

    private static string Names(IReadOnlyList<int> members) => Wording.Join([.. members.Select(p => LabParameters.Names[p])]);
}
