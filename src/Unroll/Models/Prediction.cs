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
/// The probability of every label, in the model's order; they add up to 1, but where a text may have several labels. To be asked
/// by label too.
/// </param>
[JsonConverter(typeof(PredictionConverter))]
public sealed record Prediction(string Text, string Label, double Probability, LabelProbabilities Probabilities)
{
    // Null for a model of one label a text, whose answer costs a pointer more and no list.
    private readonly LabelProbabilities? _said;

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

    /// <summary>
    /// The labels of the text with their probabilities, the most probable first: of a model that gives several those whose
    /// probability is at least their threshold, which may be none; else the one label, or none where the model
    /// <see cref="Abstains"/>.
    /// </summary>
    public LabelProbabilities Labels
    {
        get => _said ?? (Abstains ? LabelProbabilities.Empty : new LabelProbabilities([Label], [Probability]));
        init => _said = value;
    }

    /// <summary>Whether the model gives a text several labels, or none.</summary>
    public bool IsMultiLabel => _said is not null;

    /// <summary>
    /// The label, or null where the model <see cref="Abstains"/>; of several <see cref="Labels"/> the most probable one, or null
    /// for none.
    /// </summary>
    public string? Answer => _said is not null ? _said.Keys.FirstOrDefault()
        : Abstains ? null
        : Label;

    /// <summary>The <paramref name="most"/> most probable labels, the most probable first; of equals the model's first.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<KeyValuePair<string, double>> Top(int most) =>
        [.. ((IEnumerable<KeyValuePair<string, double>>)Probabilities).OrderByDescending(entry => entry.Value).Take(most)];

    /// <summary>
    /// Label and probability, <c>good (0.9820)</c>; a question mark before them where the model abstains. Several labels are
    /// parted by commas, and <c>-</c> stands for no label.
    /// </summary>
    public override string ToString() => IsNone ? "none"
        : _said is { Count: 0 } ? "-"
        : _said is not null
            ? string.Join(", ", _said.Select(each => FormattableString.Invariant($"{each.Key} ({each.Value:F4})")))
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

    /// <summary>What the model says, at its temperature and thresholds.</summary>
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
        ModelProbabilities.Of(config, logits, probabilities);
        int best = Argmax.Of(logits);
        var prediction = new Prediction(
            text, config.Labels[best], probabilities[best], new LabelProbabilities(config.Labels, probabilities))
        {
            Tokens = tokens,
            UnknownTokens = unknown,
            Abstains = !config.MultiLabel && probabilities[best] < config.Threshold,
        };
        return config.MultiLabel ? prediction.WithThresholds(config.ThresholdOf) : prediction;
    }

    /// <summary>The same with one threshold for all labels, of a model that gives a text several.</summary>
    /// <param name="threshold">From which probability on the text has a label, 0 to 1.</param>
    public Prediction WithThreshold(double threshold) => WithThresholds(_ => threshold);

    // From which probability on the text has the label, by its place.
    private Prediction WithThresholds(Func<int, double> thresholdOf)
    {
        IEnumerable<KeyValuePair<string, double>> all = Probabilities;
        return this with
        {
            Labels = new LabelProbabilities(
                all.Where((entry, c) => entry.Value >= thresholdOf(c)).OrderByDescending(entry => entry.Value)),
        };
    }
}
