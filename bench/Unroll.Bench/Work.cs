using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;

namespace Unroll.Bench;

/// <summary>
/// What is measured: one layer, one direction, sentences of one length. A Transformer is as wide as its input, and its
/// feed-forward part as wide as H.
/// </summary>
internal sealed record Work(Cell Cell, int Batch, int Time, int Input, int Hidden, int Threads, double Seconds)
{
    public string CellName => Cell.ToString().ToLowerInvariant();

    /// <summary>A network of that layer.</summary>
    public NetworkConfig Network
    {
        get
        {
            var config = new NetworkConfig
            {
                Cell = Cell,
                Vocabulary = 1000,
                Embedding = Input,
                Hidden = Hidden,
                Classes = 2,
            };
            return config.IsTransformer
                ? config with { Hidden = Input, Transformer = new TransformerOptions { FeedForward = Hidden } }
                : config;
        }
    }

    /// <summary>Floating-point operations of forward and backward: three products of the forward one's size.</summary>
    public double TrainOperations => 3 * ForwardOperations;

    /// <summary>Those of each word's products with the weights, and of attention with every word.</summary>
    public double ForwardOperations
    {
        get
        {
            ILayer layer = CreateLayer();
            double weights = layer.Tensors.Where(tensor => tensor.Shape.Count == 2).Sum(LengthOf);
            double attention = layer is TransformerLayer ? 2.0 * Time * Input : 0;
            return 2.0 * Batch * Time * (weights + attention);
        }
    }

    /// <summary>The layer alone.</summary>
    public ILayer CreateLayer() =>
        NetworkLayout.LayersOf(Network, KernelRegistry.Current).Single(layer => layer is RecurrentLayer or TransformerLayer);

    /// <summary>How many numbers a parameter has.</summary>
    public static int LengthOf(TensorShape tensor) => tensor.Shape.Aggregate(1, (length, size) => length * size);

    public static Work Parse(string[] args)
    {
        if (args.Length < 6 || !Enum.TryParse(args[1], ignoreCase: true, out Cell cell))
        {
            string cells = string.Join(" or ", Enum.GetNames<Cell>()).ToLowerInvariant();
            throw new FormatException($"expected CELL ({cells}) BATCH TIME INPUT HIDDEN");
        }
        return new Work(
            cell, int.Parse(args[2]), int.Parse(args[3]), int.Parse(args[4]), int.Parse(args[5]),
            int.Parse(Option("--threads", Environment.ProcessorCount.ToString())), double.Parse(Option("--seconds", "1.5")));

        string Option(string name, string otherwise) =>
            Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
    }
}

/// <summary>What was measured; the fields of the peers' JSON lines.</summary>
internal sealed record Measurement(Work Work, double? ForwardSeconds, double TrainSeconds, double PeakGflops)
{
    public string ToJson()
    {
        string forward = ForwardSeconds is { } f
            ? $"\"forward_ms\":{f * 1e3:F3},\"forward_gflops\":{Work.ForwardOperations / f / 1e9:F1},"
                + $"\"train_ms\":{TrainSeconds * 1e3:F3},\"train_gflops\":{Work.TrainOperations / TrainSeconds / 1e9:F1}"
            : $"\"step_ms\":{TrainSeconds * 1e3:F3},\"step_gflops\":{Work.TrainOperations / TrainSeconds / 1e9:F1}";
        return $"{{\"peer\":\"Unroll "
            + $"{KernelRegistry.Current.Name}\",\"cell\":\"{Work.CellName}\",\"batch\":{Work.Batch},"
            + $"\"time\":{Work.Time},\"input\":{Work.Input},\"hidden\":{Work.Hidden},"
            + $"\"threads\":\"{Work.Threads}\",{forward},\"peak_gflops\":{PeakGflops:F1}}}";
    }
}
