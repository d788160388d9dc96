using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Training;

/// <summary>Trains one of the networks of a model, in an order of rows of its own.</summary>
internal sealed class NetworkTraining
{
    // An adversarial step defends what was learned; before there is something it only keeps the network from learning. So it
    // begins when the loss of the last twenty steps or so is below this share of the loss of knowing the classes alone, and ends
    // where it rises to the other.
    private const double Memory = 0.95;
    private const double LearnedAt = 0.9;
    private const double ForgottenAt = 0.98;

    // Of texts on disk, those that were read since stay in memory.
    private const int StepsUntilRelease = 1000;

    private readonly TorchGenerator _generator;
    private readonly TrainingOptions _options;
    private readonly EncodedTexts _train;
    private readonly double _chance;
    private IReadOnlyList<int[]> _order = [];

    /// <summary>Makes ready to train a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">What a step does.</param>
    /// <param name="options">Resolved settings.</param>
    /// <param name="generator">Where the order of rows comes from.</param>
    /// <param name="pool">The threads that compute.</param>
    /// <param name="train">Rows to train on.</param>
    /// <param name="chance">The mean loss of knowing the classes alone.</param>
    public NetworkTraining(
        Network network, StepSettings settings, TrainingOptions options, TorchGenerator generator, WorkerPool pool,
        EncodedTexts train, double chance)
    {
        (_generator, _options, _train, _chance) = (generator, options, train, chance);
        Step = new TrainingStep(network, settings, pool, options.Communicator);
        Kept = network.Parameters.Clone();
    }

    /// <summary>Takes the steps.</summary>
    public TrainingStep Step { get; }

    /// <summary>The parameters of the epoch to keep.</summary>
    public Parameters Kept { get; }

    /// <summary>Goes on with the random numbers of a position that was read.</summary>
    /// <param name="at">The position.</param>
    public void Restore(NetworkPosition at)
    {
        Step.Network.Pack();
        if (at.GeneratorAtEpoch is { } generator)
            _generator.RestoreState(generator);
    }

    /// <summary>Draws the order of the rows of an epoch.</summary>
    /// <param name="at">How far the network has come.</param>
    public void BeginEpoch(NetworkPosition at)
    {
        at.GeneratorAtEpoch ??= _generator.SaveState();
        _order = !_options.Shuffle ? BatchOrder.InOrder(_train.Count, _options.BatchSize)
            : _options.StreamRows ? BatchOrder.Streamed(_train, _options.BatchSize, _generator)
            : BatchOrder.Shuffled(_train, _options.BatchSize, _generator);
    }

    /// <summary>Remembers the random numbers behind an epoch.</summary>
    /// <param name="at">How far the network has come.</param>
    public void EndEpoch(NetworkPosition at) => at.GeneratorAtEpoch = _generator.SaveState();

    /// <summary>The rows of a batch of the epoch.</summary>
    /// <param name="batch">Which batch, from 0.</param>
    public int[] RowsOf(int batch) => _order[batch];

    /// <summary>Learns a batch.</summary>
    /// <param name="at">How far the network has come.</param>
    /// <param name="batch">Which batch of the epoch, from 0.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="flow">Adds up the gradients at the states; null if nobody wants to know.</param>
    public StepResult Run(NetworkPosition at, int batch, float learningRate, GradientFlowSums? flow)
    {
        Step.TakesAdversarialSteps = at.Defends;
        if (batch % StepsUntilRelease == 0)
            _train.Release();
        StepResult step = Step.Run(_train, _order[batch], learningRate, flow);
        at.RecentLoss = Memory * (at.RecentLoss ?? _chance) + (1 - Memory) * step.Loss;
        at.Defends = at.RecentLoss < (at.Defends ? ForgottenAt : LearnedAt) * _chance;
        return step;
    }

    /// <summary>Keeps the parameters as they are now.</summary>
    public void Keep() => Kept.CopyFrom(Step.Network.Parameters.Values);

    /// <summary>Puts the kept parameters into the network.</summary>
    public void TakeKept()
    {
        Step.Network.Parameters.CopyFrom(Kept.Values);
        Step.Network.Pack();
    }
}
