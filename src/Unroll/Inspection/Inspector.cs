using Unroll.Engine.Dynamics;
using Unroll.Engine.Numerics;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Terms;

namespace Unroll.Inspection;

/// <summary>Looks inside a model while it reads one text.</summary>
public static class Inspector
{
    /// <summary>The most tokens of a text that is looked into.</summary>
    public const int MaximumTokens = 5_000;

    /// <summary>Runs the model on a text, on each of its beginnings, and on the text without each of its words.</summary>
    /// <param name="classifier">The model; it may be used by other threads meanwhile, but not trained.</param>
    /// <param name="text">Any text. The time grows with the square of its words.</param>
    /// <exception cref="InputException">
    /// The model's vocabulary is closed and a word is not in it, or there are more than <see cref="MaximumTokens"/> tokens.
    /// </exception>
    public static TextInspection Inspect(SentenceClassifier classifier, string text)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ModelConfig config = classifier.Config;
        InspectedText read = InspectedText.Of(classifier, text);
        if (read.Ids.Length > MaximumTokens)
        {
            throw new InputException(
                $"the text has {read.Ids.Length} tokens, expected at most {MaximumTokens} to look into: " +
                "the time grows with their square; inspect a part of it");
        }
        LinearPass? linear = classifier.LinearPass();
        var variants = new TextVariants(classifier.Networks, config.Classes, linear, read);
        float[] logits = variants.Whole();
        int predicted = Argmax.Of(logits);
        // The gradients are those of the whole model's class, through a network.
        float[] dNetwork = new float[logits.Length];
        if (classifier.Networks.Count > 0)
            dNetwork[predicted] = (float)((1 - config.LinearShare) / classifier.Networks.Count);
        NetworkTrace[] traces =
            [.. classifier.Networks.Select(network => NetworkTrace.Of(network, read.Ids, read.UnknownWords, _ => dNetwork))];
        NetworkTrace? first = traces.FirstOrDefault();
        return new TextInspection
        {
            Model = config,
            ParameterCount = classifier.ParameterCount,
            Tokens = read.Tokens,
            Ids = read.PlacesIn(classifier.Vocabulary),
            IsUnknown = read.IsUnknown,
            Dropped = read.Dropped,
            Prediction = Prediction.Of(
                config, text, logits, read.All.Length,
                read.All.Length == 0 ? 0 : read.Dropped.Length + read.IsUnknown.Count(unknown => unknown)),
            States = [.. first?.States.Select(LayerOf) ?? []],
            Prefixes = [.. variants.Prefixes().Select(prefix => Probabilities(prefix, config))],
            HiddenGradient = first?.HiddenGradient ?? [],
            InputGradient = first?.InputGradient ?? [],
            GradientTimesInput = SumOf(traces),
            LeaveOneOut = [.. variants.WithoutEach().Select(without => (double)logits[predicted] - without[predicted])],
            Linear = classifier.Linear is { } part
                ? LinearWords.Trace(part, config.Tokens.Kind, config.LinearShare, read, predicted)
                : null,
            Heads =
            [
                .. from layer in first?.Heads ?? []
                   from head in layer.Weights.Select((weights, i) => new HeadTrace(layer.Layer, i, weights))
                   select head,
            ],
            AttentionWeights = first?.AttentionWeights ?? [],
            Plane = first is null
                ? null
                : StatePlane.Of(config, classifier.Parameters, first.States[^config.Directions].Hidden),
        };
    }

    private static double[] SumOf(NetworkTrace[] traces) => traces switch
    {
        [] => [],
        [var only] => only.GradientTimesInput,
        _ => [.. traces[0].GradientTimesInput.Select((_, t) => traces.Sum(trace => trace.GradientTimesInput[t]))],
    };

    private static LayerTrace LayerOf(RecurrentTrace layer) => new(
        layer.Layer, layer.IsReverse, layer.Hidden, layer.Cell, [
            .. layer.Gates.Select(gate => new GateTrace(gate.Name, gate.Values))]);

    private static double[] Probabilities(float[] logits, ModelConfig config)
    {
        double[] probabilities = new double[logits.Length];
        ModelProbabilities.Of(config, logits, probabilities);
        return probabilities;
    }
}
