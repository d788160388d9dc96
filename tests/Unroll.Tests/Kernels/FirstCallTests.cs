using System.Reflection;
using System.Runtime.Intrinsics;
using Unroll.Engine.Kernels;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>
/// Loops are compiled in full at their first call: the quick code that the runtime begins with is forty times slower, and stays
/// until a method was called often enough and a tenth of a second has passed.
/// </summary>
public class FirstCallTests
{
    // They loop over nothing themselves.
    private static readonly string[] WithoutLoops =
        [nameof(IKernels.Multiply), nameof(IKernels.AddProductOfColumns), nameof(IKernels.PackedLength)];

    [Theory]
    [InlineData(typeof(SimdKernels<Simd512, Vector512<float>>))]
    [InlineData(typeof(SimdKernels<Simd256, Vector256<float>>))]
    [InlineData(typeof(SimdKernels<SimdScalar, float>))]
    public void Kernels_are_compiled_in_full_at_once(Type kernels)
    {
        string[] names = [.. typeof(IKernels).GetMethods().Where(method => !method.IsSpecialName).Select(method => method.Name)];
        MethodInfo[] operations = [.. names.Select(name => kernels.GetMethod(name)!)];
        Assert.True(operations.Length > 15, $"{operations.Length} operations");
        Assert.Equal(
            WithoutLoops.Order(), operations.Where(method => !IsCompiledAtOnce(method)).Select(method => method.Name).Order());
    }

    [Theory]
    [InlineData(typeof(Tiles<Simd512, Vector512<float>>), 6)]
    [InlineData(typeof(RowTiles<Simd512, Vector512<float>>), 2)]
    [InlineData(typeof(SingleRow<Simd512, Vector512<float>, short, WholeElements<Simd512, Vector512<float>>>), 3)]
    public void Tiles_are_compiled_in_full_at_once(Type tiles, int expected)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        Assert.Equal(expected, tiles.GetMethods(all).Count(IsCompiledAtOnce));
    }

    private static bool IsCompiledAtOnce(MethodInfo method) =>
        method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization);
}
