using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>What a model and its parts reach on the same rows.</summary>
/// <param name="Model">The model.</param>
/// <param name="Network">Its network alone, uncalibrated.</param>
/// <param name="Linear">The linear part alone, uncalibrated; null if there is none.</param>
public sealed record PartScores(EvaluationResult Model, EvaluationResult Network, EvaluationResult? Linear)
{
    /// <summary>Measures all three.</summary>
    /// <param name="network">The network.</param>
    /// <param name="linear">The linear part, which may have no share of the model; null for none.</param>
    /// <param name="share">λ, its share of the model's logits.</param>
    /// <param name="temperature">What the model's logits are divided by.</param>
    /// <param name="texts">The rows.</param>
    /// <param name="terms">Their terms; null without a linear part.</param>
    /// <param name="threads">How many threads compute; null for one per processor.</param>
    internal static PartScores Measure(
        Network network, LinearPart? linear, double share, double temperature, EncodedTexts texts, SparseRows? terms,
        int? threads)
    {
        var model = new Scoring(network.Config.Classes, temperature);
        var alone = new Scoring(network.Config.Classes, temperature: 1);
        LinearPass? pass = linear is null || share == 0 ? null : new LinearPass(linear, share);
        float[] mixed = new float[network.Config.Classes];
        using var pool = new WorkerPool(threads ?? Environment.ProcessorCount);
        new Evaluator(network, pool).ForEach(texts, null, texts.Count, (row, logits) =>
        {
            alone.Add(logits, texts.LabelOf(row));
            logits.CopyTo(mixed);
            pass?.Mix(terms!, row, mixed);
            model.Add(mixed, texts.LabelOf(row));
        });
        return new PartScores(
            model.Result, alone.Result, linear is null ? null : LinearEvaluation.Evaluate(linear, terms!, texts));
    }
}
