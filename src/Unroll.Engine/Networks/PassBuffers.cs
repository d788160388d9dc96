using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// What a pass of a network over a batch computes on its way, for all shards: N tokens, B rows, P = H·D. Memory is kept and grows
/// with the largest batch.
/// </summary>
internal sealed unsafe class PassBuffers
{
    private readonly Network _network;
    private readonly AlignedBuffer _embedded = new();
    private readonly AlignedBuffer _dEmbedded = new();
    private readonly AlignedBuffer[] _states;
    private readonly AlignedBuffer[] _dropped;
    private readonly AlignedBuffer[] _dStates;
    private readonly AlignedBuffer[] _gates;
    private readonly AlignedBuffer[] _cells;
    private readonly AlignedBuffer[] _tanhCells;
    private readonly AlignedBuffer[] _dHiddenLater;
    private readonly AlignedBuffer[] _dCellLater;
    private readonly AlignedBuffer[] _initialHidden;
    private readonly AlignedBuffer[] _initialCell;
    private readonly AlignedBuffer _pooled = new();
    private readonly AlignedBuffer _dPooled = new();
    private readonly AlignedBuffer _logits = new();
    private readonly AlignedBuffer _attention = new();
    private readonly AlignedBuffer _alpha = new();
    private readonly AlignedBuffer _sources = new();
    private readonly AlignedBuffer[] _gradientNorms;
    private readonly AlignedBuffer[] _scratch;

    public PassBuffers(Network network, int workers)
    {
        _network = network;
        int layers = network.Config.Layers;
        _states = Create(layers);
        _dropped = Create(layers);
        _dStates = Create(layers);
        _initialHidden = Create(layers);
        _initialCell = Create(layers);
        int directed = network.Recurrent.Length;
        _gates = Create(directed);
        _cells = Create(directed);
        _tanhCells = Create(directed);
        _dHiddenLater = Create(directed);
        _dCellLater = Create(directed);
        _gradientNorms = Create(network.Directions);
        _scratch = Create(workers);
    }

    /// <summary>Whether a backward pass measures the gradient at every state of the top layer.</summary>
    public bool MeasuresGradients { get; set; }

    /// <summary>Floats of all buffers together, but for the workers' scratch memory.</summary>
    public long Length =>
        new[] { _embedded, _dEmbedded, _pooled, _dPooled, _logits, _attention, _alpha, _sources }
            .Concat(_states).Concat(_dropped).Concat(_dStates).Concat(_gates).Concat(_cells).Concat(_tanhCells)
            .Concat(_dHiddenLater).Concat(_dCellLater).Concat(_gradientNorms).Sum(buffer => (long)buffer.Length);

    /// <summary>x [N,E].</summary>
    public float* Embedded => _embedded.Pointer;

    /// <summary>dx [N,E].</summary>
    public float* DEmbedded => _dEmbedded.Pointer;

    /// <summary>p [B,P].</summary>
    public float* Pooled => _pooled.Pointer;

    /// <summary>dp [B,P].</summary>
    public float* DPooled => _dPooled.Pointer;

    /// <summary>z [B,C]; dz after a training pass.</summary>
    public float* Logits => _logits.Pointer;

    /// <summary>u of attention [N,P].</summary>
    public float* Attention => _attention.Pointer;

    /// <summary>α of attention [N].</summary>
    public float* Alpha => _alpha.Pointer;

    /// <summary>Where max pooling took each unit from [B,P].</summary>
    public int* Sources => (int*)_sources.Pointer;

    /// <summary>h of a layer [N,P].</summary>
    public float* States(int layer) => _states[layer].Pointer;

    /// <summary>h of a layer after dropout [N,P]; h itself where there is none.</summary>
    public float* Dropped(int layer) => UsesDropped(layer) ? _dropped[layer].Pointer : States(layer);

    /// <summary>dh of a layer [N,P].</summary>
    public float* DStates(int layer) => _dStates[layer].Pointer;

    /// <summary>c of a layer and direction [N,H].</summary>
    public float* Cells(int index) => _cells[index].Pointer;

    /// <summary>h_0 of a layer of one direction [B,H].</summary>
    public float* InitialHidden(int layer) => _initialHidden[layer].Pointer;

    /// <summary>c_0 of a layer of one direction [B,H].</summary>
    public float* InitialCell(int layer) => _initialCell[layer].Pointer;

    /// <summary>Scratch memory of one worker.</summary>
    public float* Scratch(int worker) => _scratch[worker].Pointer;

    /// <summary>The sums, gates or da of a layer and direction [N, Columns·H].</summary>
    public float* Gates(int index) => _gates[index].Pointer;

    /// <summary>‖dh_t‖ of the top layer, both directions together, after a backward pass that <see cref="MeasuresGradients"/>.</summary>
    /// <param name="token">The place of the token among those of the batch.</param>
    public double GradientNorm(int token)
    {
        double squares = 0;
        foreach (AlignedBuffer direction in _gradientNorms)
            squares += (double)direction.Pointer[token] * direction.Pointer[token];
        return Math.Sqrt(squares);
    }

    /// <summary>Makes room for the initial states of a batch.</summary>
    public void PrepareInitialStates(Batch batch)
    {
        for (int layer = 0; layer < _initialHidden.Length; layer++)
        {
            _initialHidden[layer].EnsureLength((long)batch.Count * _network.Config.Hidden);
            if (_network.Layout.Cell.HasCellState)
                _initialCell[layer].EnsureLength((long)batch.Count * _network.Config.Hidden);
        }
    }

    /// <summary>Makes room for a batch.</summary>
    public void Prepare(Batch batch, bool training)
    {
        NetworkConfig config = _network.Config;
        // In 64 bits: a long batch must not wrap around to a buffer that is too short.
        long tokens = batch.TokenCount;
        long rows = batch.Count;
        int state = config.StateSize;
        _embedded.EnsureLength(tokens * config.Embedding);
        if (training)
            _dEmbedded.EnsureLength(tokens * config.Embedding);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            _states[layer].EnsureLength(tokens * state);
            if (training && UsesDropped(layer))
                _dropped[layer].EnsureLength(tokens * state);
            if (training)
                _dStates[layer].EnsureLength(tokens * state);
        }
        IRecurrentCell cell = _network.Layout.Cell;
        for (int i = 0; i < _gates.Length; i++)
        {
            if (cell.HasCellState)
                _cells[i].EnsureLength(tokens * config.Hidden);
            if (training)
            {
                _gates[i].EnsureLength(tokens * cell.Columns * config.Hidden);
                if (cell.HasCellState)
                    _tanhCells[i].EnsureLength(tokens * config.Hidden);
                _dHiddenLater[i].EnsureLength(rows * config.Hidden);
                if (cell.HasCellState)
                    _dCellLater[i].EnsureLength(rows * config.Hidden);
            }
        }
        if (training && MeasuresGradients)
        {
            foreach (AlignedBuffer direction in _gradientNorms)
                direction.EnsureLength(tokens);
        }
        _pooled.EnsureLength(rows * state);
        _dPooled.EnsureLength(training ? rows * state : 0);
        _logits.EnsureLength(rows * config.Classes);
        if (config.Pooling == Pooling.Max)
            _sources.EnsureLength(rows * state);
        if (config.Pooling == Pooling.Attention)
        {
            _attention.EnsureLength(tokens * state);
            _alpha.EnsureLength(tokens);
        }
        PrepareScratch(batch, training);
    }

    /// <summary>The memory of one layer and direction for one shard, but for gradients of parameters.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="direction">0 forward, 1 backward.</param>
    /// <param name="worker">Whose scratch memory is used.</param>
    /// <param name="training">Whether a backward pass follows.</param>
    /// <param name="begins">Whether sentences begin with zeros; else with the initial states.</param>
    public RecurrentPass Recurrent(Shard shard, int layer, int direction, int worker, bool training, bool begins)
    {
        NetworkConfig config = _network.Config;
        int index = layer * _network.Directions + direction;
        int state = config.StateSize;
        int hidden = config.Hidden;
        long token = shard.FirstToken;
        int inputSize = _network.InputSize(layer);
        float* input = layer == 0 ? Embedded : training ? Dropped(layer - 1) : States(layer - 1);
        float* dInput = layer == 0 ? DEmbedded : DStates(layer - 1);
        int columns = _network.Layout.Cell.Columns;
        bool hasCell = _network.Layout.Cell.HasCellState;
        float* chunkGates = Scratch(worker);
        int chunkTokens = Math.Min(Chunk.MostTokens(shard.Rows), shard.Tokens);
        return new RecurrentPass
        {
            Shard = shard,
            Input = inputSize == 0 ? null : input + token * inputSize,
            InputRow = inputSize,
            Hidden = States(layer) + token * state + direction * hidden,
            HiddenRow = state,
            InitialHidden = begins ? null : InitialHidden(layer) + (long)shard.FirstRow * hidden,
            InitialCell = begins || !hasCell ? null : InitialCell(layer) + (long)shard.FirstRow * hidden,
            KeepsTrace = training,
            Gates = training ? Gates(index) + token * columns * hidden : chunkGates,
            CellState = hasCell ? _cells[index].Pointer + token * hidden : null,
            TanhCell = training && hasCell ? _tanhCells[index].Pointer + token * hidden : chunkGates + (long)chunkTokens * columns * hidden,
            DHidden = training ? DStates(layer) + token * state + direction * hidden : null,
            DHiddenNorms = training && MeasuresGradients && layer == config.Layers - 1 ? _gradientNorms[direction].Pointer + token : null,
            DInput = !training || inputSize == 0 ? null : dInput + token * inputSize,
            AddToDInput = direction > 0,
            DHiddenLater = training ? _dHiddenLater[index].Pointer + (long)shard.FirstRow * hidden : null,
            DCellLater = training && hasCell ? _dCellLater[index].Pointer + (long)shard.FirstRow * hidden : null,
        };
    }

    /// <summary>The memory of one shard's pooling.</summary>
    public PoolingPass PoolingOf(Shard shard, bool training)
    {
        NetworkConfig config = _network.Config;
        int state = config.StateSize;
        int top = config.Layers - 1;
        return new PoolingPass
        {
            Shard = shard,
            Width = state,
            Hidden = config.Hidden,
            States = States(top) + (long)shard.FirstToken * state,
            Pooled = Pooled + (long)shard.FirstRow * state,
            DPooled = training ? DPooled + (long)shard.FirstRow * state : null,
            DStates = training ? DStates(top) + (long)shard.FirstToken * state : null,
            Sources = config.Pooling == Pooling.Max ? Sources + (long)shard.FirstRow * state : null,
        };
    }

    // The top layer's output is pooled; dropout comes after that.
    private bool UsesDropped(int layer) => _network.Config.Dropout > 0 && layer < _network.Config.Layers - 1;

    private void PrepareScratch(Batch batch, bool training)
    {
        long length = training ? _network.Attention?.ScratchLength ?? 0 : 0;
        for (int s = 0; s < batch.ShardCount; s++)
        {
            int rows = batch.ShardAt(s).Rows;
            if (!training)
            {
                // Without a trace the gates of a chunk are scratch.
                int columns = _network.Layout.Cell.Columns + 1;
                length = Math.Max(length, (long)Math.Min(Chunk.MostTokens(rows), batch.ShardAt(s).Tokens) * columns * _network.Config.Hidden);
                continue;
            }
            length = Math.Max(length, _network.Output.ScratchLength(rows));
            foreach (RecurrentLayer layer in _network.Recurrent)
                length = Math.Max(length, layer.ScratchLength(_network.Kernels, rows));
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
