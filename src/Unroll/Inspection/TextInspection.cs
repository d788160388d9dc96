using System.Text.Json;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Inspection;

/// <summary>
/// All that a model computes for one text, word by word, and what each word did to the prediction. T tokens, H hidden, C classes;
/// z is the logit of the predicted class; of a model with a linear part it is the whole model's. <c>docs/inspection.md</c> has
/// the formulas.
/// </summary>
public sealed record TextInspection
{
    /// <summary>The model.</summary>
    public required ModelConfig Model { get; init; }

    /// <summary>How many numbers the model has learned.</summary>
    public required int ParameterCount { get; init; }

    /// <summary>
    /// [T]: the tokens as the model cut them, without those it drops; one <c>&lt;unk&gt;</c> or <c>&lt;pad&gt;</c> for a text
    /// with nothing to read.
    /// </summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>[T]: the place of each token in the vocabulary; an unknown word's is that of <c>&lt;unk&gt;</c>.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>[T]: whether the vocabulary does not have the word; with sub-words it is read by its pieces.</summary>
    public required IReadOnlyList<bool> IsUnknown { get; init; }

    /// <summary>The tokens that the model drops: those that a model of <c>"unknown": "drop"</c> does not know.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>What the model says of the text.</summary>
    public required Prediction Prediction { get; init; }

    /// <summary>
    /// Every layer and direction, lowest layer first, forward before backward; of the first of several networks. None for a model
    /// without a network.
    /// </summary>
    public required IReadOnlyList<LayerTrace> States { get; init; }

    /// <summary>[T][C]: the probabilities when the text ends after each word.</summary>
    public required IReadOnlyList<double[]> Prefixes { get; init; }

    /// <summary>
    /// [T]: ‖∂z/∂h_t‖ for the top layer's state, over all ways from there to z; both directions together. Of the first of several
    /// networks; empty for a model without a network.
    /// </summary>
    public required IReadOnlyList<double> HiddenGradient { get; init; }

    /// <summary>
    /// [T]: ‖∂z/∂x_t‖ for the word's vector; for one-hot input the size of ∂z by the word's 1. Of the first of several networks;
    /// empty for a model without a network.
    /// </summary>
    public required IReadOnlyList<double> InputGradient { get; init; }

    /// <summary>
    /// [T]: ∂z/∂x_t · x_t, added up over all networks. Above 0 where the word speaks for the predicted class, to first order;
    /// empty for a model without a network.
    /// </summary>
    public required IReadOnlyList<double> GradientTimesInput { get; init; }

    /// <summary>[T]: how much z falls when the word is left out. Above 0 where the word speaks for the predicted class.</summary>
    public required IReadOnlyList<double> LeaveOneOut { get; init; }

    /// <summary>What the words add to z through the model's linear part; null for a model without one.</summary>
    public LinearTrace? Linear { get; init; }

    /// <summary>[T]: the weight of each word; empty unless the model pools by attention.</summary>
    public required IReadOnlyList<float> AttentionWeights { get; init; }

    /// <summary>
    /// What each head of each layer of a Transformer reads, lowest layer first; of the first of several networks. None for other
    /// models, and for texts of more than 256 tokens.
    /// </summary>
    public IReadOnlyList<HeadTrace> Heads { get; init; } = [];

    /// <summary>The hidden states as points of a plane; null for a model without a network.</summary>
    public required StatePlane? Plane { get; init; }

    /// <summary>
    /// Whether all numbers are finite. Where weights are huge, gradients may be none while there still is a prediction.
    /// </summary>
    public bool IsFinite => HiddenGradient.Concat(InputGradient).Concat(GradientTimesInput).Concat(LeaveOneOut)
        .Concat(Prefixes.SelectMany(each => each)).Concat(Plane?.Points.SelectMany(each => each) ?? []).All(double.IsFinite);

    /// <summary>Writes it as one JSON object, all arrays row by row; NaN and infinities become null.</summary>
    /// <param name="json">Where to.</param>
    public void WriteTo(Utf8JsonWriter json) => InspectionJson.Write(json, this);
}
