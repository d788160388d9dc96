using Unroll.Engine.Batches;
using Unroll.Storage;

namespace Unroll.Evaluation;

/// <summary>How texts that may have several labels are scored.</summary>
/// <param name="Sets">The classes of each label of the texts.</param>
/// <param name="Config">Has the thresholds; null for 0.5 for all.</param>
internal sealed record LabelDecision(LabelSets Sets, ModelConfig? Config)
{
    /// <summary>The decision for some texts; null where each has one label.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="config">Has the thresholds; null for 0.5 for all.</param>
    public static LabelDecision? Of(EncodedTexts texts, ModelConfig? config = null) =>
        Of(texts.Sets, config);

    /// <summary>The decision for some sets; null for none.</summary>
    /// <param name="sets">The classes of each label of the texts.</param>
    /// <param name="config">Has the thresholds; null for 0.5 for all.</param>
    public static LabelDecision? Of(LabelSets? sets, ModelConfig? config = null) =>
        sets is null ? null : new LabelDecision(sets, config);

    /// <summary>From which probability on a text has a label.</summary>
    /// <param name="c">The class of the label.</param>
    public double ThresholdOf(int c) => Config?.ThresholdOf(c) ?? ModelConfig.UsualThreshold;
}
