using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>The first steps of a sheet's training, compared with what each step would have been with a mistake in it.</summary>
internal sealed class SgdSteps
{
    private readonly List<(LabParameters Change, TrainedSentence[] Sentences)> _steps = [];
    private readonly Dictionary<(BackwardMistakes, double, int), LabParameters> _gradients = [];
    private readonly LabParameters _last;
    private readonly Tolerance _tolerance;

    /// <summary>Takes the parameters before, between and after the first two sentences.</summary>
    /// <param name="first">The first sentence.</param>
    /// <param name="afterFirst">The parameters after it.</param>
    /// <param name="second">The second sentence, read with <paramref name="afterFirst"/>; null if it was not reported.</param>
    /// <param name="afterSecond">The parameters after it; null if they are not valid.</param>
    public SgdSteps(TrainedSentence first, LabParameters afterFirst, TrainedSentence? second, LabParameters? afterSecond)
    {
        LabParameters change = afterFirst.Plus(-1, first.Parameters);
        _last = afterSecond ?? afterFirst;
        _tolerance = Tolerance.For(_last);
        if (second is null || afterSecond is null)
        {
            _steps.Add((change, [first]));
            return;
        }
        LabParameters nextChange = afterSecond.Plus(-1, afterFirst);
        IsOneStepForBoth = IsZero(change) && !IsZero(nextChange);
        if (!IsOneStepForBoth)
            _steps.Add((change, [first]));
        _steps.Add((nextChange, [first, second]));
    }

    /// <summary>Whether the sheet waits for both sentences and then takes one step with the sum of their gradients.</summary>
    public bool IsOneStepForBoth { get; }

    /// <summary>Whether no number of a parameter changed.</summary>
    public bool IsUnchanged(int p) => _steps.All(step => step.Change[p].Cast<double>().All(value => value == 0));

    /// <summary>Whether each step of a parameter is what the mistakes make of it at this learning rate.</summary>
    public bool Explains(int p, BackwardMistakes mistakes, double rate) =>
        Enumerable.Range(0, _steps.Count).All(step => ExplainsStep(p, step, mistakes, rate));

    /// <summary>Whether a parameter's first step, of two, is right.</summary>
    public bool IsFirstRight(int p, double rate) => _steps.Count > 1 && ExplainsStep(p, 0, default, rate);

    /// <summary>The learning rate at which the mistakes explain a parameter's first step; null if there is none.</summary>
    public double? RateOf(int p, BackwardMistakes mistakes) => RateOf(p, mistakes, step: 0);

    /// <summary>The learning rate of each of a parameter's steps; null if one of them is not along the gradient.</summary>
    public double[]? RatesOf(int p)
    {
        double?[] rates = [.. Enumerable.Range(0, _steps.Count).Select(step => RateOf(p, default, step))];
        return rates.Any(rate => rate is null) ? null : [.. rates.OfType<double>()];
    }

    /// <summary>The number that is most wrong in a parameter's first wrong step.</summary>
    public (int Sentence, int Row, int Column, double Found, double Expected) LargestDifference(int p, double rate)
    {
        int step = Enumerable.Range(0, _steps.Count).First(i => !ExplainsStep(p, i, default, rate));
        double[,] change = _steps[step].Change[p];
        double[,] expected = Scale(Gradient(step, default, rate)[p], -rate);
        (int row, int column) = (0, 0);
        for (int i = 0; i < change.GetLength(0); i++)
        {
            for (int j = 0; j < change.GetLength(1); j++)
            {
                if (Difference(i, j).CompareTo(Difference(row, column)) > 0)
                    (row, column) = (i, j);
            }
        }
        return (step + 1, row, column, change[row, column], expected[row, column]);

        double Difference(int i, int j) => Math.Abs(change[i, j] - expected[i, j]);
    }

    // The step's least-squares learning rate, if the step then is what the mistakes make of it.
    private double? RateOf(int p, BackwardMistakes mistakes, int step)
    {
        double[,] change = _steps[step].Change[p];
        double[,] gradient = Gradient(step, mistakes, 0)[p];
        double squares = gradient.Cast<double>().Sum(value => value * value);
        if (_tolerance.IsRounding(change, Largest(p)) || squares == 0)
            return null;
        double rate = -change.Cast<double>().Zip(gradient.Cast<double>(), (a, b) => a * b).Sum() / squares;
        return rate > 0 && _tolerance.Fits(change, Scale(gradient, -rate), Largest(p)) ? rate : null;
    }

    private bool ExplainsStep(int p, int step, BackwardMistakes mistakes, double rate)
    {
        double[,] expected = Scale(Gradient(step, mistakes, rate)[p], mistakes.GoesUphill ? rate : -rate);
        return _tolerance.Fits(_steps[step].Change[p], expected, Largest(p));
    }

    // The gradient of a step as the mistakes compute it.
    private LabParameters Gradient(int step, BackwardMistakes mistakes, double rate)
    {
        if (_gradients.TryGetValue((mistakes, rate, step), out LabParameters? known))
            return known;
        TrainedSentence[] sentences = _steps[step].Sentences;
        LabParameters gradient = Of(sentences[^1]);
        if (sentences.Length > 1 && (mistakes.KeepsGradient || IsOneStepForBoth))
            gradient = gradient.Plus(1, Of(sentences[0]));
        return _gradients[(mistakes, rate, step)] = gradient;

        LabParameters Of(TrainedSentence s) => LabNetwork.Backward(s.Parameters, s.Words, s.Pass, s.Label, mistakes, rate);
    }

    private double Largest(int p) => _last[p].Cast<double>().Max(Math.Abs);

    private static bool IsZero(LabParameters change) =>
        Enumerable.Range(0, LabParameters.Count).All(p => change[p].Cast<double>().All(value => value == 0));

    private static double[,] Scale(double[,] table, double scale)
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
