using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <content>What a thread computes for one shard of the batch.</content>
public sealed unsafe partial class NetworkPass
{
    private void TrainShard(Shard shard, int worker, ShardGradients gradients)
    {
        ForwardShard(shard, worker, PassMode.ForwardBackward);
        ComputeLoss(shard, _rowLosses);
        BackwardShard(shard, worker, gradients, _buffers.MeasuresGradients);
        if (Adversarial is null)
            return;
        Matrix dx = _buffers.DEmbedded.RowsFrom(shard.FirstToken, shard.Tokens);
        Adversarial.Find(shard, dx);
        ForwardShard(shard, worker, PassMode.ForwardBackward, Adversarial);
        ComputeLoss(shard, losses: null);
        BackwardShard(shard, worker, gradients, measures: false);
        Adversarial.AddGradientsTo(shard, dx);
    }

    private void ForwardShard(Shard shard, int worker, PassMode mode, AdversarialStep? step = null)
    {
        bool keepsTrace = mode == PassMode.ForwardBackward;
        if (network.Embedding is { } embedding)
            LookUp(shard, embedding, keepsTrace, step);
        fixed (int* ids = Batch.Ids, starts = Batch.Starts)
        {
            for (int layer = 0; layer < network.Layers.Count; layer++)
            {
                LayerArguments arguments = ArgumentsOf(shard, layer, worker, mode);
                arguments.Ids = ids + shard.FirstToken;
                arguments.Starts = starts + shard.FirstRow;
                _buffers.Layer(layer).Forward(arguments);
                if (keepsTrace && _buffers.UsesDropped(layer))
                {
                    Matrix dropped = _buffers.Dropped(layer).RowsFrom(shard.FirstToken, shard.Tokens);
                    Drop(Site.Layer + layer, shard.FirstToken, arguments.Output, dropped);
                }
            }
        }
        PoolingArguments pooling = _buffers.PoolingOf(shard, mode);
        NetworkPooling.Forward(network, _buffers, pooling);
        if (keepsTrace)
            Drop(Site.Pooled, shard.FirstRow, pooling.Pooled, pooling.Pooled);
        // A text that is read piece by piece is not over: what is asked for is its states.
        if (_stage == Stage.Forward && _continues)
            return;
        Matrix logits = _buffers.Logits.RowsFrom(shard.FirstRow, shard.Rows);
        network.Output.Forward(pooling.Pooled, network.Parameters.PointerTo(network.OutputBias), logits);
    }

    private void LookUp(Shard shard, Parameter embedding, bool keepsTrace, AdversarialStep? step)
    {
        var table = new Matrix(network.Parameters.PointerTo(embedding), network.Config.Vocabulary, network.Config.Embedding);
        Matrix x = _buffers.Embedded.RowsFrom(shard.FirstToken, shard.Tokens);
        ReadOnlySpan<int> ids = Batch.Ids.Slice(shard.FirstToken, shard.Tokens);
        if (network.SubwordTable is { } subwords)
        {
            var pieces = new Matrix(network.Parameters.PointerTo(subwords), network.Config.Subwords, network.Config.Embedding);
            for (int n = 0; n < ids.Length; n++)
                SubwordVector.Read(network.Kernels, table, pieces, ids[n], network.SubwordsOf(ids[n], Batch), x.PointerTo(n));
        }
        else
        {
            for (int n = 0; n < ids.Length; n++)
                table.Row(ids[n]).CopyTo(x.Row(n));
        }
        if (step is not null)
            step.AddTo(shard, x);
        else if (_stage == Stage.Training)
            Adversarial?.Measure(shard, x);
        if (keepsTrace)
            Drop(Site.Embedding, shard.FirstToken, x, x);
    }

    private LayerArguments ArgumentsOf(Shard shard, int layer, int worker, PassMode mode)
    {
        LayerArguments arguments = _buffers.ArgumentsOf(shard, layer, worker, mode);
        arguments.Continues = _continues;
        // With several shards each thread has its own.
        if (mode == PassMode.ForwardBackward && _own.Count == 1)
            arguments.Shared = Shared;
        if (_stage == Stage.Training)
            arguments.Dropout = new DropoutMasks(network.Config.Dropout, _dropoutSeed, _step);
        return arguments;
    }

    private void ComputeLoss(Shard shard, double[]? losses)
    {
        for (int row = shard.FirstRow; row < shard.FirstRow + shard.Rows; row++)
        {
            Span<float> logits = _buffers.Logits.Row(row);
            double loss = _loss!.Row(logits, Batch.Labels[row], _totalWeight, logits);
            if (losses is not null)
                losses[row] = loss;
        }
    }

    private void BackwardShard(Shard shard, int worker, ShardGradients gradients, bool measures)
    {
        float* scratch = _buffers.Scratch(worker);
        PoolingArguments pooling = _buffers.PoolingOf(shard, PassMode.ForwardBackward);
        Matrix dLogits = _buffers.Logits.RowsFrom(shard.FirstRow, shard.Rows);
        network.Output.Backward(
            pooling.Pooled, dLogits, pooling.DPooled, gradients[network.OutputWeight], gradients[network.OutputBias], scratch);
        Drop(Site.Pooled, shard.FirstRow, pooling.DPooled, pooling.DPooled);
        NetworkPooling.Backward(network, _buffers, pooling, gradients, scratch);
        if (measures)
            _buffers.MeasureTop(shard);
        int top = network.Layers.Count - 1;
        fixed (int* starts = Batch.Starts)
        {
            for (int layer = top; layer >= 0; layer--)
            {
                LayerArguments arguments = ArgumentsOf(shard, layer, worker, PassMode.ForwardBackward);
                arguments.Starts = starts + shard.FirstRow;
                arguments.MeasuresGradients = measures && layer == top;
                if (_buffers.UsesDropped(layer))
                    Drop(Site.Layer + layer, shard.FirstToken, arguments.DOutput, arguments.DOutput);
                _buffers.Layer(layer).Backward(arguments, gradients.Of(network, layer));
            }
        }
        if (network.Config.Embedding > 0)
        {
            Matrix dx = _buffers.DEmbedded.RowsFrom(shard.FirstToken, shard.Tokens);
            Drop(Site.Embedding, shard.FirstToken, dx, dx);
        }
    }

    // The mask depends on the place among all rows of the batch. y may be x.
    private void Drop(int site, int firstRow, in Matrix x, in Matrix y)
    {
        float p = network.Config.Dropout;
        if (p > 0 && _stage == Stage.Training)
        {
            long count = (long)x.Rows * x.Columns;
            Dropout.Apply(p, Scatter.Key(_dropoutSeed, _step, site), (long)firstRow * x.Columns, count, x.Pointer, y.Pointer);
        }
        else if (x.Pointer != y.Pointer)
        {
            x.CopyTo(y);
        }
    }

    // The places where values are dropped; each has masks of its own. Layers that drop inside have sites far above.
    private static class Site
    {
        public const int Embedding = 0;
        public const int Pooled = 1;
        public const int Layer = 2;
    }
}
