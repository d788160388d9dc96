namespace Unroll.Evaluation;

/// <summary>Fits a model's temperature to rows it was not trained on.</summary>
internal static class Calibration
{
    /// <summary>Finds the temperature.</summary>
    /// <param name="logits">The model's logits of the rows.</param>
    public static CalibrationReport Run(LabelledLogits logits)
    {
        double temperature = logits.FitTemperature();
        EvaluationResult before = logits.Score(temperature: 1);
        EvaluationResult after = logits.Score(temperature);
        return new CalibrationReport(
            logits.Labels.Length, temperature, before.Loss, after.Loss, before.CalibrationError, after.CalibrationError);
    }
}
