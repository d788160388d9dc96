using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
namespace Unroll.Bench;

/// <summary>
/// What is measured: one layer, one direction, sentences of one length. A Transformer is as wide as its input; its hidden size is
/// that of its feed-forward part.
/// </summary>
internal sealed record Work(string Cell, int Batch, int Time, int Input, int Hidden, int Threads, double Seconds)
{
    public int Gates => CreateCell().Gates;

    /// <summary>Floating-point operations of forward and backward: three products of the forward one's size.</summary>
    public double TrainOperations => 3 * ForwardOperations;

    public double ForwardOperations => IsTransformer
        ? 2.0 * Batch * Time * Input * (4.0 * Input + 2.0 * Hidden + 2.0 * Time)
        : 2.0 * Batch * Time * Gates * Hidden * (Input + Hidden);

    public bool IsTransformer => Kind == Unroll.Cell.Transformer;

    private Cell Kind => Enum.Parse<Cell>(Cell, ignoreCase: true);

    public IRecurrentCell CreateCell() => RecurrentCells.Of(Kind);

    public static Work Parse(string[] args)
    {
        if (args.Length < 6 || !Enum.TryParse<Cell>(args[1], ignoreCase: true, out _))
        {
            string cells = string.Join(" or ", Enum.GetNames<Cell>()).ToLowerInvariant();
            throw new FormatException($"expected CELL ({cells}) BATCH TIME INPUT HIDDEN");
        }
        return new Work(
            args[1], int.Parse(args[2]), int.Parse(args[3]), int.Parse(args[4]), int.Parse(args[5]),
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
            + $"{KernelRegistry.Current.Name}\",\"cell\":\"{Work.Cell}\",\"batch\":{Work.Batch},"
            + $"\"time\":{Work.Time},\"input\":{Work.Input},\"hidden\":{Work.Hidden},"
            + $"\"threads\":\"{Work.Threads}\",{forward},\"peak_gflops\":{PeakGflops:F1}}}";
    }
}
