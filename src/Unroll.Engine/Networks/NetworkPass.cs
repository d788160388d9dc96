using System.Runtime.InteropServices;
using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Losses;
using Unroll.Engine.Numerics;
using Unroll.Engine.Ranks;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Networks;

/// <summary>
/// Takes batches through a network, forward and, in training, backward: each shard on one thread from its word vectors to its
/// logits and back, with gradients of its own. <see cref="GradientSum"/> then adds those up.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="pool">The threads that compute.</param>
/// <param name="communicator">
/// Connects the ranks that share the batches; each tells the others the logits of its sentences, and nothing else. Null for a
/// process alone.
/// </param>
public sealed unsafe partial class NetworkPass(Network network, WorkerPool pool, ICommunicator? communicator = null)
    : IParallelWork
{
    private readonly RankExchange? _ranks = RankExchange.Of(communicator);
    private readonly PassBuffers _buffers = new(network, pool.Workers);
    private SharedWork? _sharedWork;
    private Batch? _batch;
    private ShardRange _own;
    private double[] _rowLosses = [];
    private GradientSum? _gradients;
    private ILoss? _loss;
    private double _totalWeight;
    private ulong _dropoutSeed;
    private long _step;
    private bool _continues;
    private Stage _stage;

    /// <summary>z, [B,C] in the batch's order, after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> Logits => new(_buffers.Logits.Pointer, Batch.Count * network.Config.Classes);

    /// <summary>
    /// α of attention pooling, [N] in the batch's order, after <see cref="Forward"/>; empty for other poolings.
    /// </summary>
    public ReadOnlySpan<float> AttentionWeights => network.Attention is null ? [] : new(_buffers.Alpha, Batch.TokenCount);

    /// <summary>h of the top layer, [N,P] in the batch's order, after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> TopStates =>
        new(_buffers.States(network.Layers.Count - 1).Pointer, Batch.TokenCount * network.StateSize);

    internal PassBuffers Buffers => _buffers;

    private Batch Batch => _batch ?? throw new InvalidOperationException("no batch went through the network yet");

    /// <summary>All sentences begin with zeros, for passes that go on from the states before.</summary>
    /// <param name="rows">How many sentences there are.</param>
    /// <exception cref="InvalidOperationException">A layer is not recurrent.</exception>
    public void ClearStates(int rows)
    {
        for (int layer = 0; layer < network.Layers.Count; layer++)
            RecurrentPass(layer).ClearStates(rows);
    }

    /// <summary>
    /// Computes the logits; nothing is dropped. Ranks each compute some; states that sentences leave behind each computes all,
    /// because the next piece may be another rank's.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="continues">
    /// Whether sentences are read piece by piece: they go on from the states that they left behind and leave them behind again;
    /// no logits are computed.
    /// </param>
    public void Forward(Batch batch, bool continues = false)
    {
        _stage = Stage.Forward;
        Begin(batch, continues);
        Run(batch, continues ? null : _ranks);
        if (!continues)
            GatherLogits();
        for (int layer = 0; continues && layer < network.Layers.Count; layer++)
            RecurrentPass(layer).SaveStates(batch, _buffers.States(layer));
    }

    /// <summary>
    /// Computes the logits and keeps what <see cref="BackwardOfTrace"/> needs, gates among it; nothing is dropped.
    /// </summary>
    /// <param name="batch">The batch.</param>
    internal void Trace(Batch batch)
    {
        _stage = Stage.Trace;
        Begin(batch, continues: false);
        Run(batch, ranks: null);
    }

    /// <summary>
    /// Goes back through the batch that <see cref="Trace"/> saw, from gradients dz that the caller wrote in the place of the
    /// logits. Those of tables are not added up.
    /// </summary>
    /// <param name="gradients">Where the gradients go.</param>
    internal void BackwardOfTrace(GradientSum gradients)
    {
        (_stage, _gradients) = (Stage.BackwardOfTrace, gradients);
        network.PackBackward();
        gradients.Prepare(Batch);
        pool.Run(this, _own.Count);
    }

    /// <summary>
    /// Computes the mean loss of a batch and its gradients; where word vectors take adversarial steps, the gradients of the mean
    /// of the losses before and after them, and the loss before.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="gradients">Where the gradients go.</param>
    /// <param name="dropoutSeed">The seed of the dropout masks.</param>
    /// <param name="step">The number of the training step: masks differ from step to step.</param>
    /// <param name="continues">Whether sentences go on from the states that they left behind. No gradient goes there.</param>
    internal double ForwardBackward(
        Batch batch, ILoss loss, GradientSum gradients, ulong dropoutSeed, long step, bool continues = false)
    {
        _stage = Stage.Training;
        Begin(batch, continues);
        network.PackBackward();
        (_loss, _gradients, _dropoutSeed, _step) = (loss, gradients, dropoutSeed, step);
        _totalWeight = TotalWeight(batch, loss);
        if (_rowLosses.Length < batch.Count)
            _rowLosses = new double[batch.Count];
        gradients.Prepare(batch);
        Adversarial?.Prepare(batch);
        Run(batch, _ranks);
        gradients.Sum(batch, _buffers);
        _ranks?.GatherRows(batch, MemoryMarshal.AsBytes(_rowLosses.AsSpan()), sizeof(double));
        if (_ranks is not null && _buffers.MeasuresGradients)
            GatherGradientNorms(_ranks);
        double total = 0;
        for (int row = 0; row < batch.Count; row++)
            total += _rowLosses[row];
        return total / loss.TotalWeight(batch.Labels);
    }

    /// <summary>
    /// What the loss of each row is divided by, and so its gradients: the weight of all rows, in each of the passes.
    /// </summary>
    internal double TotalWeight(Batch batch, ILoss loss) =>
        loss.TotalWeight(batch.Labels) * (Adversarial is null ? 1 : 2);

    void IParallelWork.Execute(int part, int worker)
    {
        Shard shard = Batch.ShardAt(_own.First + part);
        switch (_stage)
        {
            case Stage.Training:
                TrainShard(shard, worker, _gradients!.ForShard(part));
                break;
            case Stage.BackwardOfTrace:
                BackwardShard(shard, worker, _gradients!.ForShard(part), _buffers.MeasuresGradients);
                break;
            default:
                ForwardShard(shard, worker, Mode);
                break;
        }
    }

    /// <summary>The adversarial step that word vectors take in training; null for none. Default: null.</summary>
    internal AdversarialStep? Adversarial { get; set; }

    private PassMode Mode => _stage == Stage.Forward ? PassMode.Forward : PassMode.ForwardBackward;

    private SharedWork? Shared =>
        pool.Workers == 1 ? null : _sharedWork ??= new SharedWork(network.Kernels, pool, _buffers.AllScratch);

    private RecurrentLayerPass RecurrentPass(int layer) => _buffers.Layer(layer) as RecurrentLayerPass
        ?? throw new InvalidOperationException("only recurrent layers carry states from one piece of a sentence to the next");

    private void Begin(Batch batch, bool continues)
    {
        network.PackIfStale();
        _continues = continues;
        for (int layer = 0; continues && layer < network.Layers.Count; layer++)
            RecurrentPass(layer).LoadStates(batch);
    }

    private void Run(Batch batch, RankExchange? ranks)
    {
        (_batch, _own) = (batch, ShardRange.Of(ranks, batch));
        _buffers.Prepare(batch, Mode);
        pool.Run(this, _own.Count);
    }

    private void GatherLogits()
    {
        int width = network.Config.Classes;
        var logits = new Span<float>(_buffers.Logits.Pointer, Batch.Count * width);
        _ranks?.GatherRows(Batch, MemoryMarshal.AsBytes(logits), sizeof(float) * width);
    }

    private void GatherGradientNorms(RankExchange ranks)
    {
        foreach (Matrix norms in _buffers.GradientNorms)
            ranks.GatherTokens(Batch, norms);
    }

    private enum Stage
    {
        Forward,
        Trace,
        BackwardOfTrace,
        Training,
    }
}
