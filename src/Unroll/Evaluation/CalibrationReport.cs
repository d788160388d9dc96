namespace Unroll.Evaluation;

/// <summary>What calibrating a model did, measured on the rows it was calibrated with.</summary>
/// <param name="Rows">The number of rows that were looked at.</param>
/// <param name="Temperature">The temperature that the model has now.</param>
/// <param name="LossBefore">Mean negative log-likelihood at temperature 1, in nats.</param>
/// <param name="LossAfter">The same at the new temperature; never higher.</param>
/// <param name="ErrorBefore">Expected calibration error at temperature 1, 0 to 1.</param>
/// <param name="ErrorAfter">The same at the new temperature.</param>
public sealed record CalibrationReport(
    int Rows, double Temperature, double LossBefore, double LossAfter, double ErrorBefore, double ErrorAfter);
