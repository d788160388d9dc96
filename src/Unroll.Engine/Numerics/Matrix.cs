using System.Diagnostics;

namespace Unroll.Engine.Numerics;

/// <summary>
/// A view of floats as rows and columns: a value that owns nothing. Its maker keeps the memory alive and in place.
/// Debug builds check every view and every element against the bounds.
/// </summary>
internal readonly unsafe struct Matrix
{
    /// <summary>A view of rows that lie one right after the other.</summary>
    /// <param name="pointer">The first value.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="columns">Values of a row.</param>
    public Matrix(float* pointer, int rows, int columns)
        : this(pointer, rows, columns, columns)
    {
    }

    /// <summary>A view of rows that lie at equal distances.</summary>
    /// <param name="pointer">The first value.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="columns">Values of a row.</param>
    /// <param name="stride">Floats from a row to the next: at least the columns, or 0 for one row that stands for all.</param>
    public Matrix(float* pointer, int rows, int columns, int stride)
    {
        Debug.Assert(rows >= 0 && columns >= 0, $"a matrix of {rows} × {columns}");
        Debug.Assert(stride >= columns || stride == 0 || rows <= 1, $"rows of {columns} values overlap at a stride of {stride}");
        Debug.Assert(pointer != null || rows == 0 || columns == 0, $"a matrix of {rows} × {columns} without memory");
        Pointer = pointer;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>The first value.</summary>
    public float* Pointer { get; }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; }

    /// <summary>Values of a row.</summary>
    public int Columns { get; }

    /// <summary>Floats from a row to the next; 0 where one row stands for all.</summary>
    public int Stride { get; }

    /// <summary>Whether there is no matrix at all: the default value.</summary>
    public bool IsNone => Pointer == null;

    /// <summary>One value.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column, from 0.</param>
    public ref float this[int row, int column]
    {
        get
        {
            Debug.Assert((uint)column < (uint)Columns, $"column {column} of {Columns}");
            return ref PointerTo(row)[column];
        }
    }

    /// <summary>One row that stands for every row of a matrix.</summary>
    /// <param name="row">Its first value.</param>
    /// <param name="rows">How many rows it stands for.</param>
    /// <param name="columns">Values of the row.</param>
    public static Matrix Repeated(float* row, int rows, int columns) => new(row, rows, columns, stride: 0);

    /// <summary>The first value of a row.</summary>
    /// <param name="row">The row, from 0.</param>
    public float* PointerTo(int row)
    {
        Debug.Assert((uint)row < (uint)Rows, $"row {row} of {Rows}");
        return Pointer + (long)row * Stride;
    }

    /// <summary>The values of a row.</summary>
    /// <param name="row">The row, from 0.</param>
    public Span<float> Row(int row) => new(PointerTo(row), Columns);

    /// <summary>A view of some neighbouring rows; that of no matrix is none.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many rows.</param>
    public Matrix RowsFrom(int first, int count)
    {
        if (IsNone)
            return default;
        Debug.Assert(first >= 0 && count >= 0 && first + count <= Rows, $"rows {first} to {first + count} of {Rows}");
        return new Matrix(Pointer + (long)first * Stride, count, Columns, Stride);
    }

    /// <summary>A view of some neighbouring columns; that of no matrix is none.</summary>
    /// <param name="first">The first column.</param>
    /// <param name="count">How many columns.</param>
    public Matrix ColumnsFrom(int first, int count)
    {
        if (IsNone)
            return default;
        Debug.Assert(first >= 0 && count >= 0 && first + count <= Columns, $"columns {first} to {first + count} of {Columns}");
        return new Matrix(Pointer + first, Rows, count, Stride);
    }

    /// <summary>Sets every value to zero.</summary>
    public void Clear()
    {
        if (Stride == Columns)
        {
            new Span<float>(Pointer, checked(Rows * Columns)).Clear();
            return;
        }
        for (int row = 0; row < Rows; row++)
            Row(row).Clear();
    }

    /// <summary>Copies every value.</summary>
    /// <param name="other">As many rows and columns; overwritten.</param>
    public void CopyTo(in Matrix other)
    {
        Debug.Assert(Rows == other.Rows && Columns == other.Columns, $"{Rows} × {Columns} into {other.Rows} × {other.Columns}");
        for (int row = 0; row < Rows; row++)
            Row(row).CopyTo(other.Row(row));
    }
}
