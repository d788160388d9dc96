using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Layers;

/// <summary>
/// The threads that share what can be shared of a batch's only shard: the two directions of a layer, the rows of a product over
/// many steps, the columns of a weight's gradient. The recurrence itself stays on one thread. Each number is the sum of the same
/// terms in the same order, so the threads change no bit.
/// </summary>
/// <param name="kernels">The kernels that compute.</param>
/// <param name="pool">The threads.</param>
/// <param name="scratch">Scratch memory of each.</param>
internal sealed unsafe class SharedWork(IKernels kernels, WorkerPool pool, AlignedBuffer[] scratch) : IParallelWork
{
    // Below this many multiplications a thread has done them before another one is awake.
    private const long Enough = 1 << 19;

    private const int TileRows = 8;

    private Matrix _a;
    private PackedMatrix _b;
    private Matrix _c;
    private Matrix _from;
    private RecurrentDirection? _direction;
    private RecurrentArguments _arguments;
    private Chunk _chunk;
    private int _rowsAPart;

    /// <summary>Scratch memory of a thread.</summary>
    public float* Scratch(int worker) => scratch[worker].Pointer;

    /// <summary>Does parts of work at the same time.</summary>
    public void Run(IParallelWork work, int parts) => pool.Run(work, parts);

    /// <summary>c = from + a·b, as <see cref="IKernels.Multiply"/>, some rows to a thread.</summary>
    public void Multiply(in Matrix a, in PackedMatrix b, in Matrix c, in Matrix from)
    {
        if ((long)a.Rows * a.Columns * b.Columns < Enough || a.Rows < 2 * TileRows)
        {
            kernels.Multiply(a, b, c, from);
            return;
        }
        (_a, _b, _c, _from, _direction) = (a, b, c, from, null);
        int tiles = (a.Rows + TileRows - 1) / TileRows;
        _rowsAPart = (tiles + pool.Workers - 1) / pool.Workers * TileRows;
        pool.Run(this, (a.Rows + _rowsAPart - 1) / _rowsAPart);
    }

    /// <summary>Adds the weight gradients of a chunk, some columns of da to a thread.</summary>
    /// <param name="direction">The direction, whose packed factors lie in the scratch memory of the first thread.</param>
    /// <param name="arguments">Its memory.</param>
    /// <param name="chunk">The chunk.</param>
    public void AddWeightGradients(RecurrentDirection direction, in RecurrentArguments arguments, Chunk chunk)
    {
        (_direction, _arguments, _chunk) = (direction, arguments, chunk);
        pool.Run(this, direction.ColumnGroups);
    }

    void IParallelWork.Execute(int part, int worker)
    {
        if (_direction is not null)
        {
            _direction.AddColumnGroup(_arguments, _chunk, part, Scratch(worker));
            return;
        }
        int first = part * _rowsAPart;
        int count = Math.Min(_rowsAPart, _a.Rows - first);
        kernels.Multiply(
            _a.RowsFrom(first, count), _b, _c.RowsFrom(first, count), _from.IsNone ? default : _from.RowsFrom(first, count));
    }
}
