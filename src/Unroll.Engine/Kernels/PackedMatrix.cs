using System.Diagnostics;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Kernels;

/// <summary>
/// The right factor of a product, [k,n], as the tiles read it: panels of a few columns, each panel row by row. It is a view, as
/// <see cref="Matrix"/> is one.
/// </summary>
internal readonly unsafe struct PackedMatrix
{
    private PackedMatrix(float* pointer, int rows, int columns, int panelWidth, int panelRows)
    {
        Pointer = pointer;
        Rows = rows;
        Columns = columns;
        PanelWidth = panelWidth;
        PanelRows = panelRows;
    }

    /// <summary>A view of panels that hold all rows.</summary>
    /// <param name="kernels">The kernels that pack and multiply.</param>
    /// <param name="pointer">Memory of <see cref="IKernels.PackedLength"/> floats.</param>
    /// <param name="rows">k.</param>
    /// <param name="columns">n.</param>
    public PackedMatrix(IKernels kernels, float* pointer, int rows, int columns)
        : this(pointer, rows, columns, kernels.PanelWidth, rows)
    {
    }

    /// <summary>The first panel.</summary>
    public float* Pointer { get; }

    /// <summary>k.</summary>
    public int Rows { get; }

    /// <summary>n; the last panel is filled up with zeros.</summary>
    public int Columns { get; }

    /// <summary>Columns of a panel.</summary>
    public int PanelWidth { get; }

    /// <summary>Rows of a whole panel: k, or more in a view of some of the rows.</summary>
    public int PanelRows { get; }

    /// <summary>
    /// The same panels in whole numbers of 16 bits, each worth <see cref="Unit"/>, which a product of one row reads instead; null
    /// for none. The floats are those numbers exactly, so the answers are the same.
    /// </summary>
    public short* Whole { get; init; }

    /// <summary>What one of <see cref="Whole"/> is worth: a power of two.</summary>
    public float Unit { get; init; }

    /// <summary>A view of some rows of every panel, for matrices that are packed in several calls.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many rows.</param>
    public PackedMatrix RowsFrom(int first, int count)
    {
        Debug.Assert(first >= 0 && count >= 0 && first + count <= Rows, $"rows {first} to {first + count} of {Rows}");
        return new PackedMatrix(Pointer + (long)first * PanelWidth, count, Columns, PanelWidth, PanelRows);
    }
}

/// <summary>The left factor of a product aᵀ·b, [k,m], as the tiles read it: its columns in groups of a tile's height.</summary>
/// <param name="pointer">Memory of k·m floats.</param>
/// <param name="rows">k.</param>
/// <param name="columns">m.</param>
internal readonly unsafe struct PackedColumns(float* pointer, int rows, int columns)
{
    /// <summary>The first group.</summary>
    public float* Pointer { get; } = pointer;

    /// <summary>k.</summary>
    public int Rows { get; } = rows;

    /// <summary>m.</summary>
    public int Columns { get; } = columns;
}
