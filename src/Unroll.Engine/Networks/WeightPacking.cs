using Unroll.Engine.Layers;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Networks;

/// <summary>Packs the weights of a network again after an update, for both passes, some panels to a thread.</summary>
internal sealed class WeightPacking : IParallelWork
{
    private const int PanelsAPart = 4;

    private readonly Network _network;
    private readonly WorkerPool _pool;
    private readonly Part[] _parts;

    /// <summary>Cuts the work; the network must be packed already.</summary>
    /// <param name="network">The network.</param>
    /// <param name="pool">The threads that pack.</param>
    public WeightPacking(Network network, WorkerPool pool)
    {
        (_network, _pool) = (network, pool);
        int columns = PanelsAPart * network.Kernels.PanelWidth;
        var parts = new List<Part>();
        foreach (PackedWeight weight in network.PackedWeights)
        {
            for (int first = 0; first < weight.OutputSize; first += columns)
                parts.Add(new Part(weight, IsBackward: false, first, Math.Min(columns, weight.OutputSize - first)));
            for (int first = 0; first < weight.InputSize; first += columns)
                parts.Add(new Part(weight, IsBackward: true, first, Math.Min(columns, weight.InputSize - first)));
        }
        _parts = [.. parts];
    }

    /// <summary>Takes the parameters as they are now. No pass may run meanwhile.</summary>
    public void Run()
    {
        // Somebody gave its memory back.
        if (!_network.HasBackward)
        {
            _network.Pack();
            _network.PackBackward();
            return;
        }
        _pool.Run(this, _parts.Length);
        _network.MarkPacked();
    }

    void IParallelWork.Execute(int part, int worker)
    {
        (PackedWeight weight, bool isBackward, int first, int count) = _parts[part];
        if (isBackward)
            weight.PackBackwardAgain(first, count);
        else
            weight.PackAgain(first, count);
    }

    // Columns of a packed matrix, from the beginning of a panel on.
    private readonly record struct Part(PackedWeight Weight, bool IsBackward, int First, int Count);
}
