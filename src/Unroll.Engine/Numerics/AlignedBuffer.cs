using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Unroll.Engine.Numerics;

/// <summary>
/// Floats at a fixed, 64-byte-aligned address: one cache line, one AVX-512 vector. The memory belongs to the garbage collector,
/// which never moves it.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    private const int Alignment = 64;

    // Keeps the pinned memory alive; the first value is the one at _start.
    private float[] _memory = [];
    private int _start;

    /// <summary>Creates a buffer of zeros.</summary>
    /// <param name="length">How many values there is room for.</param>
    /// <exception cref="InputException">No array can be so long.</exception>
    public AlignedBuffer(long length = 0) => EnsureLength(length);

    /// <summary>The first value.</summary>
    public float* Pointer { get; private set; }

    /// <summary>How many values there is room for.</summary>
    public int Length { get; private set; }

    /// <summary>All values.</summary>
    public Span<float> Span => new(Pointer, Length);

    /// <summary>All values, for those who keep them.</summary>
    public Memory<float> Memory => _memory.AsMemory(_start, Length);

    /// <summary>The first values as a matrix without gaps between its rows.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Values of a row.</param>
    public Matrix AsMatrix(int rows, int columns)
    {
        Debug.Assert((long)rows * columns <= Length, $"a matrix of {rows} × {columns} in a buffer of {Length}");
        return new Matrix(Pointer, rows, columns);
    }

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        _memory = [];
        _start = 0;
        Length = 0;
        Pointer = null;
    }

    /// <summary>Makes room; values are lost (and zero) when the buffer must grow.</summary>
    /// <param name="length">How many values there must be room for.</param>
    /// <returns>The first value.</returns>
    /// <exception cref="InputException">No array can be so long.</exception>
    public float* EnsureLength(long length)
    {
        if (length > Length || _memory.Length == 0)
        {
            if (length > Array.MaxLength - Alignment)
            {
                throw new InputException(
                    $"a batch or model needs an array of {length} numbers, expected at most {Array.MaxLength - Alignment}; "
                    + "take a smaller batch, shorter texts or a smaller model");
            }
            _memory = LargeArray.PinnedZeros<float>((int)length + Alignment / sizeof(float));
            nint address = (nint)Unsafe.AsPointer(ref _memory[0]);
            Pointer = (float*)((address + Alignment - 1) & ~(Alignment - 1));
            _start = (int)(Pointer - (float*)address);
            Length = (int)length;
        }
        return Pointer;
    }
}
