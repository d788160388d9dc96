using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// Floats rounded to whole numbers of 16 bits, all worth the same power of two: half the memory, and the largest is off by a
/// 65,536th of itself at most.
/// </summary>
internal sealed unsafe class WholeNumbers
{
    private readonly AlignedBuffer _memory = new();

    /// <summary>The first number.</summary>
    public short* Pointer => (short*)_memory.Pointer;

    /// <summary>What one is worth.</summary>
    public float Unit { get; private set; }

    /// <summary>Rounds floats, in place too: they are what the numbers are worth then.</summary>
    /// <param name="values">Finite floats.</param>
    public void Round(Span<float> values)
    {
        float largest = 0;
        foreach (float value in values)
            largest = Math.Max(largest, Math.Abs(value));
        // The next power of two that takes the largest to 2^15 - 1 at most, and is a normal number itself.
        int exponent = largest == 0 ? -126 : Math.Max(-126, Math.ILogB(largest) - 14);
        if (largest > MathF.ScaleB(short.MaxValue, exponent))
            exponent++;
        Unit = MathF.ScaleB(1, exponent);
        _memory.EnsureLength((values.Length + 1) / 2);
        for (int i = 0; i < values.Length; i++)
        {
            short whole = (short)MathF.Round(values[i] / Unit);
            Pointer[i] = whole;
            values[i] = whole * Unit;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Free() => _memory.Free();
}
