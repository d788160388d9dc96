using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Networks;

/// <summary>
/// A classifier of sequences: word vectors (or one-hot input) → layers → pooling → linear. Its weights are packed once after
/// every update, then read by any number of threads.
/// </summary>
public sealed unsafe class Network
{
    private readonly int[][] _starts;
    private readonly Lock _packing = new();
    private bool _backwardIsPacked;
    private int _packedVersion = -1;

    /// <summary>Makes a network, recurrent or a Transformer, whose parameters are zero.</summary>
    /// <param name="config">Its sizes.</param>
    /// <exception cref="OverflowException">There would be 2^31 parameters or more.</exception>
    public Network(NetworkConfig config)
        : this(config, KernelRegistry.Current)
    {
    }

    private Network(NetworkConfig config, IKernels kernels)
        : this(config, kernels, NetworkLayout.LayersOf(config, kernels))
    {
    }

    /// <summary>Makes a network of any layers.</summary>
    /// <param name="config">Its sizes; those of recurrent layers are not looked at.</param>
    /// <param name="kernels">The kernels that compute.</param>
    /// <param name="layers">What stands between word vectors and pooling, the lowest first.</param>
    internal Network(NetworkConfig config, IKernels kernels, IReadOnlyList<ILayer> layers)
    {
        (Config, Kernels, Layers) = (config, kernels, layers);
        Layout = new NetworkLayout(config, layers);
        Parameters = new Parameters(Layout.Parameters);
        _starts = [.. layers.Select(layer => layer.Tensors.Select(tensor => Layout[tensor.Name].Start).ToArray())];
        Output = new Linear(kernels, StateSize, config.Classes);
        OutputWeight = Layout["output.weight"];
        OutputBias = Layout["output.bias"];
        Embedding = Layout.Embedding;
        SubwordTable = Layout.Subwords;
        if (config.Pooling == Pooling.Attention)
        {
            Attention = new AttentionPooling(kernels, StateSize);
            AttentionParameters = [Layout["attention.weight"], Layout["attention.bias"], Layout["attention.query"]];
        }
    }

    /// <summary>Its sizes.</summary>
    public NetworkConfig Config { get; }

    /// <summary>Names and places of its parameters.</summary>
    public NetworkLayout Layout { get; }

    /// <summary>Its parameters. A change takes effect with the next pass; no pass may run meanwhile.</summary>
    public Parameters Parameters { get; }

    internal IKernels Kernels { get; }

    /// <summary>The vector instructions that compute: sums are rounded otherwise with others.</summary>
    public string KernelsName => Kernels.Name;

    /// <summary>What stands between word vectors and pooling, the lowest first.</summary>
    internal IReadOnlyList<ILayer> Layers { get; }

    /// <summary>P: the width of what is pooled.</summary>
    internal int StateSize => Layers[^1].OutputSize;

    internal AttentionPooling? Attention { get; }

    internal Parameter[] AttentionParameters { get; } = [];

    internal Linear Output { get; }

    internal Parameter OutputWeight { get; }

    internal Parameter OutputBias { get; }

    internal Parameter? Embedding { get; }

    internal Parameter? SubwordTable { get; }

    /// <summary>
    /// The pieces of each word of the vocabulary, [V] lists. A network with sub-words needs them before its first pass.
    /// </summary>
    public SubwordLists? Subwords { get; set; }

    /// <summary>
    /// The vector that is read for each id of the vocabulary, [V,E], its pieces' added; empty for one-hot input.
    /// </summary>
    /// <returns>A copy.</returns>
    public float[] WordVectors()
    {
        if (Embedding is null)
            return [];
        float[] vectors = Parameters.Read(Embedding);
        if (SubwordTable is null)
            return vectors;
        var words = new Matrix(Parameters.PointerTo(Embedding), Config.Vocabulary, Config.Embedding);
        var pieces = new Matrix(Parameters.PointerTo(SubwordTable), Config.Subwords, Config.Embedding);
        fixed (float* x = vectors)
        {
            for (int id = 0; id < Config.Vocabulary; id++)
                SubwordVector.Read(Kernels, words, pieces, id, Subwords![id], x + (long)id * Config.Embedding);
        }
        return vectors;
    }

    /// <summary>The pieces of a word, whether or not the network knows it.</summary>
    /// <param name="id">An id of the batch: a word, a word by its pieces alone, or one of the batch's unknown words.</param>
    /// <param name="batch">The batch.</param>
    internal ReadOnlySpan<int> SubwordsOf(int id, Batch batch)
    {
        int vocabulary = Config.Vocabulary;
        return id < vocabulary ? Subwords![id]
            : id < 2 * vocabulary ? Subwords![id - vocabulary]
            : batch.UnknownWords[id - 2 * vocabulary];
    }

    /// <summary>Floats of what only backward passes read; 0 until <see cref="PackBackward"/>.</summary>
    internal long BackwardLength =>
        Layers.Sum(layer => layer.BackwardLength) + (Attention?.Weight.BackwardLength ?? 0) + Output.Weight.BackwardLength;

    /// <summary>The sum of the squares of all parameters: not finite where one of them is not.</summary>
    public double SumOfSquares() => Kernels.SumOfSquares(Parameters.Length, Parameters.Pointer);

    /// <summary>The parameters of one layer, or their gradients in an arena of the same layout.</summary>
    /// <param name="layer">The layer, from 0, the lowest.</param>
    /// <param name="arena">The first value of the arena.</param>
    internal LayerTensors TensorsOf(int layer, float* arena) => new(arena, _starts[layer]);

    /// <summary>
    /// Whether passes read the weights that every time step reads, W_hh, rounded to 16 bits: whole numbers of a common power of
    /// two, at most 32,767. A single text then takes less time; the parameters stay as they are. Training ends it. No pass may
    /// run while it is set. Default: false.
    /// </summary>
    public bool HalfPrecision
    {
        get;
        set
        {
            if (field == value)
                return;
            field = value;
            foreach (PackedWeight weight in PackedWeights)
                weight.IsRounded = value && weight.IsReadEveryStep;
            Pack();
        }
    }

    /// <summary>
    /// Takes the parameters as they are now, once and not at the next pass. No pass may run meanwhile.
    /// </summary>
    public void Pack()
    {
        for (int i = 0; i < Layers.Count; i++)
            Layers[i].Pack(TensorsOf(i, Parameters.Pointer));
        if (Attention is not null)
            Attention.Weight.Pack(Parameters.PointerTo(AttentionParameters[0]));
        Output.Weight.Pack(Parameters.PointerTo(OutputWeight));
        lock (_packing)
            _backwardIsPacked = false;
        Volatile.Write(ref _packedVersion, Parameters.Version);
    }

    /// <summary>All weights that <see cref="Pack"/> and <see cref="PackBackward"/> pack.</summary>
    internal IEnumerable<PackedWeight> PackedWeights =>
        Layers.SelectMany(layer => layer.PackedWeights).Append(Attention?.Weight).Append(Output.Weight).OfType<PackedWeight>();

    /// <summary>Whether there is memory for what only backward passes read.</summary>
    internal bool HasBackward { get; private set; }

    /// <summary>Says that all weights are packed for both passes as the parameters are now.</summary>
    internal void MarkPacked()
    {
        lock (_packing)
            _backwardIsPacked = true;
        Volatile.Write(ref _packedVersion, Parameters.Version);
    }

    /// <summary>Packs again if the parameters were changed since. Other threads may do the same.</summary>
    internal void PackIfStale()
    {
        if (Volatile.Read(ref _packedVersion) == Parameters.Version)
            return;
        lock (_packing)
        {
            if (Volatile.Read(ref _packedVersion) != Parameters.Version)
                Pack();
        }
    }

    /// <summary>
    /// Packs what only backward passes read, unless that is done already. Other threads may predict meanwhile, and do the same.
    /// </summary>
    internal void PackBackward()
    {
        PackIfStale();
        lock (_packing)
        {
            if (_backwardIsPacked)
                return;
            for (int i = 0; i < Layers.Count; i++)
                Layers[i].PackBackward(TensorsOf(i, Parameters.Pointer));
            if (Attention is not null)
                Attention.Weight.PackBackward(Parameters.PointerTo(AttentionParameters[0]));
            Output.Weight.PackBackward(Parameters.PointerTo(OutputWeight));
            (_backwardIsPacked, HasBackward) = (true, true);
        }
    }

    /// <summary>
    /// Gives back the memory that only backward passes read: a trained network needs it no more. No pass may run meanwhile.
    /// </summary>
    public void FreeBackward()
    {
        lock (_packing)
        {
            foreach (ILayer layer in Layers)
                layer.FreeBackward();
            Attention?.Weight.FreeBackward();
            Output.Weight.FreeBackward();
            (_backwardIsPacked, HasBackward) = (false, false);
        }
    }
}
