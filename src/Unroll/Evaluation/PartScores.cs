using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Storage;
using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>What a model and its parts reach on the same rows.</summary>
/// <param name="Model">The model.</param>
/// <param name="Network">Its networks without a linear part, uncalibrated; null if there is none.</param>
/// <param name="Linear">The linear part alone, uncalibrated; null if there is none.</param>
public sealed record PartScores(EvaluationResult Model, EvaluationResult? Network, EvaluationResult? Linear)
{
    /// <summary>The first of several networks alone, uncalibrated; null if there is one or none.</summary>
    public EvaluationResult? FirstNetwork { get; init; }

    /// <summary>Measures all of them.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="linear">The linear part, which may have no share of the model; null for none.</param>
    /// <param name="config">Has the classes, the linear part's share of the model's logits and their temperature.</param>
    /// <param name="texts">The rows.</param>
    /// <param name="terms">Their terms; null without a linear part.</param>
    /// <param name="threads">How many threads compute; null for one per processor.</param>
    internal static PartScores Measure(
        IReadOnlyList<Network> networks, LinearPart? linear, ModelConfig config, EncodedTexts texts, SparseRows? terms,
        int? threads)
    {
        var model = new Scoring(config.Classes, config.Temperature, config.Threshold, LabelDecision.Of(texts, config));
        var alone = new Scoring(config.Classes, temperature: 1, decision: LabelDecision.Of(texts));
        var first = new Scoring(config.Classes, temperature: 1, decision: LabelDecision.Of(texts));
        LinearPass? pass = linear is null || config.LinearShare == 0 ? null : new LinearPass(linear, config.LinearShare);
        float[] mixed = new float[config.Classes];
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        var evaluator = new Evaluator(networks, config.Classes, pool);
        evaluator.ForEach(texts, null, texts.Count, (row, logits) =>
        {
            alone.Add(logits, texts.LabelOf(row));
            if (networks.Count > 1)
                first.Add(evaluator.LogitsOf(0), texts.LabelOf(row));
            logits.CopyTo(mixed);
            pass?.Mix(terms!, row, mixed);
            model.Add(mixed, texts.LabelOf(row));
        });
        return new PartScores(
            model.Result.Named(config.Labels), networks.Count > 0 ? alone.Result.Named(config.Labels) : null,
            linear is null ? null : LinearEvaluation.Evaluate(linear, terms!, texts).Named(config.Labels))
        {
            FirstNetwork = networks.Count > 1 ? first.Result.Named(config.Labels) : null,
        };
    }
}
