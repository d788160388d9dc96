using Unroll.Engine.Batches;
using Unroll.Engine.Cells;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;

namespace Unroll.Tests.Layers;

/// <summary>
/// One recurrent layer over one shard, forward and backward, with results that start as NaN where they are overwritten.
/// </summary>
internal sealed unsafe class LayerRun
{
    private readonly IKernels _kernels;
    private readonly IRecurrentCell _cell;
    private readonly bool _reverse;
    private readonly int[] _lengths;
    private readonly Shard _shard = new();

    public LayerRun(IKernels kernels, IRecurrentCell cell, int inputSize, int hiddenSize, bool reverse, int[] lengths)
    {
        cell = cell.Between(inputSize, hiddenSize);
        (_kernels, _cell, _reverse, _lengths, InputSize, HiddenSize) = (kernels, cell, reverse, lengths, inputSize, hiddenSize);
        _shard.Lay(lengths, 0, 0);
        Hidden = NaNs(_shard.Tokens * hiddenSize);
        DInputWeight = new float[cell.Gates * hiddenSize * inputSize];
        DRecurrentWeight = new float[cell.Gates * hiddenSize * hiddenSize];
        DBias = new float[cell.BiasColumns * hiddenSize];
        DMemoryWeight = new float[MemoryWeights(cell, hiddenSize)];
        DInput = NaNs(_shard.Tokens * inputSize);
        DInitialHidden = NaNs(lengths.Length * hiddenSize);
        DInitialMemory = NaNs(lengths.Length * cell.MemorySize(hiddenSize));
    }

    public int InputSize { get; }

    public int HiddenSize { get; }

    private int MemorySize => _cell.MemorySize(HiddenSize);

    public required float[] InputWeight { get; init; }

    public required float[] RecurrentWeight { get; init; }

    public required float[] Bias { get; init; }

    public float[] MemoryWeight { get; init; } = [];

    public required float[] Input { get; init; }

    public int[] Ids { get; init; } = [];

    public float[] InitialHidden { get; init; } = [];

    public float[] InitialMemory { get; init; } = [];

    public required float[] DHidden { get; init; }

    public float[] Hidden { get; }

    public float[] DInputWeight { get; }

    public float[] DRecurrentWeight { get; }

    public float[] DBias { get; }

    public float[] DMemoryWeight { get; }

    public float[] DInput { get; }

    public float[] DInitialHidden { get; }

    public float[] DInitialMemory { get; }

    /// <summary>Σ h·dh after a forward pass.</summary>
    public double Loss(float[] dHidden)
    {
        Run(backward: false);
        return Hidden.Zip(dHidden, (h, d) => (double)h * d).Sum();
    }

    /// <summary>How many weights multiply the memory.</summary>
    public static int MemoryWeights(IRecurrentCell cell, int hiddenSize) =>
        cell.Tensors.Where(tensor => tensor.Input == TensorInput.Memory).Sum(tensor => tensor.Gates * hiddenSize);

    public void Execute() => Run(backward: true);

    /// <summary>The rows of one sentence in a packed array.</summary>
    public float[] RowOf(float[] packed, int row, int width) =>
        [.. Enumerable.Range(0, _lengths[row]).SelectMany(t => packed.Skip((_shard.Offset(t) + row) * width).Take(width))];

    /// <summary>The same layer over one of the sentences alone.</summary>
    public LayerRun Row(int row) => new(_kernels, _cell, InputSize, HiddenSize, _reverse, [_lengths[row]])
    {
        InputWeight = InputWeight,
        RecurrentWeight = RecurrentWeight,
        Bias = Bias,
        MemoryWeight = MemoryWeight,
        Input = RowOf(Input, row, InputSize),
        InitialHidden = [.. InitialHidden.Skip(row * HiddenSize).Take(HiddenSize)],
        InitialMemory = [.. InitialMemory.Skip(row * MemorySize).Take(MemorySize)],
        DHidden = RowOf(DHidden, row, HiddenSize),
    };

    private void Run(bool backward)
    {
        bool oneHot = Ids.Length > 0;
        int layerInput = oneHot ? 0 : InputSize;
        var layer = new RecurrentDirection(_kernels, _cell, layerInput, HiddenSize, _reverse);
        int tokens = _shard.Tokens;
        int rows = _lengths.Length;
        int gateRows = _cell.Gates * HiddenSize;
        float[] gates = NaNs(tokens * _cell.Columns * HiddenSize);
        int traceSize = _cell.TraceSize(HiddenSize);
        float[] memories = NaNs(tokens * MemorySize);
        float[] traces = NaNs(tokens * traceSize);
        float[] scratch = NaNs(layer.ScratchLength(rows));
        float[] table = Table();
        fixed (float* w = InputWeight, u = RecurrentWeight, b = Bias, x = Input, h0 = InitialHidden, m0 = InitialMemory)
        fixed (float* h = Hidden, g = gates, m = memories, tr = traces, s = scratch, v = MemoryWeight, dv = DMemoryWeight)
        fixed (float* dh = DHidden, dx = DInput, dh0 = DInitialHidden, dm0 = DInitialMemory)
        fixed (float* dw = DInputWeight, du = DRecurrentWeight, db = DBias, wt = table)
        fixed (int* ids = Ids)
        {
            layer.Weights.Pack(w, u, b, v);
            layer.Weights.PackBackward(w, u);
            if (oneHot)
                layer.Weights.SetTable(wt, InputSize);
            var arguments = new RecurrentArguments
            {
                Shard = _shard,
                Input = oneHot ? default : new Matrix(x, tokens, InputSize),
                Ids = ids,
                InitialHidden = h0 == null ? default : new Matrix(h0, rows, HiddenSize),
                InitialMemory = m0 == null ? default : new Matrix(m0, rows, MemorySize),
                Hidden = new Matrix(h, tokens, HiddenSize),
                KeepsTrace = true,
                Gates = new Matrix(g, tokens, _cell.Columns * HiddenSize),
                Memory = m == null ? default : new Matrix(m, tokens, MemorySize),
                Trace = tr == null ? default : new Matrix(tr, tokens, traceSize),
                DHidden = new Matrix(dh, tokens, HiddenSize),
                DInput = oneHot ? default : new Matrix(dx, tokens, InputSize),
                DHiddenLater = new Matrix(dh0, rows, HiddenSize),
                DMemoryLater = dm0 == null ? default : new Matrix(dm0, rows, MemorySize),
                DInputWeight = oneHot ? default : new Matrix(dw, gateRows, InputSize),
                DRecurrentWeight = new Matrix(du, gateRows, HiddenSize),
                DBias = db,
                DMemoryWeight = dv,
                Scratch = s,
            };
            layer.Forward(arguments);
            if (backward)
                layer.Backward(arguments);
        }
    }

    private float[] Table()
    {
        int rows = _cell.Gates * HiddenSize;
        float[] table = new float[InputWeight.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < InputSize; column++)
                table[column * rows + row] = InputWeight[row * InputSize + column];
        }
        return table;
    }

    private static float[] NaNs(int count) => [.. Enumerable.Repeat(float.NaN, count)];
}
