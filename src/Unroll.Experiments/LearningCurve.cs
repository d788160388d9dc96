namespace Unroll.Experiments;

/// <summary>The losses of a training, stretch by stretch, as a line of a chart.</summary>
internal static class LearningCurve
{
    private const int MostPoints = 60;

    /// <summary>The mean over some seeds; one that ended before the others keeps its last value.</summary>
    /// <param name="name">Of the line.</param>
    /// <param name="curves">A value for each <see cref="SentenceTraining.CurveEvery"/> steps, of each seed.</param>
    public static ChartSeries Of(string name, IReadOnlyList<double[]> curves)
    {
        int count = curves.Max(curve => curve.Length);
        int every = (count + MostPoints - 1) / MostPoints;
        return new ChartSeries(
            name,
            [
                .. Enumerable.Range(0, count).Where(i => i % every == 0 || i == count - 1).Select(i => new ChartPoint(
                    (i + 1) * SentenceTraining.CurveEvery,
                    curves.Average(curve => curve[Math.Min(i, curve.Length - 1)]))),
            ]);
    }
}
