using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>All steps of one parameter beside its right gradients, each as a plain list of numbers.</summary>
internal sealed class StepHistory
{
    private readonly SgdSteps _steps;
    private readonly int _parameter;

    /// <summary>Collects them.</summary>
    /// <param name="steps">The steps of the training.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradients">The right gradient of each step.</param>
    /// <param name="rate">The learning rate.</param>
    public StepHistory(SgdSteps steps, int parameter, IReadOnlyList<LabParameters> gradients, double rate)
    {
        _steps = steps;
        _parameter = parameter;
        Rate = rate;
        Gradients = [.. gradients.Select(gradient => Flat(gradient[parameter]))];
        Norms = [.. gradients.Select(NormOf)];
        Changes = [.. Enumerable.Range(0, steps.Count).Select(i => Flat(steps[i].Change[parameter]))];
        Values = [.. Enumerable.Range(0, steps.Count).Select(i => Flat(steps[i].Before[parameter]))];
        Rates = [.. Enumerable.Range(0, steps.Count).Select(i => steps.RateOf(parameter, i, gradients[i]))];
    }

    /// <summary>The learning rate of the sheet.</summary>
    public double Rate { get; }

    /// <summary>The number of steps.</summary>
    public int Count => Changes.Length;

    /// <summary>What each step changed.</summary>
    public double[][] Changes { get; }

    /// <summary>The right gradient of each step.</summary>
    public double[][] Gradients { get; }

    /// <summary>The parameter before each step.</summary>
    public double[][] Values { get; }

    /// <summary>The norm of each step's whole gradient, of all parameters.</summary>
    public double[] Norms { get; }

    /// <summary>The learning rate at which each step follows its gradient; null where it does not.</summary>
    public double?[] Rates { get; }

    /// <summary>The epoch of a step, from 1.</summary>
    public int Epoch(int step) => _steps.Epoch(step);

    /// <summary>Whether each step, from one on, changed the parameter as expected.</summary>
    public bool Fits(Func<int, double[]> expected, int from = 0)
    {
        for (int i = from; i < Count; i++)
        {
            double[] values = expected(i);
            double[,] change = _steps[i].Change[_parameter];
            double[,] table = new double[change.GetLength(0), change.GetLength(1)];
            for (int k = 0; k < values.Length; k++)
                table[k / table.GetLength(1), k % table.GetLength(1)] = values[k];
            if (!_steps.Fits(_parameter, i, table))
                return false;
        }
        return true;
    }

    private static double NormOf(LabParameters gradient) =>
        Math.Sqrt(Enumerable.Range(0, LabParameters.Count).Sum(p => Flat(gradient[p]).Sum(value => value * value)));

    private static double[] Flat(double[,] table) => [.. table.Cast<double>()];
}
