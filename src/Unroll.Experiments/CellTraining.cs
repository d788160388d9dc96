using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;

namespace Unroll.Experiments;

/// <summary>A classifier with one recurrent layer that an experiment trains step by step, on one thread.</summary>
internal sealed class CellTraining
{
    private readonly NetworkPass _pass;
    private readonly int _classes;

    /// <summary>Starts with fresh parameters.</summary>
    /// <param name="cell">The recurrent layer.</param>
    /// <param name="config">The network.</param>
    /// <param name="settings">Settings of the training.</param>
    /// <param name="change">Changes the parameters before the first step; null to leave them.</param>
    public CellTraining(CellChoice cell, NetworkConfig config, StepSettings settings, Action<Parameters>? change = null)
    {
        var network = new Network(config);
        cell.Initialize(network, settings.Seed);
        change?.Invoke(network.Parameters);
        Step = new TrainingStep(network, settings, WorkerPool.CallerAlone);
        _pass = new NetworkPass(network, WorkerPool.CallerAlone);
        _classes = config.Classes;
    }

    /// <summary>Does the steps.</summary>
    public TrainingStep Step { get; }

    /// <summary>
    /// Settings of the experiments. What the figures in the documents depend on stands here, so that other defaults for everyday
    /// training do not move them.
    /// </summary>
    /// <param name="seed">The seed of every random number.</param>
    public static StepSettings Settings(ulong seed) => new()
    {
        Optimizer = new OptimizerSettings { Kind = OptimizerKind.Adam, ClipNorm = 1 },
        Seed = seed,
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
