using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Unroll.Engine.Numerics;

/// <summary>
/// A random number generator whose streams are PyTorch's CPU streams: after <c>ManualSeed(s)</c> it gives what PyTorch gives
/// after <c>torch.manual_seed(s)</c>.
/// </summary>
/// <remarks>
/// The engine is the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998). Integers, uniforms, permutations, Bernoulli
/// draws and normals alike are PyTorch's bit for bit, as long as PyTorch runs its AVX2 path for
/// sixteen or more normals (see <see cref="FillNormal"/>). Not safe for use from several threads at once.
/// </remarks>
public sealed class TorchGenerator
{
    private const int StateSize = 624;
    private const int Shift = 397;
    private const int VectorBlock = 16;
    private const int StateBytes = StateSize * sizeof(uint) + sizeof(int) + sizeof(double);

    private readonly uint[] _state = new uint[StateSize];
    private int _position;
    private double? _cachedNormal;

    /// <summary>Creates a generator that stands where <c>torch.manual_seed(seed)</c> puts PyTorch's.</summary>
    /// <param name="seed">Any number; the engine uses its low 32 bits, as PyTorch's does.</param>
    public TorchGenerator(ulong seed) => ManualSeed(seed);

    /// <summary>Starts the stream of <paramref name="seed"/> again and forgets the cached normal.</summary>
    /// <param name="seed">Any number; the engine uses its low 32 bits, as PyTorch's does.</param>
    public void ManualSeed(ulong seed)
    {
        _state[0] = (uint)seed;
        for (int i = 1; i < StateSize; i++)
            _state[i] = 1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
        _position = StateSize;
        _cachedNormal = null;
    }

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_position == StateSize)
            Twist();
        uint y = _state[_position++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    /// <summary>The next 64 random bits: two 32-bit draws, the first in the high half.</summary>
    public ulong NextUInt64() => ((ulong)NextUInt32() << 32) | NextUInt32();

    /// <summary>A uniform float in [0, 1) with 24 random bits.</summary>
    public float NextSingle() => (NextUInt32() & 0xFFFFFF) * (1.0f / (1 << 24));

    /// <summary>A uniform double in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));

    /// <summary>Overwrites <paramref name="values"/> as <c>tensor.uniform_(from, to)</c> does: uniform in [from, to).</summary>
    /// <param name="values">Any length; overwritten.</param>
    /// <param name="from">The lower end.</param>
    /// <param name="to">The upper end, not below <paramref name="from"/>.</param>
    public void FillUniform(Span<float> values, float from = 0, float to = 1)
    {
        float width = to - from;
        foreach (ref float value in values)
            value = MathF.FusedMultiplyAdd(NextSingle(), width, from);
    }

    /// <summary>
    /// Overwrites <paramref name="values"/> as <c>tensor.normal_(mean, std)</c> does on a contiguous float tensor.
    /// </summary>
    /// <remarks>
    /// Fewer than 16 values come one by one from a double-precision Box–Muller pair, of which the second is kept for the next
    /// call. Sixteen or more are transformed in blocks of 16 with <see cref="CephesMath"/>, as PyTorch's AVX2 code does;
    /// the cached value is then neither used nor changed.
    /// </remarks>
    /// <param name="values">Any length; overwritten.</param>
    /// <param name="mean">Mean of the distribution.</param>
    /// <param name="std">Standard deviation of the distribution.</param>
    public void FillNormal(Span<float> values, float mean = 0, float std = 1)
    {
        if (values.Length >= VectorBlock)
        {
            FillNormalBlocks(values, mean, std);
            return;
        }
        foreach (ref float value in values)
            value = (float)(NextNormal() * std + mean);
    }

    /// <summary>A standard normal in double precision: one half of a Box–Muller pair, the other half is kept.</summary>
    public double NextNormal()
    {
        if (_cachedNormal is { } cached)
        {
            _cachedNormal = null;
            return cached;
        }
        double u1 = NextDouble();
        double u2 = NextDouble();
        // log1p(-u2) keeps its precision for small u2, where log(1 - u2) would lose it.
        double radius = Math.Sqrt(-2.0 * LogOnePlus(-u2));
        double theta = 2.0 * Math.PI * u1;
        _cachedNormal = radius * Math.Sin(theta);
        return radius * Math.Cos(theta);
    }

    /// <summary>
    /// Overwrites <paramref name="values"/> with a random order of 0 … n-1, as <c>torch.randperm(n)</c> gives it.
    /// </summary>
    /// <param name="values">n places; overwritten.</param>
    public void FillPermutation(Span<int> values)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = i;
        for (int i = 0; i < values.Length - 1; i++)
        {
            int other = i + (int)(NextUInt32() % (uint)(values.Length - i));
            (values[i], values[other]) = (values[other], values[i]);
        }
    }

    /// <summary>
    /// Overwrites <paramref name="values"/> with integers in [low, high), as <c>torch.randint(low, high, …)</c> does.
    /// </summary>
    /// <param name="values">Any length; overwritten.</param>
    /// <param name="low">The smallest integer that can come.</param>
    /// <param name="high">One more than the largest; above <paramref name="low"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty.</exception>
    public void FillIntegers(Span<long> values, long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(low, high);
        ulong range = (ulong)high - (ulong)low;
        foreach (ref long value in values)
        {
            ulong draw = range >= 1UL << 32 ? NextUInt64() : NextUInt32();
            value = (long)((ulong)low + draw % range);
        }
    }

    /// <summary>
    /// Overwrites <paramref name="values"/> with 1 (chance <paramref name="p"/>) and 0, as <c>tensor.bernoulli_(p)</c> does.
    /// </summary>
    /// <param name="values">Any length; overwritten.</param>
    /// <param name="p">The chance of a one, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is no probability.</exception>
    public void FillBernoulli(Span<float> values, double p)
    {
        if (!(p is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "a probability lies between 0 and 1");
        foreach (ref float value in values)
            value = NextDouble() < p ? 1 : 0;
    }

    /// <summary>Everything that decides the numbers to come.</summary>
    public byte[] SaveState()
    {
        byte[] state = new byte[StateBytes];
        MemoryMarshal.AsBytes(_state.AsSpan()).CopyTo(state);
        Span<byte> rest = state.AsSpan(StateSize * sizeof(uint));
        BinaryPrimitives.WriteInt32LittleEndian(rest, _position);
        // No normal is NaN, so NaN stands for none.
        BinaryPrimitives.WriteDoubleLittleEndian(rest[sizeof(int)..], _cachedNormal ?? double.NaN);
        return state;
    }

    /// <summary>Whether <see cref="SaveState"/> can have given these bytes.</summary>
    /// <param name="state">The bytes.</param>
    public static bool IsState(ReadOnlySpan<byte> state) => state.Length == StateBytes
        && BinaryPrimitives.ReadInt32LittleEndian(state[(StateSize * sizeof(uint))..]) is >= 0 and <= StateSize;

    /// <summary>Goes on where <see cref="SaveState"/> was called.</summary>
    /// <param name="state">What it gave.</param>
    /// <exception cref="ArgumentException">It gave something else.</exception>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        if (!IsState(state))
            throw new ArgumentException($"{state.Length} bytes that are no state, expected {StateBytes}", nameof(state));
        state[..(StateSize * sizeof(uint))].CopyTo(MemoryMarshal.AsBytes(_state.AsSpan()));
        ReadOnlySpan<byte> rest = state[(StateSize * sizeof(uint))..];
        _position = BinaryPrimitives.ReadInt32LittleEndian(rest);
        double cached = BinaryPrimitives.ReadDoubleLittleEndian(rest[sizeof(int)..]);
        _cachedNormal = double.IsNaN(cached) ? null : cached;
    }

    private void FillNormalBlocks(Span<float> values, float mean, float std)
    {
        foreach (ref float value in values)
            value = NextSingle();
        int whole = values.Length / VectorBlock * VectorBlock;
        for (int start = 0; start < whole; start += VectorBlock)
            BoxMuller(values.Slice(start, VectorBlock), mean, std);
        if (whole == values.Length)
            return;
        // The last 16 places are drawn afresh, over values that were already transformed.
        Span<float> tail = values[^VectorBlock..];
        foreach (ref float value in tail)
            value = NextSingle();
        BoxMuller(tail, mean, std);
    }

    private static void BoxMuller(Span<float> block, float mean, float std)
    {
        const int half = VectorBlock / 2;
        for (int j = 0; j < half; j++)
        {
            float u1 = 1 - block[j];
            float radius = MathF.Sqrt(-2 * CephesMath.Log(u1));
            (float sin, float cos) = CephesMath.SinCos((float)(2 * Math.PI) * block[j + half]);
            block[j] = MathF.FusedMultiplyAdd(radius * cos, std, mean);
            block[j + half] = MathF.FusedMultiplyAdd(radius * sin, std, mean);
        }
    }

    // .NET has no log1p. This is Kahan's: the error of 1 + x is divided out again.
    private static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    private void Twist()
    {
        for (int i = 0; i < StateSize; i++)
        {
            uint y = (_state[i] & 0x80000000u) | (_state[(i + 1) % StateSize] & 0x7fffffffu);
            _state[i] = _state[(i + Shift) % StateSize] ^ (y >> 1) ^ ((y & 1) * 0x9908b0dfu);
        }
        _position = 0;
    }
}
