using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>
/// The third part of the rubric: one mark for each parameter that moves downhill by the learning rate times its gradient, after
/// the first sentence and after the second. Half a mark if one mistake that has a name explains the change; no mark if it takes
/// two mistakes, or if nothing changed.
/// </summary>
internal sealed class UpdateGrader
{
    private const int MostRates = 200;

    private static readonly int[] All = [.. Enumerable.Range(0, LabParameters.Count)];

    private readonly SgdSteps _steps;
    private readonly SheetScore _score;
    private readonly double _rate;
    private readonly string _rateText;

    private UpdateGrader(SgdSteps steps, double? setRate, SheetScore score)
    {
        _steps = steps;
        _score = score;
        _rate = FindRate(steps, setRate);
        _rateText = Wording.Number(_rate);
        score.LearningRate = _rate;
        if (steps.IsOneStepForBoth)
            AddRemark("one step is taken for both sentences together; the exercise takes one after each");
        if (setRate is { } set && Math.Abs(set - _rate) > 1e-3 * set)
            AddRemark($"the steps show a learning rate of {_rateText}, the sheet sets {Wording.Number(set)}");
    }

    /// <summary>Marks the steps.</summary>
    /// <param name="steps">The sheet's steps.</param>
    /// <param name="setRate">The learning rate that the sheet sets, if it was reported.</param>
    /// <param name="score">Receives marks and remarks.</param>
    public static void Grade(SgdSteps steps, double? setRate, SheetScore score)
    {
        if (All.All(steps.IsUnchanged))
        {
            score.AddRemark(
                Criterion.Update,
                "no parameter changed: back-propagation and parameter -= learning rate × gradient are to do (TODO 4)");
            return;
        }
        new UpdateGrader(steps, setRate, score).Grade();
    }

    // The learning rate that the sheet sets, if any parameter follows it; else the one that explains most parameters.
    private static double FindRate(SgdSteps steps, double? setRate)
    {
        BackwardMistakes[] simple = [.. BackwardMistakes.All.Where(mistakes => mistakes.Count <= 1)];
        if (setRate is > 0 && Explained(setRate.Value) > 0)
            return setRate.Value;
        IEnumerable<double?> rates = All.SelectMany(p => simple.Select(mistakes => steps.RateOf(p, mistakes)));
        double[] candidates = [.. rates.OfType<double>().Distinct().Take(MostRates)];
        return candidates.Length == 0 ? setRate ?? LabExercise.LearningRate : candidates.MaxBy(Explained);

        int Explained(double rate) => All.Count(p => !steps.IsUnchanged(p) && IsExplained(p, rate));
        bool IsExplained(int p, double rate) => simple.Any(mistakes => steps.Explains(p, mistakes, rate));
    }

    private void Grade()
    {
        int[] wrong = [.. All.Where(p => !_steps.Explains(p, default, _rate))];
        int[] unchanged = [.. wrong.Where(_steps.IsUnchanged)];
        _score[Criterion.Update] = All.Length - wrong.Length;
        List<int> unexplained = GradeExplained([.. wrong.Except(unchanged)], wrong);
        if (unchanged.Length > 0)
            AddUnchanged(unchanged);
        GradeUnexplained(unexplained);
    }

    // Parameters with the same mistakes share a remark. Returns the parameters that no mistake explains.
    private List<int> GradeExplained(int[] changed, int[] wrong)
    {
        var groups = new Dictionary<BackwardMistakes, List<int>>();
        var unexplained = new List<int>();
        foreach (int p in changed)
        {
            if (Explanation(p, wrong) is { } mistakes)
                (groups.TryGetValue(mistakes, out List<int>? members) ? members : groups[mistakes] = []).Add(p);
            else
                unexplained.Add(p);
        }
        foreach ((BackwardMistakes mistakes, List<int> members) in groups)
        {
            if (mistakes.Count == 1)
                _score[Criterion.Update] += members.Count / 2.0;
            foreach (string text in mistakes.Describe(Names(members), _rateText))
                AddRemark(text);
        }
        return unexplained;
    }

    // The fewest mistakes that explain a parameter; among equals, those that explain most of the other wrong parameters too.
    private BackwardMistakes? Explanation(int p, int[] wrong)
    {
        BackwardMistakes[] fitting = [.. BackwardMistakes.All.Where(mistakes => _steps.Explains(p, mistakes, _rate))];
        if (fitting.Length == 0)
            return null;
        return fitting.Where(mistakes => mistakes.Count == fitting[0].Count).MaxBy(Explained);

        int Explained(BackwardMistakes mistakes) => wrong.Count(other => _steps.Explains(other, mistakes, _rate));
    }

    private void AddUnchanged(int[] unchanged)
    {
        if (unchanged is [3, 4])
        {
            AddRemark(
                "the output layer is frozen, W_out and b_out did not change: "
                + $"W_out -= {_rateText} × dy s_Tᵀ, b_out -= {_rateText} × dy");
            return;
        }
        IEnumerable<string> names = unchanged.Select(p => LabParameters.Names[p]);
        string updates = string.Join(", ", names.Select(name => $"{name} -= {_rateText} × d{name}"));
        AddRemark($"{Names(unchanged)} did not change: {updates}");
    }

    private void GradeUnexplained(List<int> unexplained)
    {
        ILookup<string?, int> byRates = unexplained.ToLookup(DescribeOtherRates);
        foreach (IGrouping<string?, int> group in byRates.Where(group => group.Key is not null))
        {
            _score[Criterion.Update] += group.Count() / 2.0;
            AddRemark($"{Names([.. group])} changed by {group.Key}");
        }
        foreach (int p in byRates[null])
            GradeOtherChange(p);
    }

    // Describes steps along the gradient at other learning rates; null if the steps are not along the gradient.
    private string? DescribeOtherRates(int p)
    {
        if (_steps.RatesOf(p) is not { } rates)
            return null;
        string[] texts = [.. rates.Select(Wording.Number).Distinct()];
        return texts.Length == 1
            ? $"{texts[0]} × the gradient, expected {_rateText} ×"
            : $"{texts[0]} × the gradient at the first sentence and {texts[1]} × at the second: "
                + "every step has the same learning rate";
    }

    private void GradeOtherChange(int p)
    {
        if (_steps.IsFirstRight(p, _rate))
            _score[Criterion.Update] += 0.5;
        (int sentence, int row, int column, double found, double expected) = _steps.LargestDifference(p, _rate);
        AddRemark(
            $"{LabParameters.Names[p]} changed at sentence {sentence} by something other than {_rateText} × its gradient: "
            + $"row {row + 1}, column {column + 1} by {Wording.Number(found)}, expected {Wording.Number(expected)}");
    }

    private void AddRemark(string text) => _score.AddRemark(Criterion.Update, text);

    private static string Names(IReadOnlyList<int> members) => Wording.Join([.. members.Select(p => LabParameters.Names[p])]);
}
