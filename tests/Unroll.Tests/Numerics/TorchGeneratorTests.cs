using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Unroll.Engine.Numerics;
using Unroll.Tests.Golden;
using Xunit;

namespace Unroll.Tests.Numerics;

/// <summary>
/// Every stream is PyTorch's bit for bit. That holds for normals in blocks of 16 too, where plain MathF would differ in the last
/// bit of about one value in a hundred; CephesMath does not.
/// </summary>
public class TorchGeneratorTests
{
    private static readonly JsonElement Expected = GoldenFile.Read("random.json");

    [Theory]
    [InlineData(4)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(37)]
    public void Normals_are_those_of_randn(int count) =>
        Assert.Equal(Expected.Singles($"seed42_randn{count}"), new TorchGenerator(42).Normal(count));

    [Fact]
    public void A_million_normals_are_those_of_randn()
    {
        float[] values = new TorchGenerator(7).Normal(1 << 20);
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)));
        Assert.Equal(Expected.GetProperty("seed7_randn_2to20_sha256").GetString(), hash);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    public void Normals_with_mean_and_deviation_are_those_of_normal_(int count)
    {
        float[] values = new float[count];
        new TorchGenerator(5).FillNormal(values, 3, 2);
        Assert.Equal(Expected.Singles($"seed5_normal_mean3_std2_x{count}"), values);
    }

    [Fact]
    public void The_cached_normal_survives_other_draws()
    {
        var generator = new TorchGenerator(42);
        float[] uniform = new float[4];
        float[] first = generator.Normal(3);
        generator.FillUniform(uniform);
        Assert.Equal(
            Expected.Singles("seed42_randn3_then_rand4_then_randn2"), (float[])[.. first, .. uniform, .. generator.Normal(2)]);

        generator.ManualSeed(42);
        Assert.Equal(
            Expected.Singles("seed42_randn3_then_randn20_then_randn2"),
            (float[])[.. generator.Normal(3), .. generator.Normal(20), .. generator.Normal(2)]);
    }

    [Fact]
    public void Seeding_again_forgets_the_cached_normal()
    {
        var generator = new TorchGenerator(9);
        generator.Normal(1);
        generator.ManualSeed(42);
        Assert.Equal(Expected.Singles("seed42_randn4"), generator.Normal(4));
    }

    [Theory]
    [InlineData("seed42_rand8", 42ul, 0f, 1f)]
    [InlineData("seed0_uniform_-0.5_0.5_x6", 0ul, -0.5f, 0.5f)]
    [InlineData("seed0_uniform_-0.1_0.3_x40", 0ul, -0.1f, 0.3f)]
    [InlineData("seed2to32plus42_rand4", (1ul << 32) + 42, 0f, 1f)]
    public void Uniforms_are_those_of_uniform_(string name, ulong seed, float from, float to)
    {
        float[] expected = Expected.Singles(name);
        float[] values = new float[expected.Length];
        new TorchGenerator(seed).FillUniform(values, from, to);
        Assert.Equal(expected, values);
    }

    [Fact]
    public void Doubles_are_those_of_rand()
    {
        var generator = new TorchGenerator(42);
        foreach (double expected in Expected.GetProperty("seed42_rand_double_x4").Doubles())
            Assert.Equal(expected, generator.NextDouble());
    }

    [Fact]
    public void Permutations_are_those_of_randperm()
    {
        int[] values = new int[10];
        new TorchGenerator(42).FillPermutation(values);
        Assert.Equal(Expected.Integers("seed42_randperm10"), values);
    }

    [Theory]
    [InlineData("seed42_randint0_100_x8", 0L, 100L)]
    [InlineData("seed42_randint_-5_to_2to40_x8", -5L, 1L << 40)]
    public void Integers_are_those_of_randint(string name, long low, long high)
    {
        long[] values = new long[8];
        new TorchGenerator(42).FillIntegers(values, low, high);
        Assert.Equal(Expected.GetProperty(name).EnumerateArray().Select(value => value.GetInt64()), values);
    }

    [Fact]
    public void Bernoulli_draws_are_those_of_bernoulli_()
    {
        float[] values = new float[12];
        new TorchGenerator(42).FillBernoulli(values, 0.3);
        Assert.Equal(Expected.Singles("seed42_bernoulli0.3_x12"), values);
    }

    [Fact]
    public void Impossible_ranges_are_refused()
    {
        var generator = new TorchGenerator(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.FillIntegers(new long[1], 5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.FillBernoulli(new float[1], 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.FillBernoulli(new float[1], double.NaN));
    }
}
