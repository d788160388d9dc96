using Microsoft.Extensions.Logging;
using Unroll.Training;

namespace Unroll.Extensions;

/// <summary>Logs how a training goes: a line an epoch, and at level Debug a line every few seconds.</summary>
/// <param name="logger">Where to.</param>
public sealed partial class TrainingLog(ILogger logger) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private long _last = TimeProvider.System.GetTimestamp();

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        if (value.Finished is { } epoch)
        {
            LogEpoch(epoch.Epoch, value.Epochs, epoch.TrainLoss, epoch.DevAccuracy, epoch.TrainSeconds);
            return;
        }
        if (!_logger.IsEnabled(LogLevel.Debug) || TimeProvider.System.GetElapsedTime(_last) < Pause)
            return;
        _last = TimeProvider.System.GetTimestamp();
        LogStep(value.Epoch, value.RowsDone, value.Rows, value.MeanLoss);
    }

    [LoggerMessage(
        10, LogLevel.Information, "Epoch {Epoch} of {Epochs}: loss {Loss:F4}, dev accuracy {DevAccuracy:F4}, {Seconds:F1} s")]
    private partial void LogEpoch(int epoch, int epochs, double loss, double? devAccuracy, double seconds);

    [LoggerMessage(11, LogLevel.Debug, "Epoch {Epoch}: {Rows} of {AllRows} rows, loss {Loss:F4}")]
    private partial void LogStep(int epoch, int rows, int allRows, double loss);
}
