using System.Globalization;

namespace Unroll.Training;

/// <summary>
/// Tells a training whose loss exploded and stayed finite. Its steps were so large that the model is confidently wrong on the
/// rows that it just learned from; no temperature mends that.
/// </summary>
/// <remarks>
/// <code>
/// exploded:  loss of the epoch's training rows > 4 ln C   and   loss after the epoch > 4 ln C
/// </code>
/// A model that guesses has ln C. The loss after the epoch is that of the dev rows, or without them of some training rows. Either
/// loss alone may be high in a sound training: that of the epoch where its first steps were too large and later ones mended them;
/// that of the dev rows where a model is right about most of them and too sure about the others.
/// </remarks>
public static class LossExplosion
{
    private const double Multiple = 4;

    // No schedule brings parameters back from here.
    private const double HopelessMultiple = 10_000;

    /// <summary>The loss of a model that guesses, ln C, in nats.</summary>
    /// <param name="classes">C.</param>
    public static double OfGuessing(int classes) => Math.Log(Math.Max(2, classes));

    /// <summary>
    /// Whether a model is of no use, as far as the report of its epoch tells; without dev rows by its training loss alone.
    /// </summary>
    /// <param name="epoch">The epoch that it comes from.</param>
    /// <param name="classes">C.</param>
    public static bool IsIn(EpochReport epoch, int classes) =>
        IsExploded(epoch.TrainLoss, classes) && IsExploded(epoch.DevLoss ?? epoch.TrainLoss, classes);

    /// <summary>
    /// What a person should know of a training that ended well, though its loss was high in between or is high still; null for
    /// nothing.
    /// </summary>
    /// <param name="epochs">A report of each epoch.</param>
    /// <param name="classes">C.</param>
    /// <param name="learningRate">The learning rate of the training.</param>
    public static string? Warning(IReadOnlyList<EpochReport> epochs, int classes, float learningRate)
    {
        if (epochs.MaxBy(epoch => epoch.TrainLoss) is not { } worst || !IsExploded(worst.TrainLoss, classes))
            return null;
        EpochReport kept = epochs.Last(epoch => epoch.IsBest);
        return Invariant($"the loss was {worst.TrainLoss:G3} in epoch {worst.Epoch}, where guessing gives ") + Invariant(
            $"{OfGuessing(classes):G3}; the model of epoch {kept.Epoch} is kept; try a smaller TrainingOptions.LearningRate ") +
            Invariant($"(it is {learningRate})");
    }

    /// <summary>Whether a loss is so high that no later epoch can mend the model.</summary>
    internal static bool IsHopeless(EpochReport epoch, int classes) =>
        Math.Min(epoch.TrainLoss, epoch.DevLoss ?? epoch.TrainLoss) > HopelessMultiple * OfGuessing(classes);

    /// <summary>Whether a loss is far above that of guessing.</summary>
    internal static bool IsExploded(double loss, int classes) => loss > Multiple * OfGuessing(classes);

    /// <summary>The error of a training whose best epoch is of no use.</summary>
    internal static TrainingDivergedException Error(EpochReport epoch, int classes, long steps, TrainingOptions options) => new(
        Invariant($"epoch {epoch.Epoch}, step {steps}: the loss exploded to {epoch.TrainLoss:G3}, where guessing gives ") +
        Invariant($"{OfGuessing(classes):G3} (gradient norm {epoch.GradientNorm:G3}); {Advice(options)}"));

    /// <summary>What to try where a loss explodes.</summary>
    internal static string Advice(TrainingOptions options) =>
        Invariant($"try a smaller TrainingOptions.LearningRate (it is {options.LearningRate})") +
        (options.ClipNorm is null && options.ClipValue is null ? " or TrainingOptions.ClipNorm = 1" : "");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
