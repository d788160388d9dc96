using Unroll.Engine.Numerics;

namespace Unroll.Tests;

/// <summary>Reproducible input for tests.</summary>
internal static class RandomValues
{
    public static float[] Normal(this TorchGenerator generator, int count, float scale = 1)
    {
        float[] values = new float[count];
        generator.FillNormal(values, 0, scale);
        return values;
    }

    public static int[] Integers(this TorchGenerator generator, int count, int high)
    {
        long[] values = new long[count];
        generator.FillIntegers(values, 0, high);
        return [.. values.Select(value => (int)value)];
    }
}
