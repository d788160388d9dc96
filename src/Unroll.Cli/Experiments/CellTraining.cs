using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Experiments;

/// <summary>A classifier with one recurrent layer that an experiment trains step by step, on one thread.</summary>
internal sealed class CellTraining
{
    private readonly NetworkPass _pass;
    private readonly int _classes;

    /// <summary>Starts with fresh parameters.</summary>
    /// <param name="cell">The recurrent layer.</param>
    /// <param name="config">The network.</param>
    /// <param name="options">Settings of the training.</param>
    /// <param name="change">Changes the parameters before the first step; null to leave them.</param>
    public CellTraining(CellChoice cell, NetworkConfig config, TrainingOptions options, Action<Parameters>? change = null)
    {
        var network = new Network(config);
        cell.Initialize(network, options);
        change?.Invoke(network.Parameters);
        Step = new TrainingStep(network, options.ToStepSettings(unknownId: null), WorkerPool.CallerAlone);
        _pass = new NetworkPass(network, WorkerPool.CallerAlone);
        _classes = config.Classes;
    }

    /// <summary>Does the steps.</summary>
    public TrainingStep Step { get; }

    /// <summary>
    /// Settings of the experiments. What the figures in the documents depend on stands here, so that other defaults for everyday training
    /// do not move them: first values as PyTorch draws them, words as they are parted by white space.
    /// </summary>
    public static TrainingOptions Options(ulong seed) => new()
    {
        Seed = seed,
        EmbeddingDeviation = 1,
        Tokens = TokenKind.Whitespace,
        WordDropout = 0,
        Adversarial = 0,
        Optimizer = OptimizerKind.Adam,
        ClipNorm = 1,
    };

    /// <summary>The share of sentences that are labelled right.</summary>
    public double Accuracy(Batch batch)
    {
        _pass.Forward(batch);
        int right = 0;
        for (int b = 0; b < batch.Count; b++)
            right += Argmax.Of(_pass.Logits.Slice(b * _classes, _classes)) == batch.Labels[b] ? 1 : 0;
        return (double)right / batch.Count;
    }
}
