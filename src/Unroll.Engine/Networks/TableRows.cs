using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Networks;

/// <summary>
/// Rows of tables that are picked by the same ids. A step updates those it saw; the others wait, and do what they missed before
/// they are read again, so that each is as if every step had updated it.
/// </summary>
internal sealed unsafe class TableRows : IParallelWork
{
    private const int PartRows = 64;

    private readonly Parameters _parameters;
    private readonly Parameter[] _tables;
    private readonly Optimizer _optimizer;
    private readonly MissedSteps _missed;
    private readonly WorkerPool _pool;
    private readonly (int Row, int At)[] _late;
    private int _lateCount;

    /// <summary>All rows are up to date.</summary>
    /// <param name="parameters">The arena.</param>
    /// <param name="tables">The tables, which have as many rows.</param>
    /// <param name="optimizer">Updates them; it keeps what they miss.</param>
    /// <param name="pool">The threads that compute.</param>
    public TableRows(Parameters parameters, IReadOnlyList<Parameter> tables, Optimizer optimizer, WorkerPool pool)
    {
        (_parameters, _tables, _optimizer, _missed, _pool) = (parameters, [.. tables], optimizer, optimizer.Missed!, pool);
        int rows = tables[0].Length / tables[0].TableWidth;
        At = new AlignedBuffer(rows);
        _late = new (int, int)[rows];
    }

    /// <summary>
    /// The step that each row stands at, counted from when all were up to date; in floats, as the other arenas of a checkpoint.
    /// </summary>
    public AlignedBuffer At { get; }

    /// <summary>Whether numbers may be those of <see cref="At"/>.</summary>
    /// <param name="at">The numbers.</param>
    /// <param name="steps">Steps since all rows were up to date.</param>
    public static bool IsState(ReadOnlySpan<float> at, float steps)
    {
        foreach (float step in at)
        {
            if (!(step >= 0 && step <= steps && float.IsInteger(step)))
                return false;
        }
        return true;
    }

    /// <summary>Names rows that <see cref="CatchUp"/> shall bring up to date.</summary>
    /// <param name="rows">The rows; they may be named several times. Those beyond the last are passed over.</param>
    public void Add(ReadOnlySpan<int> rows)
    {
        float now = _missed.Count;
        Span<float> at = At.Span;
        foreach (int row in rows)
        {
            if (row >= _late.Length || at[row] == now)
                continue;
            _late[_lateCount++] = (row, (int)at[row]);
            at[row] = now;
        }
    }

    /// <summary>Brings the rows up to date that were added.</summary>
    public void CatchUp()
    {
        if (_lateCount == 0)
            return;
        _missed.Prepare(_optimizer.Steps);
        _pool.Run(this, (_lateCount + PartRows - 1) / PartRows);
        _lateCount = 0;
    }

    /// <summary>Brings all rows up to date.</summary>
    public void CatchUpAll()
    {
        float now = _missed.Count;
        Span<float> at = At.Span;
        _lateCount = 0;
        for (int row = 0; row < _late.Length; row++)
        {
            if (at[row] != now)
                _late[_lateCount++] = (row, (int)at[row]);
        }
        at.Clear();
        CatchUp();
    }

    /// <summary>Says that the step that runs updated rows.</summary>
    /// <param name="rows">The rows. Those beyond the last are passed over.</param>
    public void Updated(ReadOnlySpan<int> rows)
    {
        float now = _missed.Count;
        Span<float> at = At.Span;
        foreach (int row in rows)
        {
            if (row < _late.Length)
                at[row] = now;
        }
    }

    void IParallelWork.Execute(int part, int worker)
    {
        int end = Math.Min(_lateCount, (part + 1) * PartRows);
        for (int i = part * PartRows; i < end; i++)
        {
            (int row, int at) = _late[i];
            CatchUpSettings settings = _missed.Of(at);
            foreach (Parameter table in _tables)
                _optimizer.CatchUp(table.Start + row * table.TableWidth, table.TableWidth, _parameters.Pointer, settings);
        }
    }
}
