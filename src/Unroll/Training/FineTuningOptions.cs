using Unroll.Data;

namespace Unroll.Training;

/// <summary>How a model learns more rows without losing what it knows.</summary>
public sealed record FineTuningOptions
{
    /// <summary>The learning rate of <see cref="Default"/>: a third of that of a new model.</summary>
    public const float UsualLearningRate = 0.001f;

    /// <summary>The settings of a fine-tuning that is given none.</summary>
    public static TrainingOptions Default => new() { LearningRate = UsualLearningRate };

    /// <summary>
    /// The settings of the training; those of the model (its cell, sizes, tokens and so on) are not looked at, for they are the
    /// old one's. Null for <see cref="Default"/>. Default: null.
    /// </summary>
    public TrainingOptions? Training { get; set; }

    /// <summary>
    /// Rows that the model was trained on, or others like them, of which a share is learned beside the new ones; null for none.
    /// Default: null.
    /// </summary>
    public IEnumerable<LabelledText>? OldRows { get; set; }

    /// <summary>The share of <see cref="OldRows"/> that is learned, of each label the same, up to 1. Default: 0.3.</summary>
    public double OldShare { get; set; } = 0.3;

    /// <summary>
    /// γ: how strongly parameters are pulled towards what they were; 0 for not at all, 10 for one percent of the way in a step at
    /// the full learning rate. Default: 0.
    /// </summary>
    public float Pull { get; set; }

    /// <summary>Throws when a setting is out of range.</summary>
    /// <exception cref="InputException">With the setting, its value and what was expected.</exception>
    public void Validate()
    {
        if (!(OldShare is > 0 and <= 1))
        {
            throw new InputException(FormattableString.Invariant(
                $"FineTuningOptions.OldShare is {OldShare}, expected a share above 0 and at most 1"));
        }
        if (!(Pull >= 0) || !float.IsFinite(Pull))
        {
            throw new InputException(FormattableString.Invariant(
                $"FineTuningOptions.Pull is {Pull}, expected 0 (none) or a positive number, such as 10"));
        }
    }
}
