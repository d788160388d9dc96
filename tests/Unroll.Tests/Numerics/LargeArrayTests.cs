using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Numerics;

public class LargeArrayTests
{
    // Around two pages of two megabytes, from which on huge pages are asked for.
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((3 << 20) + 5)]
    public unsafe void It_is_an_array_like_any_other(int length)
    {
        float[] zeros = LargeArray.PinnedZeros<float>(length);
        Assert.Equal(length, zeros.Length);
        Assert.Equal(-1, zeros.AsSpan().IndexOfAnyExcept(0f));
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(zeros));
        byte[] bytes = LargeArray.Uninitialized<byte>(length * sizeof(float));
        bytes.AsSpan().Fill(7);
        zeros.AsSpan().Fill(3);
        GC.Collect();
        Assert.Equal(address, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(zeros)));
        Assert.Equal(-1, zeros.AsSpan().IndexOfAnyExcept(3f));
        Assert.Equal(-1, bytes.AsSpan().IndexOfAnyExcept((byte)7));
    }
}
