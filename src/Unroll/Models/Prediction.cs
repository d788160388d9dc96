using System.Text.Json.Serialization;
using Unroll.Engine.Numerics;
using Unroll.Evaluation;
using Unroll.Storage;

namespace Unroll.Models;

/// <summary>What a classifier says of one text. Two are equal where all they say is.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The most probable label; empty where the text is (<see cref="IsNone"/>).</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
/// <param name="Probabilities">
/// The probability of every label, in the model's order; they add up to 1. To be asked by label too.
/// </param>
[JsonConverter(typeof(PredictionConverter))]
public sealed record Prediction(string Text, string Label, double Probability, LabelProbabilities Probabilities)
{
    /// <summary>What is said of a text without tokens, such as an empty one: nothing.</summary>
    public static Prediction None { get; } = new("", "", 0, LabelProbabilities.Empty) { Abstains = true };

    /// <summary>Whether there was nothing to classify: the text has no tokens.</summary>
    public bool IsNone => Label.Length == 0 && Probabilities.Count == 0;

    /// <summary>How many tokens the text has, as the model cuts it.</summary>
    public int Tokens { get; init; }

    /// <summary>How many of them are not in the model's vocabulary.</summary>
    public int UnknownTokens { get; init; }

    /// <summary>The share of the tokens that are not in the model's vocabulary, 0 to 1; 0 for a text without tokens.</summary>
    public double UnknownShare => Tokens == 0 ? 0 : (double)UnknownTokens / Tokens;

    /// <summary>
    /// Whether the model is not sure enough to answer: its probability is below <see cref="SentenceClassifier.Threshold"/>, or
    /// there is nothing to classify. <see cref="Label"/> is still the most probable one.
    /// </summary>
    public bool Abstains { get; init; }

    /// <summary>The label, or null where the model <see cref="Abstains"/>.</summary>
    public string? Answer => Abstains ? null : Label;

    /// <summary>The <paramref name="most"/> most probable labels, the most probable first; of equals the model's first.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<KeyValuePair<string, double>> Top(int most) =>
        [.. ((IEnumerable<KeyValuePair<string, double>>)Probabilities).OrderByDescending(entry => entry.Value).Take(most)];

    /// <summary>Label and probability, <c>good (0.9820)</c>; a question mark before them where the model abstains.</summary>
    public override string ToString() => IsNone ? "none"
        : FormattableString.Invariant($"{(Abstains ? "? " : "")}{Label} ({Probability:F4})");

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
    /// <param name="tokens">How many tokens the text has.</param>
    /// <param name="unknown">How many of them are not in the vocabulary.</param>
    /// <exception cref="InputException">A logit is NaN or infinite.</exception>
    internal static Prediction Of(ModelConfig config, string text, ReadOnlySpan<float> logits, int tokens, int unknown)
    {
        RequireFinite(logits);
        double[] probabilities = new double[logits.Length];
        TemperatureScaling.Softmax(logits, config.Temperature, probabilities);
        int best = Argmax.Of(logits);
        return new Prediction(
            text, config.Labels[best], probabilities[best], new LabelProbabilities(config.Labels, probabilities))
        {
            Tokens = tokens,
            UnknownTokens = unknown,
            Abstains = probabilities[best] < config.Threshold,
        };
    }
}
