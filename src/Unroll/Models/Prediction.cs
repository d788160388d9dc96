using Unroll.Engine.Numerics;
using Unroll.Evaluation;
using Unroll.Storage;

namespace Unroll.Models;

/// <summary>What a classifier says of one text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The most probable label.</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
/// <param name="Probabilities">The probability of every label, in the model's order; they add up to 1.</param>
public sealed record Prediction(
    string Text, string Label, double Probability, IReadOnlyList<KeyValuePair<string, double>> Probabilities)
{
    /// <summary>The <paramref name="most"/> most probable labels, the most probable first; of equals the model's first.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<KeyValuePair<string, double>> Top(int most) =>
        [.. Probabilities.OrderByDescending(entry => entry.Value).Take(most)];

    /// <summary>Refuses what a model computes where it is no number: weights of a sane size do not give that.</summary>
    /// <param name="logits">z, [C].</param>
    /// <exception cref="InputException">One is NaN or infinite.</exception>
    internal static void RequireFinite(ReadOnlySpan<float> logits)
    {
        foreach (float logit in logits)
        {
            if (!float.IsFinite(logit))
            {
                throw new InputException(FormattableString.Invariant(
                    $"the model computes {logit} where a number is expected: its weights are too large; ") +
                    "restore the model or train again");
            }
        }
    }

    /// <summary>Softmax at the model's temperature.</summary>
    /// <param name="config">The model.</param>
    /// <param name="text">The text.</param>
    /// <param name="logits">z, [C].</param>
    /// <param name="probabilities">[C]; overwritten.</param>
    /// <exception cref="InputException">A logit is NaN or infinite.</exception>
    internal static Prediction Of(ModelConfig config, string text, ReadOnlySpan<float> logits, Span<double> probabilities)
    {
        RequireFinite(logits);
        TemperatureScaling.Softmax(logits, config.Temperature, probabilities);
        var all = new KeyValuePair<string, double>[probabilities.Length];
        for (int c = 0; c < all.Length; c++)
            all[c] = new(config.Labels[c], probabilities[c]);
        int best = Argmax.Of(logits);
        return new Prediction(text, config.Labels[best], probabilities[best], all);
    }
}
