using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>Floats with a guard on both sides that shows whether a kernel wrote beyond them.</summary>
internal sealed unsafe class GuardedMemory
{
    private const int Guard = 64;
    private const float Mark = 12345.75f;

    private readonly AlignedBuffer _buffer;
    private readonly int _length;
    private readonly int _shift;

    /// <summary>Memory filled with a value; <paramref name="shift"/> moves its start off the alignment.</summary>
    public GuardedMemory(int length, float fill = float.NaN, int shift = 0)
    {
        (_length, _shift) = (length, shift);
        _buffer = new AlignedBuffer(length + 2 * Guard + shift);
        _buffer.Span.Fill(Mark);
        Values.Fill(fill);
    }

    public GuardedMemory(float[] values, int shift = 0)
        : this(values.Length, 0, shift) => values.CopyTo(Values);

    public float* Pointer => _buffer.Pointer + Guard + _shift;

    public Span<float> Values => new(Pointer, _length);

    /// <summary>Fails if anything beside the values was written.</summary>
    public void Check()
    {
        Assert.True(_buffer.Span[..(Guard + _shift)].IndexOfAnyExcept(Mark) < 0, "written before the memory");
        Assert.True(new ReadOnlySpan<float>(Pointer + _length, Guard).IndexOfAnyExcept(Mark) < 0, "written behind the memory");
    }
}
