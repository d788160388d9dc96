namespace Unroll.Training;

/// <summary>How far training has come; reported after every step.</summary>
/// <param name="Epoch">The epoch that runs, from 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="RowsDone">Rows seen in this epoch.</param>
/// <param name="Rows">Rows of an epoch.</param>
/// <param name="MeanLoss">Mean loss of the rows seen in this epoch, in nats.</param>
/// <param name="TokensPerSecond">Real tokens trained a second in this epoch.</param>
/// <param name="Remaining">Estimated time to the end of the last epoch.</param>
/// <param name="Finished">The report of the epoch, on its last step; null before.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int RowsDone, int Rows, double MeanLoss, double TokensPerSecond, TimeSpan Remaining,
    EpochReport? Finished);

/// <summary>What an epoch gave.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="TrainLoss">Mean loss of the training rows, each taken as it was seen, in nats.</param>
/// <param name="DevLoss">Mean loss on the dev rows after the epoch, in nats; null without dev rows.</param>
/// <param name="DevAccuracy">Share of dev rows that are predicted right after the epoch; null without dev rows.</param>
/// <param name="DevMacroF1">Mean F1 of the classes on the dev rows after the epoch; null without dev rows.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
/// <param name="GradientNorm">Mean over the steps of the gradients' global norm, before clipping.</param>
/// <param name="ClippedShare">Share of steps whose norm was clipped.</param>
/// <param name="TrainSeconds">Seconds spent training, without the dev rows.</param>
/// <param name="TokensPerSecond">Real tokens trained a second.</param>
/// <param name="IsBest">Whether the model after this epoch is the one to keep so far.</param>
public sealed record EpochReport(
    int Epoch, double TrainLoss, double? DevLoss, double? DevAccuracy, double? DevMacroF1, float LearningRate,
        double GradientNorm,
    double ClippedShare, double TrainSeconds, double TokensPerSecond, bool IsBest);
