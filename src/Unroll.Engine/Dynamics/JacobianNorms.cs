using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Layers;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Dynamics;

/// <summary>
/// How far a change of an early state reaches: ‖∂s_T/∂s_t‖₂ of the lowest layer's forward direction, on a few training sentences.
/// The state s is h, for an LSTM h and c together: only the whole state's Jacobians multiply to that of many steps.
/// </summary>
/// <remarks>
/// <code>
/// P_0 = I      P_{d+1} = P_d ∂s_{T-d}/∂s_{T-d-1}           P_d = ∂s_T/∂s_{T-d}, [S,S]
/// ‖P_d‖₂ = √ρ(P_d P_dᵀ)                                    by power iteration
/// </code>
/// A row of P is a gradient that goes back through the layer, so a step is a backward step over S equal rows that begin as unit
/// vectors. Long sentences say most: those at the 90 % quantile of length are taken, as many as cost little beside an epoch.
/// </remarks>
public sealed unsafe class JacobianNorms : IParallelWork
{
    private const int MostSentences = 8;
    private const int MostSteps = 64;
    private const int LeastSteps = 16;
    private const int MostIterations = 50;
    private const double Tolerance = 1e-4;

    /// <summary>The most numbers of a state that are measured.</summary>
    public const int LargestState = 1024;

    // Of the work of an epoch.
    private const double Share = 0.005;

    private readonly Network _network;
    private readonly RecurrentLayer _layer;
    private readonly WorkerPool _pool;
    private readonly NetworkPass _pass;
    private readonly EncodedTexts _texts;
    private readonly int[] _rows;
    private readonly int _steps;
    private readonly double[][] _norms;
    private readonly Batch _batch = new();
    private readonly Workspace?[] _workspaces;

    /// <summary>
    /// Whether a network can be measured: its lowest layer is recurrent, and its state has no more than 1,024 floats. More are a
    /// matrix state's, of which one step back is as much work as an epoch.
    /// </summary>
    /// <param name="network">The network.</param>
    public static bool CanMeasure(Network network) =>
        network.Layers[0] is RecurrentLayer layer && StateSize(layer) <= LargestState;

    /// <summary>Chooses the sentences.</summary>
    /// <param name="network">The network; its weights are read when it is measured.</param>
    /// <param name="texts">The training rows.</param>
    /// <param name="pool">The threads that measure, a sentence each.</param>
    /// <exception cref="ArgumentException">The network's lowest layer is not recurrent.</exception>
    public JacobianNorms(Network network, EncodedTexts texts, WorkerPool pool)
    {
        if (network.Layers[0] is not RecurrentLayer layer)
            throw new ArgumentException("only a recurrent layer has Jacobians from step to step", nameof(network));
        (_network, _layer, _texts, _pool) = (network, layer, texts, pool);
        _pass = new NetworkPass(network, pool);
        _workspaces = new Workspace?[pool.Workers];

        // A step back takes S rows through W_hh; a token of training all weights three times, forward and for both kinds of
        // gradients.
        int weights = network.Parameters.Length - network.Parameters.DenseStart;
        double size = StateSize(layer);
        double recurrent = layer.IsRecurrent ? (double)layer.Cell.Gates * layer.HiddenSize * layer.HiddenSize : 0;
        // The iterations over a matrix state's S rows are more than all else.
        double iterations = size > 4 * layer.HiddenSize ? MostIterations * size : 0;
        double tokensAStep = size * (recurrent + iterations) / (3.0 * weights);
        int affordable = (int)Math.Clamp(texts.TokenCount * Share / tokensAStep, LeastSteps, MostSentences * MostSteps);

        long[] byLength = [.. Enumerable.Range(0, texts.Count).Select(row => ((long)texts.LengthOf(row) << 32) | (uint)row)];
        byLength.AsSpan().Sort();
        int place = (int)(0.9 * (texts.Count - 1));
        int length = (int)(byLength[place] >> 32);
        _steps = Math.Min(length - 1, Math.Min(MostSteps, affordable));
        int sentences = Math.Clamp(affordable / Math.Max(_steps, 1), 1, Math.Min(MostSentences, texts.Count));
        int first = Math.Clamp(place - sentences / 2, 0, texts.Count - sentences);
        _rows = [.. byLength.AsSpan(first, sentences).ToArray().Select(key => (int)(uint)key)];
        _norms = new double[sentences][];
    }

    /// <summary>How many sentences are looked at.</summary>
    public int Sentences => _rows.Length;

    /// <summary>Means of ‖∂s_T/∂s_{T-d}‖₂ by d, 0 first, over the sentences that are long enough.</summary>
    public double[] Measure()
    {
        // One more word than steps: long texts are read from there on.
        _batch.Fill(_texts, _rows, TokenWindow.Last(_steps + 1));
        _pass.Trace(_batch);
        _network.PackBackward();
        _pool.Run(this, Sentences);
        return
        [
            .. Enumerable.Range(0, _norms.Max(norms => norms.Length))
                .Select(d => _norms.Where(norms => d < norms.Length).Average(norms => norms[d])),
        ];
    }

    void IParallelWork.Execute(int part, int worker)
    {
        _workspaces[worker] ??= new Workspace(_network.Kernels, _layer);
        Shard shard = _batch.ShardOf(part);
        _norms[part] = _workspaces[worker]!.Norms(_pass.Buffers, shard, part - shard.FirstRow);
    }

    private static int StateSize(RecurrentLayer layer) => layer.HiddenSize + layer.MemorySize;

    // P = [dh dm] and what a step back needs, once for each of the S rows.
    private sealed class Workspace
    {
        private readonly IKernels _kernels;
        private readonly RecurrentDirection _direction;
        private readonly int _hidden;
        private readonly int _memory;
        private readonly int _size;
        private readonly int _columns;
        private readonly Shard _rows = new();
        private readonly AlignedBuffer _dHidden;
        private readonly AlignedBuffer _dMemory;
        private readonly AlignedBuffer _gates;
        private readonly AlignedBuffer _previousHidden;
        private readonly AlignedBuffer _previousMemory;
        private readonly AlignedBuffer _trace;
        private readonly AlignedBuffer _none;
        private readonly AlignedBuffer _left;
        private readonly AlignedBuffer _right;
        private readonly AlignedBuffer _packed;

        public Workspace(IKernels kernels, RecurrentLayer layer)
        {
            (_kernels, _direction, _hidden, _memory) = (kernels, layer.Direction(0), layer.HiddenSize, layer.MemorySize);
            _size = StateSize(layer);
            _columns = layer.Cell.Columns * _hidden;
            int[] lengths = new int[_size];
            lengths.AsSpan().Fill(1);
            _rows.Lay(lengths, firstRow: 0, firstToken: 0);
            long square = (long)_size * _hidden;
            _dHidden = new AlignedBuffer(square);
            _dMemory = new AlignedBuffer((long)_size * _memory);
            _gates = new AlignedBuffer((long)_size * _columns);
            _previousHidden = new AlignedBuffer(square);
            _previousMemory = new AlignedBuffer((long)_size * _memory);
            _trace = new AlignedBuffer((long)_size * layer.Cell.TraceSize(_hidden));
            _none = new AlignedBuffer(_hidden);
            _left = new AlignedBuffer(_size);
            _right = new AlignedBuffer(_size);
            _packed = new AlignedBuffer(kernels.PackedLength(Math.Max(_hidden, _memory), 1));
        }

        private bool HasMemory => _memory > 0;

        public double[] Norms(PassBuffers buffers, Shard shard, int sentence)
        {
            Matrix states = buffers.States(0).ColumnsFrom(0, _hidden);
            var pass = (RecurrentLayerPass)buffers.Layer(0);
            int length = shard.LengthOf(sentence);
            double[] norms = new double[length];
            norms[0] = 1;
            Begin();
            double scale = 1;
            for (int d = 1; d < length; d++)
            {
                int place = shard.FirstToken + sentence;
                StepBack(pass, states, place + shard.Offset(length - d), place + shard.Offset(length - d - 1));
                double norm = LargestSingularValue();
                norms[d] = scale * norm;
                // So that products neither vanish nor overflow before their numbers do.
                if (norm is > 0 and (< 1e-6 or > 1e6) && double.IsFinite(norm))
                {
                    Divide(_dHidden, norm);
                    Divide(_dMemory, norm);
                    scale *= norm;
                }
            }
            return norms;
        }

        private void Begin()
        {
            _dHidden.Span.Clear();
            _dMemory.Span.Clear();
            for (int i = 0; i < _hidden; i++)
                _dHidden.Span[i * _hidden + i] = 1;
            for (int i = _hidden; i < _size; i++)
                _dMemory.Span[i * _memory + i - _hidden] = 1;
            _left.Span.Clear();
        }

        private void StepBack(RecurrentLayerPass pass, in Matrix states, int token, int before)
        {
            Repeat(pass.Gates(0).Row(token), _gates);
            Repeat(states.Row(before), _previousHidden);
            var arguments = new RecurrentArguments
            {
                Shard = _rows,
                InitialHidden = _previousHidden.AsMatrix(_size, _hidden),
                // h_t and what comes from above, nothing, are the same for all rows.
                Hidden = Matrix.Repeated(states.PointerTo(token), _size, _hidden),
                DHidden = Matrix.Repeated(_none.Pointer, _size, _hidden),
                Gates = _gates.AsMatrix(_size, _columns),
                DHiddenLater = _dHidden.AsMatrix(_size, _hidden),
            };
            if (HasMemory)
            {
                Repeat(pass.Memory(0).Row(before), _previousMemory);
                arguments.InitialMemory = _previousMemory.AsMatrix(_size, _memory);
                arguments.Memory = Matrix.Repeated(pass.Memory(0).PointerTo(token), _size, _memory);
                arguments.DMemoryLater = _dMemory.AsMatrix(_size, _memory);
            }
            if (_trace.Length > 0)
            {
                Repeat(pass.Trace(0).Row(token), _trace);
                arguments.Trace = _trace.AsMatrix(_size, _trace.Length / _size);
            }
            _direction.BackwardStep(arguments, t: 0);
        }

        private double LargestSingularValue()
        {
            // The vector of the step before is near; the slope leaves no direction out.
            for (int i = 0; i < _size; i++)
                _left.Span[i] += (1 + (float)i / _size) / (4 * MathF.Sqrt(_size));
            double value = 0;
            for (int i = 0; i < MostIterations; i++)
            {
                Divide(_left, Math.Sqrt(_kernels.SumOfSquares(_size, _left.Pointer)));
                // v = Pᵀ u
                _right.Span.Clear();
                for (int row = 0; row < _size; row++)
                {
                    _kernels.AddScaled(_hidden, _left.Span[row], _dHidden.Pointer + (long)row * _hidden, _right.Pointer);
                    if (!HasMemory)
                        continue;
                    float* ofMemory = _dMemory.Pointer + (long)row * _memory;
                    _kernels.AddScaled(_memory, _left.Span[row], ofMemory, _right.Pointer + _hidden);
                }
                double next = Math.Sqrt(_kernels.SumOfSquares(_size, _right.Pointer));
                if (!(next > 0) || Math.Abs(next - value) <= Tolerance * next)
                    return next;
                value = next;
                // u = P v
                Multiply(_dHidden, _hidden, _right.Pointer, add: false);
                if (HasMemory)
                    Multiply(_dMemory, _memory, _right.Pointer + _hidden, add: true);
            }
            return value;
        }

        private void Multiply(AlignedBuffer matrix, int columns, float* vector, bool add)
        {
            var packed = new PackedMatrix(_kernels, _packed.Pointer, columns, 1);
            Matrix left = _left.AsMatrix(_size, 1);
            _kernels.Pack(new Matrix(vector, columns, 1), packed);
            _kernels.Multiply(matrix.AsMatrix(_size, columns), packed, left, add ? left : default);
        }

        private void Repeat(ReadOnlySpan<float> row, AlignedBuffer rows)
        {
            for (int i = 0; i < _size; i++)
                row.CopyTo(rows.Span.Slice(i * row.Length, row.Length));
        }

        private static void Divide(AlignedBuffer values, double divisor)
        {
            float factor = (float)(1 / divisor);
            foreach (ref float value in values.Span)
                value *= factor;
        }
    }
}
