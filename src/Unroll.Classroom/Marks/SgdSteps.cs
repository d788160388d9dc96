using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>One step of SGD as a sheet took it.</summary>
/// <param name="Before">The parameters before.</param>
/// <param name="After">The parameters after.</param>
/// <param name="Sentences">The sentences that were read since the last step, one in a right sheet.</param>
internal sealed record TrainedStep(LabParameters Before, LabParameters After, IReadOnlyList<TrainedSentence> Sentences)
{
    /// <summary>What the step changed.</summary>
    public LabParameters Change { get; } = After.Plus(-1, Before);

    /// <summary>The largest number of each parameter, before and after the step.</summary>
    public IReadOnlyList<double> Largest { get; } =
        [.. Enumerable.Range(0, LabParameters.Count).Select(p => Math.Max(LargestOf(Before, p), LargestOf(After, p)))];

    /// <summary>The largest number of all parameters before the step.</summary>
    public double LargestBefore => Enumerable.Range(0, LabParameters.Count).Max(p => LargestOf(Before, p));

    private static double LargestOf(LabParameters parameters, int p) =>
        parameters[p].Cast<double>().Select(Math.Abs).DefaultIfEmpty().Max();
}

/// <summary>Which sentences of a step its gradient is made of, where a step is taken after several.</summary>
internal enum StepSentences
{
    All,
    LastOnly,
}

/// <summary>The steps of a sheet's training, compared with what each would have been with a mistake in it.</summary>
internal sealed class SgdSteps
{
    // So many steps at the beginning, and as many of the others, are compared with each mistake; the right step with all.
    private const int MostStepsCompared = 20;

    // Products of several parameters of this size, beside 1 - s² where s is nearly 1, leave digits enough to compare.
    private const double LargestJudged = 100;

    private readonly TrainedStep[] _steps;
    private readonly int[] _epochs;
    private readonly int[] _compared;
    private readonly OwnForward[] _forwards;
    private readonly Tolerance _tolerance;

    /// <summary>Takes the steps of a training.</summary>
    /// <param name="steps">In order, one at least.</param>
    /// <param name="own">The forward pass of the sheet, with its mistakes.</param>
    public SgdSteps(IReadOnlyList<TrainedStep> steps, OwnForward own = default)
    {
        IsUntrained = steps.All(step => IsZero(step.Change));
        Original = [.. steps];
        _steps = IsUntrained ? [.. steps] : Judged(Joined(steps));
        _forwards = own == default ? [default] : [default, own];
        _tolerance = Tolerance.For(steps[0].After);
        _epochs = Epochs();
        IEnumerable<int> all = Enumerable.Range(0, _steps.Length);
        int every = Math.Max(1, _steps.Length / MostStepsCompared);
        _compared = [.. all.Where(i => i < MostStepsCompared || i % every == 0)];
        IsOneStepForBoth = _steps.Any(step => step.Sentences.Count > 1);
    }

    /// <summary>Whether no step changed any parameter.</summary>
    public bool IsUntrained { get; }

    /// <summary>Whether the sheet waits for several sentences and then takes one step.</summary>
    public bool IsOneStepForBoth { get; }

    /// <summary>The steps as they were reported, those that changed nothing too.</summary>
    public IReadOnlyList<TrainedStep> Original { get; }

    /// <summary>Which sentences the gradients are taken of.</summary>
    public StepSentences Sentences { get; set; }

    /// <summary>The number of steps that changed something.</summary>
    public int Count => _steps.Length;

    /// <summary>The epoch of a step, from 1.</summary>
    public int Epoch(int step) => _epochs[step];

    /// <summary>A step.</summary>
    public TrainedStep this[int step] => _steps[step];

    /// <summary>The forward passes that a right gradient may belong to: the exercise's, and the sheet's own.</summary>
    public IReadOnlyList<OwnForward> Forwards => _forwards;

    /// <summary>Whether no number of a parameter changed.</summary>
    public bool IsUnchanged(int p) => _steps.All(step => step.Change[p].Cast<double>().All(value => value == 0));

    /// <summary>The first step of a parameter that is not right at this learning rate; null if all are right.</summary>
    public int? FirstWrong(int p, double rate)
    {
        int? latest = -1;
        foreach (OwnForward forward in _forwards)
        {
            int wrong = Array.FindIndex(_steps, step => !Fits(p, step, Expected(step, forward, default, rate)[p]));
            if (wrong < 0)
                return null;
            latest = Math.Max(latest.Value, wrong);
        }
        return latest;
    }

    /// <summary>Which parameters' steps are what the mistakes make of them at this learning rate.</summary>
    /// <param name="mistakes">What is wrong.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="asked">The parameters that are asked for; the others are false.</param>
    public bool[] Explains(BackwardMistakes mistakes, double rate, bool[] asked)
    {
        bool[] explained = new bool[asked.Length];
        foreach (OwnForward forward in _forwards)
        {
            bool[] open = [.. asked.Zip(explained, (isAsked, isKnown) => isAsked && !isKnown)];
            Compare(mistakes, forward, rate, open);
            for (int p = 0; p < open.Length; p++)
                explained[p] |= open[p];
        }
        return explained;
    }

    /// <summary>The learning rate at which the mistakes explain a parameter's first step; null if there is none.</summary>
    public double? RateOf(int p, BackwardMistakes mistakes) =>
        _forwards.Select(forward => RateOf(p, 0, Gradient(_steps[0], forward, mistakes, 0))).FirstOrDefault(
            rate => rate is not null);

    /// <summary>The learning rate at which a step of a parameter follows a gradient; null if it does not.</summary>
    public double? RateOf(int p, int step, LabParameters gradient)
    {
        double[,] change = _steps[step].Change[p];
        double largest = _steps[step].Largest[p];
        double squares = gradient[p].Cast<double>().Sum(value => value * value);
        if (_tolerance.IsRounding(change, largest) || squares == 0)
            return null;
        double rate = -change.Cast<double>().Zip(gradient[p].Cast<double>(), (a, b) => a * b).Sum() / squares;
        return rate > 0 && _tolerance.Fits(change, Scale(gradient[p], -rate), largest) ? rate : null;
    }

    /// <summary>The right gradient of a step.</summary>
    public LabParameters Gradient(int step, OwnForward forward) => Gradient(_steps[step], forward, default, 0);

    /// <summary>Whether a step changed a parameter as expected.</summary>
    public bool Fits(int p, int step, double[,] expected) => Fits(p, _steps[step], expected);

    /// <summary>The number that is most wrong in a step of a parameter.</summary>
    public (int Row, int Column, double Found, double Expected) LargestDifference(int p, int step, double rate)
    {
        double[,] change = _steps[step].Change[p];
        double[,] expected = Expected(_steps[step], default, default, rate)[p];
        (int row, int column) = (0, 0);
        for (int i = 0; i < change.GetLength(0); i++)
        {
            for (int j = 0; j < change.GetLength(1); j++)
            {
                if (Difference(i, j).CompareTo(Difference(row, column)) > 0)
                    (row, column) = (i, j);
            }
        }
        return (row, column, change[row, column], expected[row, column]);

        double Difference(int i, int j) => Math.Abs(change[i, j] - expected[i, j]);
    }

    // Leaves those parameters open whose steps the mistakes explain.
    private void Compare(BackwardMistakes mistakes, OwnForward forward, double rate, bool[] open)
    {
        LabParameters? kept = null;
        double sign = mistakes.GoesUphill ? rate : -rate;
        foreach (int i in _compared)
        {
            if (!open.Contains(true))
                return;
            TrainedStep step = _steps[i];
            LabParameters gradient = Gradient(step, forward, mistakes, rate);
            if (mistakes.Reset != ResetMistake.Correct)
            {
                // The sum goes over steps that follow each other.
                if (i >= MostStepsCompared)
                    return;
                bool isNew = kept is null || (mistakes.Reset == ResetMistake.EachEpoch && i > 0 && _epochs[i] != _epochs[i - 1]);
                kept = gradient = isNew ? gradient : gradient.Plus(1, kept!);
            }
            for (int p = 0; p < open.Length; p++)
                open[p] = open[p] && Fits(p, step, Scale(gradient[p], sign));
        }
    }

    private bool Fits(int p, TrainedStep step, double[,] expected) =>
        _tolerance.Fits(step.Change[p], expected, step.Largest[p]);

    // Of a training that flies off, the steps until its parameters are so large that rounding decides.
    private static TrainedStep[] Judged(TrainedStep[] steps)
    {
        int count = Array.FindIndex(steps, step => step.LargestBefore > LargestJudged);
        return count < 0 ? steps : steps[..Math.Max(1, count)];
    }

    private LabParameters Expected(TrainedStep step, OwnForward forward, BackwardMistakes mistakes, double rate)
    {
        LabParameters gradient = Gradient(step, forward, mistakes, rate);
        return new LabParameters([.. Enumerable.Range(0, LabParameters.Count).Select(p => Scale(gradient[p], -rate))]);
    }

    private LabParameters Gradient(TrainedStep step, OwnForward forward, BackwardMistakes mistakes, double rate)
    {
        IReadOnlyList<TrainedSentence> sentences = Sentences == StepSentences.All ? step.Sentences : [step.Sentences[^1]];
        LabParameters gradient = Of(sentences[0]);
        foreach (TrainedSentence sentence in sentences.Skip(1))
            gradient = gradient.Plus(1, Of(sentence));
        return gradient;

        LabParameters Of(TrainedSentence s) =>
            new LabGradient(s.Parameters, s.Words, s.Pass, forward, mistakes, rate).Compute(s.Label);
    }

    // A step that changed nothing is joined with the next one that did.
    private static TrainedStep[] Joined(IReadOnlyList<TrainedStep> steps)
    {
        var joined = new List<TrainedStep>();
        var waiting = new List<TrainedSentence>();
        foreach (TrainedStep step in steps)
        {
            waiting.AddRange(step.Sentences);
            if (IsZero(step.Change))
                continue;
            joined.Add(step with { Sentences = [.. waiting] });
            waiting.Clear();
        }
        return [.. joined];
    }

    // An epoch begins with the sentence that the first one began with.
    private int[] Epochs()
    {
        TrainedSentence first = _steps[0].Sentences[0];
        int[] epochs = new int[_steps.Length];
        int epoch = 0;
        for (int i = 0; i < epochs.Length; i++)
        {
            epoch += _steps[i].Sentences.Count(
                sentence => sentence.Label == first.Label && sentence.Words.SequenceEqual(first.Words));
            epochs[i] = Math.Max(1, epoch);
        }
        return epochs;
    }

    private static bool IsZero(LabParameters change) =>
        Enumerable.Range(0, LabParameters.Count).All(p => change[p].Cast<double>().All(value => value == 0));

    /// <summary>A table times a number.</summary>
    public static double[,] Scale(double[,] table, double scale)
    {
        double[,] scaled = new double[table.GetLength(0), table.GetLength(1)];
        for (int i = 0; i < table.GetLength(0); i++)
        {
            for (int j = 0; j < table.GetLength(1); j++)
                scaled[i, j] = scale * table[i, j];
        }
        return scaled;
    }
}
