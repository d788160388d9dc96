using Unroll.Evaluation;

namespace Unroll.Models;

/// <summary>What is at fault where a training ended with a model that a simpler one beats, and what to do.</summary>
internal static class TrainingAdvice
{
    // A network that learned anything leaves the loss of knowing the classes alone behind.
    private const double NotLearned = 0.97;
    private const double StandardErrors = 2;

    /// <summary>Says it in a sentence or two.</summary>
    /// <param name="summary">How the training ended; a simpler model does better.</param>
    /// <param name="better">The simpler model.</param>
    public static string Of(TrainingSummary summary, SimplerModel better)
    {
        EvaluationResult? model = summary.Test ?? summary.Dev;
        EvaluationResult? simpler = summary.Test is null ? better.Dev : better.Test;
        if (summary.LossOfChance is { } chance && summary.Kept is { } kept && kept.TrainLoss > NotLearned * chance)
        {
            return FormattableString.Invariant($"The network did not learn: its loss is {kept.TrainLoss:F3}, and ") +
                FormattableString.Invariant($"{chance:F3} is that of knowing the classes alone. ") +
                "Try more TrainingOptions.Epochs, or a smaller TrainingOptions.LearningRate.";
        }
        if (model is not null && simpler is not null && IsChance(model, simpler))
            return $"On {model.Rows} rows that may be chance: measure on more rows before you choose.";
        if (summary.Kept is null)
            return "The words say little of the labels: leave out TrainingOptions.Networks = 0, or give more rows.";
        if (summary.Dev is null)
        {
            return "Without dev rows nothing says how much the linear part knows, so it has no share: " +
                "leave out TrainingOptions.DevShare = 0, or use the simpler one.";
        }
        if (summary.LinearShare == 0 && !summary.HasLinear)
            return "The linear part is left out of this model: leave out TrainingOptions.Linear = false.";
        if (summary.Kept == summary.Epochs[^1] && summary.Kept != summary.Epochs[0])
            return "The last epoch was the best, so it may not be done: try more TrainingOptions.Epochs.";
        return $"The shares of both parts were chosen on {summary.Dev.Rows} dev rows; give more of them, or use the simpler one.";
    }

    // Two models that learned the same rows are mostly wrong together. Were half of their errors the same, the difference of
    // their accuracies would have this standard error.
    private static bool IsChance(EvaluationResult model, EvaluationResult simpler)
    {
        double wrong = (2 - model.Accuracy - simpler.Accuracy) / 2;
        double difference = simpler.Accuracy - model.Accuracy;
        return difference <= StandardErrors * Math.Sqrt(wrong * (1 - wrong) / model.Rows);
    }
}
