namespace Unroll.Tests.Oracles;

/// <summary>Logistic regression over dense rows in double precision; the parameters are W [F,C], then b [C].</summary>
internal sealed class LogisticRegressionOracle(double[][] rows, int[] labels, int classes, double strength)
{
    private const double Epsilon = 1e-5;

    private int Columns => rows[0].Length;

    public double[] Parameters { get; } = new double[(rows[0].Length + 1) * classes];

    /// <summary>Σ_rows -log p_label + ‖W‖² / 2c, as a textbook has it.</summary>
    public double Objective()
    {
        double squares = Parameters.Take(Columns * classes).Sum(weight => weight * weight);
        return Enumerable.Range(0, rows.Length).Sum(Loss) + squares / (2 * strength);
    }

    public double[] Gradient(Func<double> function) =>
        [.. Enumerable.Range(0, Parameters.Length).Select(place => Slope(function, place))];

    /// <summary>Stochastic gradient descent whose gradients are finite differences of a row's part of the objective.</summary>
    public void Train(IEnumerable<int[]> passes, double rate, double biasShare, int steps)
    {
        int step = 0;
        foreach (int row in passes.SelectMany(pass => pass))
        {
            double[] gradient = Gradient(() => RowPart(row));
            double now = rate * (1 - (double)step++ / steps);
            for (int place = 0; place < gradient.Length; place++)
                Parameters[place] -= now * gradient[place] * (place < Columns * classes ? 1 : biasShare);
        }
    }

    public double Loss(int row)
    {
        double[] logits = new double[classes];
        for (int c = 0; c < classes; c++)
        {
            logits[c] = Parameters[Columns * classes + c];
            for (int j = 0; j < Columns; j++)
                logits[c] += rows[row][j] * Parameters[j * classes + c];
        }
        return Math.Log(logits.Sum(Math.Exp)) - logits[labels[row]];
    }

    private double RowPart(int row)
    {
        double part = Loss(row);
        for (int j = 0; j < Columns; j++)
        {
            if (rows[row][j] == 0)
                continue;
            int rowsWith = rows.Count(other => other[j] != 0);
            for (int c = 0; c < classes; c++)
                part += Parameters[j * classes + c] * Parameters[j * classes + c] / (2 * strength * rowsWith);
        }
        return part;
    }

    private double Slope(Func<double> function, int place)
    {
        double kept = Parameters[place];
        Parameters[place] = kept + Epsilon;
        double above = function();
        Parameters[place] = kept - Epsilon;
        double below = function();
        Parameters[place] = kept;
        return (above - below) / (2 * Epsilon);
    }
}
