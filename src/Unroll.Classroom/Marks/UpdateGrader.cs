using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>
/// The third part of the rubric: one mark for each parameter that moves downhill by the learning rate times its gradient, at
/// every step. Half a mark if one mistake that has a name explains every step, or if the first step at least is right; no mark if
/// it takes two mistakes, or if nothing changed.
/// </summary>
internal sealed class UpdateGrader
{
    private static readonly int[] All = [.. Enumerable.Range(0, LabParameters.Count)];
    private static readonly BackwardMistakes[] Single = [.. BackwardMistakes.All.Where(mistakes => mistakes.Count <= 1)];
    private static readonly BackwardMistakes[] Double = [.. BackwardMistakes.All.Where(mistakes => mistakes.Count == 2)];

    private readonly SgdSteps _steps;
    private readonly SheetScore _score;
    private readonly double _rate;
    private readonly string _rateText;
    private readonly bool _isOnlyOne;
    private readonly Dictionary<BackwardMistakes, bool[]> _explained = [];

    private UpdateGrader(SgdSteps steps, double? setRate, SheetScore score)
    {
        _steps = steps;
        _score = score;
        _isOnlyOne = IsOnlyOneSentence();
        _rate = FindRate(steps, setRate);
        _rateText = Wording.Number(_rate);
        score.LearningRate = _rate;
        if (_isOnlyOne)
        {
            AddRemark(
                $"only one sentence is trained, \"{Text(steps[0].Sentences[^1])}\": "
                + "every epoch takes one step for each of the two sentences");
        }
        else if (steps.IsOneStepForBoth)
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
        if (steps.IsUntrained)
        {
            score.AddRemark(
                Criterion.Update,
                "no parameter changed: back-propagation and parameter -= learning rate × gradient are to do (TODO 4)");
            return;
        }
        new UpdateGrader(steps, setRate, score).Grade();
    }

    // Whether the other sentence has no part in the training: it is never read, or its step changes nothing.
    private bool IsOnlyOneSentence()
    {
        if (_steps.IsOneStepForBoth)
        {
            int together = Right(StepSentences.All);
            int lastOnly = Right(StepSentences.LastOnly);
            _steps.Sentences = lastOnly > together ? StepSentences.LastOnly : StepSentences.All;
            if (lastOnly <= together)
                return false;
        }
        else if (_steps.Count < 3)
            return false;
        TrainedSentence first = _steps[0].Sentences[^1];
        return Enumerable.Range(0, _steps.Count).Select(i => _steps[i].Sentences[^1])
            .All(sentence => sentence.Label == first.Label && sentence.Words.SequenceEqual(first.Words));

        int Right(StepSentences sentences)
        {
            _steps.Sentences = sentences;
            return All.Count(p => _steps.RateOf(p, default) is { } rate && _steps.FirstWrong(p, rate) is null);
        }
    }

    // The learning rate that the sheet sets, if any parameter follows it; else the one that explains most parameters.
    private static double FindRate(SgdSteps steps, double? setRate)
    {
        bool[] changed = [.. All.Select(p => !steps.IsUnchanged(p))];
        if (setRate is > 0 && Single.Any(mistakes => Explained(mistakes, setRate.Value) > 0))
            return setRate.Value;
        (int Count, double Rate) best = (0, setRate ?? 0);
        double? first = null;
        foreach (BackwardMistakes mistakes in Single)
        {
            foreach (double rate in All.Select(p => steps.RateOf(p, mistakes)).OfType<double>().Distinct())
            {
                first ??= rate;
                int count = Explained(mistakes, rate);
                if (count > best.Count)
                    best = (count, rate);
            }
        }
        return best.Count > 0 ? best.Rate : setRate ?? first ?? LabExercise.LearningRate;

        int Explained(BackwardMistakes mistakes, double rate) =>
            steps.Explains(mistakes, rate, changed).Count(isRight => isRight);
    }

    private void Grade()
    {
        int[] wrong = [.. All.Where(p => _steps.FirstWrong(p, _rate) is not null)];
        int[] unchanged = [.. wrong.Where(_steps.IsUnchanged)];
        double full = _isOnlyOne ? 0.5 : 1;
        _score[Criterion.Update] = full * (All.Length - wrong.Length);
        List<int> open = GradeExplained([.. wrong.Except(unchanged)], wrong, Single);
        open = GradeRules(open);
        open = GradeExplained(open, wrong, Double);
        if (unchanged.Length > 0)
            AddUnchanged(unchanged);
        foreach (IGrouping<string, int> group in open.GroupBy(GradeOtherChange))
            AddRemark($"{Names([.. group])} changed {group.Key}");
    }

    // Parameters with the same mistakes share a remark. Returns the parameters that no mistake explains.
    private List<int> GradeExplained(IReadOnlyList<int> changed, int[] wrong, BackwardMistakes[] candidates)
    {
        var groups = new Dictionary<string, (BackwardMistakes[] Mistakes, List<int> Members)>();
        var unexplained = new List<int>();
        foreach (int p in changed)
        {
            BackwardMistakes[] mistakes = Explanations(p, wrong, candidates);
            if (mistakes.Length == 0)
                unexplained.Add(p);
            else if (groups.TryGetValue(Key(mistakes), out (BackwardMistakes[], List<int> Members) group))
                group.Members.Add(p);
            else
                groups[Key(mistakes)] = (mistakes, [p]);
        }
        foreach ((BackwardMistakes[] mistakes, List<int> members) in groups.Values)
        {
            if (mistakes[0].Count == 1 && !_isOnlyOne)
                _score[Criterion.Update] += members.Count / 2.0;
            string[][] texts = [.. mistakes.Select(candidate => candidate.Describe(Names(members), _rateText).ToArray())];
            if (texts.Length == 1)
                Array.ForEach(texts[0], AddRemark);
            else
                AddRemark("one of these: " + string.Join("; or ", texts.Select(text => string.Join(" and ", text))));
        }
        return unexplained;

        static string Key(BackwardMistakes[] mistakes) => string.Join(' ', mistakes);
    }

    // What explains a parameter and most of the other wrong ones too; several, if they cannot be told apart.
    private BackwardMistakes[] Explanations(int p, int[] wrong, BackwardMistakes[] candidates)
    {
        bool[] asked = [.. All.Select(wrong.Contains)];
        BackwardMistakes[] fitting = [.. candidates.Where(mistakes => mistakes.Count > 0 && Explained(mistakes)[p])];
        if (fitting.Length == 0)
            return [];
        int most = fitting.Max(mistakes => Explained(mistakes).Count(isExplained => isExplained));
        BackwardMistakes[] best = [.. fitting.Where(mistakes => Explained(mistakes).Count(isExplained => isExplained) == most)];
        // Of mistakes in the same part of the gradient, one of which is the other at this length of a sentence, the first.
        return [.. best.DistinctBy(Parts)];

        bool[] Explained(BackwardMistakes mistakes)
        {
            if (!_explained.TryGetValue(mistakes, out bool[]? explained))
                _explained[mistakes] = explained = _steps.Explains(mistakes, _rate, asked);
            return explained;
        }

        static (bool, bool, bool, bool, bool, bool, bool, bool, bool, bool) Parts(BackwardMistakes m) => (
            m.Softmax == default, m.Derivative == default, m.Propagation == default, m.TimeSteps == default, m.Outer == default,
            m.Word == default, m.Output == default, m.LoopUpdate == default, m.GoesUphill, m.Reset == default);
    }

    // What is done with a right gradient: momentum, a rate that decays, clipping. Returns the parameters that no rule explains.
    private List<int> GradeRules(List<int> open)
    {
        var gradients = _steps.Forwards
            .Select(forward => Enumerable.Range(0, _steps.Count).Select(i => _steps.Gradient(i, forward)).ToArray()).ToArray();
        ILookup<string?, int> byRule = open.ToLookup(p =>
            gradients.Select(steps => StepRules.Describe(new StepHistory(_steps, p, steps, _rate)))
                .FirstOrDefault(text => text is not null));
        foreach (IGrouping<string?, int> group in byRule.Where(group => group.Key is not null))
        {
            if (!_isOnlyOne)
                _score[Criterion.Update] += group.Count() / 2.0;
            AddRemark($"{Names([.. group])} {group.Key}");
        }
        return [.. byRule[null]];
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

    // Says what is wrong with a change that nothing explains.
    private string GradeOtherChange(int p)
    {
        int step = _steps.FirstWrong(p, _rate)!.Value;
        double[]? rates = RatesOf(p);
        if ((step > 0 || rates is not null) && !_isOnlyOne)
            _score[Criterion.Update] += 0.5;
        if (rates is not null)
        {
            return $"by {Wording.Number(rates[0])} × the gradient at the first sentence and {Wording.Number(rates[1])} × "
                + $"at the second, expected {_rateText} × at every step";
        }
        (int row, int column, double found, double expected) = _steps.LargestDifference(p, step, _rate);
        return $"at {Where(step)} by something other than {_rateText} × its gradient: "
            + $"row {row + 1}, column {column + 1} by {Wording.Number(found)}, expected {Wording.Number(expected)}";
    }

    // The rates of the first two steps, where both go along their gradients.
    private double[]? RatesOf(int p)
    {
        if (_steps.Count < 2)
            return null;
        double?[] rates = [.. Enumerable.Range(0, 2).Select(i => _steps.RateOf(p, i, _steps.Gradient(i, default)))];
        bool isWrong = rates.Any(rate => rate is null || Math.Abs(rate.Value - _rate) > 1e-5 * _rate);
        return isWrong && rates.All(rate => rate is not null) ? [.. rates.OfType<double>()] : null;
    }

    // "sentence 1", "sentence 2", and later with the epoch.
    private string Where(int step) =>
        _steps.Epoch(step) == 1 ? $"sentence {step + 1}" : $"step {step + 1}, in epoch {_steps.Epoch(step)},";

    private void AddRemark(string text) => _score.AddRemark(Criterion.Update, text);

    private static string Text(TrainedSentence sentence) =>
        string.Join(' ', sentence.Words.Select(word => LabExercise.Words[word]));

    private static string Names(IReadOnlyList<int> members) => Wording.Join([.. members.Select(p => LabParameters.Names[p])]);
}
