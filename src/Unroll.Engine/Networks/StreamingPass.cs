using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Networks;

/// <summary>
/// Reads one sequence id by id and says after each what a network of one direction would say of the ids up to there. An id costs
/// the same time and no more memory however many came before it.
/// </summary>
public sealed unsafe class StreamingPass
{
    private readonly Network _network;
    private readonly NetworkPass _pass;
    private readonly RunningPooling _pooling;
    private readonly EncodedTexts _one = new();
    private readonly Batch _batch = new();
    private readonly AlignedBuffer _pooled;
    private readonly AlignedBuffer _logits;

    /// <summary>Begins a sequence.</summary>
    /// <param name="network">A network of one direction.</param>
    /// <exception cref="ArgumentException">
    /// The network also reads from the last id to the first, or is a Transformer.
    /// </exception>
    public StreamingPass(Network network)
    {
        if (network.Config.Bidirectional)
        {
            throw new ArgumentException(
                "a bidirectional network reads whole sequences: every new id changes all states", nameof(network));
        }
        if (network.Config.IsTransformer)
        {
            throw new ArgumentException(
                "a Transformer reads whole sequences: every new id changes all states", nameof(network));
        }
        _network = network;
        _pass = new NetworkPass(network, WorkerPool.CallerAlone);
        _pooling = new RunningPooling(network.Config.Pooling, network.Config.StateSize);
        _pooled = new AlignedBuffer(network.Config.StateSize);
        _logits = new AlignedBuffer(network.Config.Classes);
        Clear();
    }

    /// <summary>How many ids were read.</summary>
    public long Count { get; private set; }

    /// <summary>Forgets what was read: the next id begins a new sequence.</summary>
    public void Clear()
    {
        Count = 0;
        _pass.ClearStates(rows: 1);
        _pooling.Clear();
    }

    /// <summary>Reads one more id.</summary>
    /// <param name="id">In 0 … V-1; with sub-words also a word of <paramref name="unknown"/>.</param>
    /// <param name="unknown">The pieces of words that the network does not know; null for none.</param>
    public void Read(int id, SubwordLists? unknown = null)
    {
        _one.Clear();
        int firstUnknown = 2 * _network.Config.Vocabulary;
        if (unknown is not null && id >= firstUnknown)
        {
            _one.UnknownWords.Add(unknown[id - firstUnknown]);
            id = firstUnknown;
        }
        _one.Add([id], label: 0);
        _batch.Fill(_one, [0]);
        _pass.Forward(_batch, continues: true);
        _pooling.Add(_pass.TopStates, _network.Config.Pooling == Pooling.Attention ? Score() : 0);
        Count++;
    }

    /// <summary>z, [C], for the ids read so far, of which there is at least one; overwritten by the next call.</summary>
    public ReadOnlySpan<float> Logits()
    {
        _pooling.Read(_pooled.Span[.._network.Config.StateSize]);
        _network.Output.Forward(
            _pooled.AsMatrix(1, _network.StateSize), _network.Parameters.PointerTo(_network.OutputBias),
            _logits.AsMatrix(1, _network.Config.Classes));
        return _logits.Span[.._network.Config.Classes];
    }

    // queryᵀ u of the id just read.
    private double Score()
    {
        float* query = _network.Parameters.PointerTo(_network.AttentionParameters[2]);
        double score = 0;
        for (int i = 0; i < _network.Config.StateSize; i++)
            score += query[i] * _pass.Buffers.Attention[0, i];
        return score;
    }
}
