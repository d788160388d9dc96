using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Losses;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Networks;

/// <summary>
/// Takes batches through a network, forward and, in training, backward: each shard on one thread from its word vectors to its logits
/// and back, with gradients of its own. <see cref="GradientSum"/> then adds those up.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="pool">Who computes.</param>
/// <param name="adversarial">ε of <see cref="AdversarialStep"/>; 0 for training on the texts as they are.</param>
internal sealed unsafe class NetworkPass(Network network, WorkerPool pool, float adversarial = 0) : IParallelWork
{
    private readonly AdversarialStep? _adversarial = adversarial > 0 ? new AdversarialStep(network, adversarial) : null;
    private readonly PassBuffers _buffers = new(network, pool.Workers);
    private Batch _batch = new();
    private double[] _rowLosses = [];
    private GradientSum? _gradients;
    private SoftmaxCrossEntropy? _loss;
    private double _totalWeight;
    private ulong _dropoutSeed;
    private long _step;
    private bool _begins = true;
    private Stage _stage;

    public PassBuffers Buffers => _buffers;

    /// <summary>z, [B,C] in the batch's order, after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> Logits => new(_buffers.Logits, _batch.Count * network.Config.Classes);

    /// <summary>α of attention pooling, [N] in the batch's order, after <see cref="Forward"/>; empty for other poolings.</summary>
    public ReadOnlySpan<float> AttentionWeights =>
        network.Attention is null ? [] : new(_buffers.Alpha, _batch.TokenCount);

    /// <summary>h of the top layer, [N,H·D] in the batch's order, after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> TopStates =>
        new(_buffers.States(network.Config.Layers - 1), _batch.TokenCount * network.Config.StateSize);

    /// <summary>Computes the logits; nothing is dropped.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="carried">
    /// Where sentences begin and what they leave behind, when they are read piece by piece: then no logits are computed. Null for whole ones.
    /// </param>
    public void Forward(Batch batch, CarriedStates? carried = null)
    {
        _stage = Stage.Forward;
        Begin(batch, carried);
        Run(batch);
        carried?.CopyFrom(batch, _buffers);
    }

    /// <summary>Computes the logits and keeps what <see cref="BackwardOfTrace"/> needs, gates among it; nothing is dropped.</summary>
    /// <param name="batch">The batch.</param>
    public void Trace(Batch batch)
    {
        _stage = Stage.Trace;
        Begin(batch, carried: null);
        Run(batch);
    }

    /// <summary>
    /// Goes back through the batch that <see cref="Trace"/> saw, from gradients dz that the caller wrote in the place of the logits. Those
    /// of tables are not added up.
    /// </summary>
    /// <param name="gradients">Where the gradients go.</param>
    public void BackwardOfTrace(GradientSum gradients)
    {
        (_stage, _gradients) = (Stage.BackwardOfTrace, gradients);
        gradients.Prepare(_batch);
        pool.Run(this, _batch.ShardCount);
    }

    /// <summary>
    /// Computes the mean loss of a batch and its gradients; where word vectors take adversarial steps, the gradients of the mean of the
    /// losses before and after them, and the loss before.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="gradients">Where the gradients go.</param>
    /// <param name="dropoutSeed">The seed of the dropout masks.</param>
    /// <param name="step">The number of the training step: masks differ from step to step.</param>
    /// <param name="carried">Where sentences begin; null for zeros. No gradient goes there.</param>
    public double ForwardBackward(
        Batch batch, SoftmaxCrossEntropy loss, GradientSum gradients, ulong dropoutSeed, long step, CarriedStates? carried = null)
    {
        _stage = Stage.Training;
        Begin(batch, carried);
        (_loss, _gradients, _dropoutSeed, _step) = (loss, gradients, dropoutSeed, step);
        _totalWeight = TotalWeight(batch, loss);
        if (_rowLosses.Length < batch.Count)
            _rowLosses = new double[batch.Count];
        gradients.Prepare(batch);
        _adversarial?.Prepare(batch);
        Run(batch);
        gradients.Sum(batch, _buffers);
        double total = 0;
        for (int row = 0; row < batch.Count; row++)
            total += _rowLosses[row];
        return total / loss.TotalWeight(batch.Labels);
    }

    /// <summary>What the loss of each row is divided by, and so its gradients: the weight of all rows, in each of the passes.</summary>
    public double TotalWeight(Batch batch, SoftmaxCrossEntropy loss) =>
        loss.TotalWeight(batch.Labels) * (_adversarial is null ? 1 : 2);

    void IParallelWork.Execute(int part, int worker)
    {
        Shard shard = _batch.ShardAt(part);
        if (_stage == Stage.Training)
            TrainShard(shard, worker, _gradients!.ForShard(part));
        else if (_stage == Stage.BackwardOfTrace)
            BackwardShard(shard, worker, _gradients!.ForShard(part), _buffers.MeasuresGradients);
        else
            ForwardShard(shard, worker, _stage == Stage.Trace);
    }

    private void TrainShard(Shard shard, int worker, ShardGradients gradients)
    {
        ForwardShard(shard, worker, keepsTrace: true);
        ComputeLoss(shard, _rowLosses);
        BackwardShard(shard, worker, gradients, _buffers.MeasuresGradients);
        if (_adversarial is null)
            return;
        float* dx = _buffers.DEmbedded + (long)shard.FirstToken * network.Config.Embedding;
        _adversarial.Find(shard, _batch.Ids.Slice(shard.FirstToken, shard.Tokens), dx);
        ForwardShard(shard, worker, keepsTrace: true, _adversarial);
        ComputeLoss(shard, losses: null);
        BackwardShard(shard, worker, gradients, measures: false);
        _adversarial.AddGradientsTo(shard, dx);
    }

    private void Begin(Batch batch, CarriedStates? carried)
    {
        _begins = carried is null;
        if (carried is null)
            return;
        _buffers.PrepareInitialStates(batch);
        carried.CopyTo(batch, _buffers);
    }

    private void Run(Batch batch)
    {
        _batch = batch;
        _buffers.Prepare(batch, _stage != Stage.Forward);
        pool.Run(this, batch.ShardCount);
    }

    private void ForwardShard(Shard shard, int worker, bool keepsTrace, AdversarialStep? step = null)
    {
        NetworkConfig config = network.Config;
        if (network.Embedding is { } embedding)
        {
            float* table = network.Parameters.PointerTo(embedding);
            float* x = _buffers.Embedded + (long)shard.FirstToken * config.Embedding;
            ReadOnlySpan<int> ids = _batch.Ids.Slice(shard.FirstToken, shard.Tokens);
            for (int n = 0; n < ids.Length; n++)
            {
                new ReadOnlySpan<float>(table + (long)ids[n] * config.Embedding, config.Embedding)
                    .CopyTo(new Span<float>(x + (long)n * config.Embedding, config.Embedding));
            }
            step?.AddTo(shard, x);
            if (keepsTrace)
                Drop(Site.Embedding, shard.FirstToken, shard.Tokens, config.Embedding, x, x);
        }
        for (int layer = 0; layer < config.Layers; layer++)
        {
            for (int direction = 0; direction < network.Directions; direction++)
                ForwardLayer(shard, layer, direction, worker, keepsTrace);
            if (keepsTrace && layer < config.Layers - 1 && config.Dropout > 0)
            {
                long first = (long)shard.FirstToken * config.StateSize;
                Drop(Site.Layer + layer, shard.FirstToken, shard.Tokens, config.StateSize, _buffers.States(layer) + first, _buffers.Dropped(layer) + first);
            }
        }
        PoolingPass pooling = _buffers.PoolingOf(shard, keepsTrace);
        NetworkPooling.Forward(network, _buffers, pooling);
        if (keepsTrace)
            Drop(Site.Pooled, shard.FirstRow, shard.Rows, config.StateSize, pooling.Pooled, pooling.Pooled);
        // A text that is read piece by piece is not over: what is asked for is its states.
        if (_stage == Stage.Forward && !_begins)
            return;
        network.Output.Forward(
            shard.Rows, network.Parameters.PointerTo(network.OutputBias), pooling.Pooled,
            _buffers.Logits + (long)shard.FirstRow * config.Classes);
    }

    private void ForwardLayer(Shard shard, int layer, int direction, int worker, bool keepsTrace)
    {
        int index = layer * network.Directions + direction;
        RecurrentPass pass = _buffers.Recurrent(shard, layer, direction, worker, keepsTrace, _begins);
        fixed (int* ids = _batch.Ids)
        {
            pass.Ids = ids + shard.FirstToken;
            pass.Table = network.Parameters.PointerTo(network.InputWeight(index));
            network.Recurrent[index].Forward(network.Kernels, network.Weights[index], pass);
        }
    }

    private void ComputeLoss(Shard shard, double[]? losses)
    {
        int classes = network.Config.Classes;
        for (int row = shard.FirstRow; row < shard.FirstRow + shard.Rows; row++)
        {
            var logits = new Span<float>(_buffers.Logits + (long)row * classes, classes);
            double loss = _loss!.Row(logits, _batch.Labels[row], _totalWeight, logits);
            if (losses is not null)
                losses[row] = loss;
        }
    }

    private void BackwardShard(Shard shard, int worker, ShardGradients gradients, bool measures)
    {
        float* scratch = _buffers.Scratch(worker);
        NetworkConfig config = network.Config;
        PoolingPass pooling = _buffers.PoolingOf(shard, training: true);
        network.Output.Backward(
            shard.Rows, pooling.Pooled, _buffers.Logits + (long)shard.FirstRow * config.Classes, pooling.DPooled,
            gradients[network.OutputWeight], gradients[network.OutputBias], scratch);
        Drop(Site.Pooled, shard.FirstRow, shard.Rows, config.StateSize, pooling.DPooled, pooling.DPooled);
        NetworkPooling.Backward(network, _buffers, pooling, gradients, scratch);
        for (int layer = config.Layers - 1; layer >= 0; layer--)
        {
            if (layer < config.Layers - 1)
            {
                float* dStates = _buffers.DStates(layer) + (long)shard.FirstToken * config.StateSize;
                Drop(Site.Layer + layer, shard.FirstToken, shard.Tokens, config.StateSize, dStates, dStates);
            }
            for (int direction = 0; direction < network.Directions; direction++)
            {
                int index = layer * network.Directions + direction;
                RecurrentPass pass = _buffers.Recurrent(shard, layer, direction, worker, training: true, _begins);
                pass.DInputWeight = network.InputWeight(index).IsTable ? null : gradients[network.InputWeight(index)];
                pass.DRecurrentWeight = network.RecurrentWeight(index) is { } recurrent ? gradients[recurrent] : null;
                pass.DBias = gradients[network.Bias(index)];
                pass.Scratch = scratch;
                if (!measures)
                    pass.DHiddenNorms = null;
                network.Recurrent[index].Backward(network.Kernels, network.Weights[index], pass);
            }
        }
        if (config.Embedding > 0)
        {
            float* dx = _buffers.DEmbedded + (long)shard.FirstToken * config.Embedding;
            Drop(Site.Embedding, shard.FirstToken, shard.Tokens, config.Embedding, dx, dx);
        }
    }

    private void Drop(int site, int firstRow, int rows, int width, float* x, float* y)
    {
        long count = (long)rows * width;
        float p = network.Config.Dropout;
        if (p > 0 && _stage == Stage.Training)
            Dropout.Apply(p, Dropout.Key(_dropoutSeed, _step, site), (long)firstRow * width, count, x, y);
        else if (x != y)
            new ReadOnlySpan<float>(x, checked((int)count)).CopyTo(new Span<float>(y, (int)count));
    }

    private enum Stage
    {
        Forward,
        Trace,
        BackwardOfTrace,
        Training,
    }

    // The places where values are dropped; each has masks of its own.
    private static class Site
    {
        public const int Embedding = 0;
        public const int Pooled = 1;
        public const int Layer = 2;
    }
}
