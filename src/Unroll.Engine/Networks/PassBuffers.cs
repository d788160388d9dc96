using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// What a pass of a network over a batch computes on its way, for all shards: N tokens, B rows, P the width of a layer's output.
/// Layers keep memory of their own. All of it is kept and grows with the largest batch.
/// </summary>
internal sealed unsafe class PassBuffers
{
    private readonly Network _network;
    private readonly ILayerPass[] _layers;
    private readonly AlignedBuffer _embedded = new();
    private readonly AlignedBuffer _dEmbedded = new();
    private readonly AlignedBuffer[] _states;
    private readonly AlignedBuffer[] _dropped;
    private readonly AlignedBuffer[] _dStates;
    private readonly AlignedBuffer _pooled = new();
    private readonly AlignedBuffer _dPooled = new();
    private readonly AlignedBuffer _logits = new();
    private readonly AlignedBuffer _attention = new();
    private readonly AlignedBuffer _alpha = new();
    private readonly AlignedBuffer _sources = new();
    private readonly AlignedBuffer _gradientNorms = new();
    private readonly AlignedBuffer[] _scratch;
    private bool _measuresGradients;
    private int _tokens;
    private int _rows;

    /// <summary>Makes ready; memory is taken with the first batch.</summary>
    /// <param name="network">The network.</param>
    /// <param name="workers">How many threads compute.</param>
    public PassBuffers(Network network, int workers)
    {
        _network = network;
        int layers = network.Layers.Count;
        _layers = [.. network.Layers.Select(layer => layer.CreatePass())];
        _states = Create(layers);
        _dropped = Create(layers);
        _dStates = Create(layers);
        _scratch = Create(workers);
    }

    /// <summary>Whether a backward pass measures the gradient at every state of the top layer.</summary>
    public bool MeasuresGradients
    {
        get => _measuresGradients;
        set
        {
            _measuresGradients = value;
            if (_layers[^1] is RecurrentLayerPass top)
                top.MeasuresGradients = value;
        }
    }

    /// <summary>Floats of all buffers together, but for the workers' scratch memory.</summary>
    public long Length =>
        new[] { _embedded, _dEmbedded, _pooled, _dPooled, _logits, _attention, _alpha, _sources, _gradientNorms }
            .Concat(_states).Concat(_dropped).Concat(_dStates).Sum(buffer => (long)buffer.Length)
        + _layers.Sum(layer => layer.Length);

    /// <summary>x, [N,E].</summary>
    public Matrix Embedded => _embedded.AsMatrix(_tokens, _network.Config.Embedding);

    /// <summary>dx, [N,E].</summary>
    public Matrix DEmbedded => _dEmbedded.AsMatrix(_tokens, _network.Config.Embedding);

    /// <summary>p, [B,P].</summary>
    public Matrix Pooled => _pooled.AsMatrix(_rows, _network.StateSize);

    /// <summary>dp, [B,P].</summary>
    public Matrix DPooled => _dPooled.AsMatrix(_rows, _network.StateSize);

    /// <summary>z, [B,C]; dz after a training pass.</summary>
    public Matrix Logits => _logits.AsMatrix(_rows, _network.Config.Classes);

    /// <summary>u of attention, [N,P].</summary>
    public Matrix Attention => _attention.AsMatrix(_tokens, _network.StateSize);

    /// <summary>α of attention, [N].</summary>
    public float* Alpha => _alpha.Pointer;

    /// <summary>The pass through one layer.</summary>
    public ILayerPass Layer(int layer) => _layers[layer];

    /// <summary>The output of a layer, [N,P].</summary>
    public Matrix States(int layer) => _states[layer].AsMatrix(_tokens, _network.Layers[layer].OutputSize);

    /// <summary>The output of a layer after dropout, [N,P]; the output itself where nothing is dropped.</summary>
    public Matrix Dropped(int layer) =>
        UsesDropped(layer) ? _dropped[layer].AsMatrix(_tokens, _network.Layers[layer].OutputSize) : States(layer);

    /// <summary>The gradient of a layer's output, [N,P].</summary>
    public Matrix DStates(int layer) => _dStates[layer].AsMatrix(_tokens, _network.Layers[layer].OutputSize);

    /// <summary>Scratch memory of every worker.</summary>
    public AlignedBuffer[] AllScratch => _scratch;

    /// <summary>Scratch memory of one worker.</summary>
    public float* Scratch(int worker) => _scratch[worker].Pointer;

    /// <summary>What every token adds to the gradient of its row of a table, [N, …].</summary>
    /// <param name="index">Which of the network's tables: the word vectors, or the input weight of a direction.</param>
    public Matrix TableGradients(int index) =>
        _network.Embedding is null ? ((RecurrentLayerPass)_layers[0]).Gates(index) : DEmbedded;

    /// <summary>
    /// ‖dh_t‖ of the top layer after a backward pass that <see cref="MeasuresGradients"/>: in a recurrent layer of both
    /// directions, with what comes from later steps.
    /// </summary>
    /// <param name="token">The place of the token among those of the batch.</param>
    public double GradientNorm(int token)
    {
        return _layers[^1] is RecurrentLayerPass top ? top.GradientNorm(token) : _gradientNorms.Pointer[token];
    }

    /// <summary>What <see cref="GradientNorm"/> is made of, each [N,1].</summary>
    public Matrix[] GradientNorms => _layers[^1] is RecurrentLayerPass top
        ? top.GradientNorms
        : [_gradientNorms.AsMatrix(_tokens, 1)];

    /// <summary>
    /// Keeps the norms of the gradients at a shard's top states, as pooling left them; a recurrent layer does it by itself, step
    /// by step.
    /// </summary>
    public void MeasureTop(Shard shard)
    {
        if (_layers[^1] is RecurrentLayerPass)
            return;
        Matrix dStates = OfShard(DStates(_layers.Length - 1), shard);
        for (int n = 0; n < shard.Tokens; n++)
        {
            double squares = 0;
            foreach (float d in dStates.Row(n))
                squares += (double)d * d;
            _gradientNorms.Pointer[shard.FirstToken + n] = (float)Math.Sqrt(squares);
        }
    }

    /// <summary>Makes room for a batch.</summary>
    public void Prepare(Batch batch, PassMode mode)
    {
        NetworkConfig config = _network.Config;
        bool trains = mode == PassMode.ForwardBackward;
        (_tokens, _rows) = (batch.TokenCount, batch.Count);
        // In 64 bits: a long batch must not wrap around to a buffer that is too short.
        long tokens = _tokens;
        long rows = _rows;
        _embedded.EnsureLength(tokens * config.Embedding);
        if (trains)
            _dEmbedded.EnsureLength(tokens * config.Embedding);
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            int width = _network.Layers[layer].OutputSize;
            _states[layer].EnsureLength(tokens * width);
            if (trains && UsesDropped(layer))
                _dropped[layer].EnsureLength(tokens * width);
            if (trains)
                _dStates[layer].EnsureLength(tokens * width);
            _layers[layer].Prepare(_tokens, _rows, mode);
        }
        int state = _network.StateSize;
        _pooled.EnsureLength(rows * state);
        _dPooled.EnsureLength(trains ? rows * state : 0);
        _logits.EnsureLength(rows * config.Classes);
        if (config.Pooling == Pooling.Max)
            _sources.EnsureLength(rows * state);
        if (config.Pooling == Pooling.Attention)
        {
            _attention.EnsureLength(tokens * state);
            _alpha.EnsureLength(tokens);
        }
        if (trains && MeasuresGradients && _layers[^1] is not RecurrentLayerPass)
            _gradientNorms.EnsureLength(tokens);
        PrepareScratch(batch, mode);
    }

    /// <summary>The memory of one layer for one shard, but for ids.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="worker">Whose scratch memory is used.</param>
    /// <param name="mode">What is done with the batch.</param>
    public LayerArguments ArgumentsOf(Shard shard, int layer, int worker, PassMode mode)
    {
        bool trains = mode == PassMode.ForwardBackward;
        bool readsIds = layer == 0 && _network.Config.Embedding == 0;
        Matrix input = layer == 0 ? Embedded : trains ? Dropped(layer - 1) : States(layer - 1);
        var arguments = new LayerArguments
        {
            Shard = shard,
            Mode = mode,
            Input = readsIds ? default : OfShard(input, shard),
            Output = OfShard(States(layer), shard),
            Scratch = Scratch(worker),
        };
        if (trains)
        {
            arguments.DInput = readsIds ? default : OfShard(layer == 0 ? DEmbedded : DStates(layer - 1), shard);
            arguments.DOutput = OfShard(DStates(layer), shard);
        }
        return arguments;
    }

    /// <summary>The memory of one shard's pooling.</summary>
    public PoolingArguments PoolingOf(Shard shard, PassMode mode)
    {
        bool trains = mode == PassMode.ForwardBackward;
        int top = _layers.Length - 1;
        int* sources = (int*)_sources.Pointer + (long)shard.FirstRow * _network.StateSize;
        return new PoolingArguments
        {
            Shard = shard,
            ForwardSize = _network.Layers[top].ForwardSize,
            States = OfShard(States(top), shard),
            Pooled = Pooled.RowsFrom(shard.FirstRow, shard.Rows),
            DPooled = trains ? DPooled.RowsFrom(shard.FirstRow, shard.Rows) : default,
            DStates = trains ? OfShard(DStates(top), shard) : default,
            Sources = _network.Config.Pooling == Pooling.Max ? sources : null,
        };
    }

    private static Matrix OfShard(in Matrix tokens, Shard shard) => tokens.RowsFrom(shard.FirstToken, shard.Tokens);

    /// <summary>
    /// Whether values of a layer's output are dropped before the next one reads it. The top layer's is pooled; dropout comes
    /// after that.
    /// </summary>
    public bool UsesDropped(int layer) =>
        _network.Config.Dropout > 0 && layer < _layers.Length - 1 && _network.Layers[layer].DropsOutput;

    private void PrepareScratch(Batch batch, PassMode mode)
    {
        bool trains = mode == PassMode.ForwardBackward;
        long length = trains ? _network.Attention?.ScratchLength ?? 0 : 0;
        for (int s = 0; s < batch.ShardCount; s++)
        {
            Shard shard = batch.ShardAt(s);
            if (trains)
                length = Math.Max(length, _network.Output.ScratchLength(shard.Rows));
            foreach (ILayerPass layer in _layers)
                length = Math.Max(length, layer.ScratchLength(shard, mode));
        }
        foreach (AlignedBuffer scratch in _scratch)
            scratch.EnsureLength(length);
    }

    private static AlignedBuffer[] Create(int count)
    {
        var buffers = new AlignedBuffer[count];
        for (int i = 0; i < count; i++)
            buffers[i] = new AlignedBuffer();
        return buffers;
    }
}
