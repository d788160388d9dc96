using System.Diagnostics;
using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>Adds to each word vector what tells its place t in the text, counted from 0: y_t = x_t + s p_t.</summary>
/// <remarks>
/// <code>
/// sinusoidal    p_t,2i = sin(t / 10000^(2i/E))    p_t,2i+1 = cos(t / 10000^(2i/E))    (Vaswani et al., 2017)
/// learned       p_t is row t of a parameter [M,E], s = 1                                dp_t += dy_t
/// </code>
/// </remarks>
internal sealed unsafe class PositionLayer : ILayer
{
    private readonly IKernels _kernels;
    private readonly Positions _positions;
    private readonly int _maximum;
    private readonly float _scale;
    private readonly Lock _growing = new();
    private Table _sines = new(0, new AlignedBuffer());
    private LayerTensors _parameters;

    /// <summary>Lays the layer out.</summary>
    /// <param name="kernels">The kernels that compute.</param>
    /// <param name="width">E.</param>
    /// <param name="options">Which positions, and how many.</param>
    /// <param name="name">The name of learned positions.</param>
    public PositionLayer(IKernels kernels, int width, TransformerOptions options, string name)
    {
        (_kernels, OutputSize, _positions, _maximum) = (kernels, width, options.Positions, options.MaximumPositions);
        _scale = IsLearned ? 1 : options.PositionScale ?? 1;
        Tensors = IsLearned ? [new TensorShape(name, [_maximum, width])] : [];
    }

    public int OutputSize { get; }

    public int ForwardSize => OutputSize;

    public bool DropsOutput => false;

    public IReadOnlyList<TensorShape> Tensors { get; }

    public IEnumerable<PackedWeight> PackedWeights => [];

    public long BackwardLength => 0;

    private bool IsLearned => _positions switch
    {
        Positions.Sinusoidal => false,
        Positions.Learned => true,
        _ => throw new InvalidOperationException($"no positions {_positions}"),
    };

    public void Pack(LayerTensors parameters) => _parameters = parameters;

    public void PackBackward(LayerTensors parameters)
    {
    }

    public void FreeBackward()
    {
    }

    public ILayerPass CreatePass() => new Pass(this);

    // p of so many places at least. Another thread may ask meanwhile; what it was given stays.
    private Table SinesOf(int steps)
    {
        Table table = Volatile.Read(ref _sines);
        return table.Steps >= steps ? table : Grow(steps);
    }

    private Table Grow(int steps)
    {
        lock (_growing)
        {
            if (_sines.Steps >= steps)
                return _sines;
            int rows = (int)Math.Min(Math.Max(steps, 2L * _sines.Steps), int.MaxValue);
            var table = new Table(rows, new AlignedBuffer((long)rows * OutputSize));
            Matrix values = table.AsMatrix(OutputSize);
            for (int t = 0; t < rows; t++)
            {
                for (int i = 0; i < OutputSize; i++)
                    values[t, i] = (float)SinusoidalPositions.Value(t, i, OutputSize);
            }
            Volatile.Write(ref _sines, table);
            return table;
        }
    }

    private sealed record Table(int Steps, AlignedBuffer Values)
    {
        public Matrix AsMatrix(int width) => Values.AsMatrix(Steps, width);
    }

    private sealed class Pass(PositionLayer layer) : ILayerPass
    {
        public long Length => 0;

        public void Prepare(int tokens, int rows, PassMode mode)
        {
        }

        public long ScratchLength(Shard shard, PassMode mode) => 0;

        public void Forward(in LayerArguments arguments)
        {
            Shard shard = arguments.Shard;
            int places = Places(arguments);
            Debug.Assert(!layer.IsLearned || places <= layer._maximum, $"{places} of {layer._maximum} places");
            Table? sines = layer.IsLearned ? null : layer.SinesOf(places);
            Matrix positions = sines?.AsMatrix(layer.OutputSize)
                ?? new Matrix(layer._parameters[0], layer._maximum, layer.OutputSize);
            arguments.Input.CopyTo(arguments.Output);
            for (int t = 0; t < shard.Steps; t++)
            {
                for (int row = 0; row < shard.BatchSize(t); row++)
                {
                    float* p = positions.PointerTo(Start(arguments, row) + t);
                    layer._kernels.AddScaled(
                        layer.OutputSize, layer._scale, p, arguments.Output.PointerTo(shard.Offset(t) + row));
                }
            }
            GC.KeepAlive(sines);
        }

        public void Backward(in LayerArguments arguments, LayerTensors gradients)
        {
            Shard shard = arguments.Shard;
            arguments.DOutput.CopyTo(arguments.DInput);
            for (int t = 0; layer.IsLearned && t < shard.Steps; t++)
            {
                for (int row = 0; row < shard.BatchSize(t); row++)
                {
                    float* dp = gradients[0] + (long)(Start(arguments, row) + t) * layer.OutputSize;
                    layer._kernels.AddScaled(layer.OutputSize, 1, arguments.DOutput.PointerTo(shard.Offset(t) + row), dp);
                }
            }
        }

        private static int Start(in LayerArguments arguments, int row) => arguments.Starts == null ? 0 : arguments.Starts[row];

        private static int Places(in LayerArguments arguments)
        {
            int places = 0;
            for (int row = 0; row < arguments.Shard.Rows; row++)
                places = Math.Max(places, Start(arguments, row) + arguments.Shard.LengthOf(row));
            return places;
        }
    }
}
