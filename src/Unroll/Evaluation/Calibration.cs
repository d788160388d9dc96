using Unroll.Engine.Batches;
using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>Fits a model's temperature to rows it was not trained on.</summary>
internal static class Calibration
{
    // One number is fitted: where there are very many classes, some of the rows are enough.
    private const int MostLogits = 1 << 24;

    public static CalibrationReport Run(Evaluator evaluator, int classes, EncodedTexts texts, SparseRows? terms)
    {
        int rows = Math.Min(texts.Count, Math.Max(1, MostLogits / classes));
        float[] logits = new float[rows * classes];
        int[] labels = new int[rows];
        int done = 0;
        evaluator.ForEach(texts, terms, rows, (row, z) =>
        {
            // A label that the model does not know has no probability to mend.
            if (texts.LabelOf(row) >= classes)
                return;
            z.CopyTo(logits.AsSpan(done * classes));
            labels[done++] = texts.LabelOf(row);
        });
        rows = done;
        double temperature = TemperatureScaling.Fit(logits.AsSpan(0, rows * classes), classes, labels.AsSpan(0, rows));
        EvaluationResult before = Measure(1);
        EvaluationResult after = Measure(temperature);
        return new CalibrationReport(
            rows, temperature, before.Loss, after.Loss, before.CalibrationError, after.CalibrationError);

        EvaluationResult Measure(double temperature)
        {
            var scoring = new Scoring(classes, temperature);
            for (int row = 0; row < rows; row++)
                scoring.Add(logits.AsSpan(row * classes, classes), labels[row]);
            return scoring.Result;
        }
    }
}
