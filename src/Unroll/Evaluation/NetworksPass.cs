using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;

namespace Unroll.Evaluation;

/// <summary>
/// Takes batches through the networks of a model, one after the other: z is the mean of what they say. A model of none says
/// zeros, for its linear part alone to speak.
/// </summary>
/// <param name="networks">The networks; their classes are the same.</param>
/// <param name="classes">C.</param>
/// <param name="pool">The threads that compute.</param>
/// <param name="communicator">Connects the ranks that share the batches; null for a process alone.</param>
internal sealed class NetworksPass(
    IReadOnlyList<Network> networks, int classes, WorkerPool pool, ICommunicator? communicator = null)
{
    private readonly NetworkPass[] _passes = [.. networks.Select(network => new NetworkPass(network, pool, communicator))];
    private float[] _logits = [];
    private int _rows;

    /// <summary>z, [B,C] in the batch's order, after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> Logits => _passes is [var only] ? only.Logits : _logits.AsSpan(0, _rows * classes);

    /// <summary>z of one network, [B,C] in the batch's order, after <see cref="Forward"/>.</summary>
    /// <param name="network">Which, from 0.</param>
    public ReadOnlySpan<float> LogitsOf(int network) => _passes[network].Logits;

    /// <summary>Computes the logits.</summary>
    /// <param name="batch">The batch.</param>
    public void Forward(Batch batch)
    {
        _rows = batch.Count;
        foreach (NetworkPass pass in _passes)
            pass.Forward(batch);
        if (_passes.Length == 1)
            return;
        if (_logits.Length < _rows * classes)
            _logits = new float[_rows * classes];
        Mean(_passes.Length, LogitsOf, _logits.AsSpan(0, _rows * classes));
    }

    /// <summary>What several networks say together.</summary>
    /// <param name="count">How many they are.</param>
    /// <param name="logitsOf">Gives z of one of them.</param>
    /// <param name="logits">Their mean; overwritten.</param>
    public static void Mean(int count, LogitsOfNetwork logitsOf, Span<float> logits)
    {
        logits.Clear();
        for (int network = 0; network < count; network++)
        {
            ReadOnlySpan<float> z = logitsOf(network);
            for (int i = 0; i < logits.Length; i++)
                logits[i] += z[i] / count;
        }
    }

    /// <summary>Gives z of one network.</summary>
    /// <param name="network">Which, from 0.</param>
    public delegate ReadOnlySpan<float> LogitsOfNetwork(int network);
}
