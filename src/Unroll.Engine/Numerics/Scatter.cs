using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unroll.Engine.Numerics;

/// <summary>Numbers that look random and are a function of where they are used, not of how many were drawn before.</summary>
internal static class Scatter
{
    /// <summary>The key of one place in the network at one training step.</summary>
    public static uint Key(ulong seed, long step, int site) =>
        Mix((uint)seed ^ Mix((uint)(seed >> 32) ^ Mix((uint)step ^ Mix((uint)(step >> 32) ^ Mix((uint)site + 0x632BE5ABu)))));

    /// <summary>
    /// The finaliser of MurmurHash3 (public domain): every input bit changes every output bit with chance one half.
    /// </summary>
    public static uint Mix(uint x)
    {
        x ^= x >> 16;
        x *= 0x85EBCA6Bu;
        x ^= x >> 13;
        x *= 0xC2B2AE35u;
        return x ^ (x >> 16);
    }

    /// <summary>The same of several numbers at once.</summary>
    public static Vector<uint> Mix(Vector<uint> x)
    {
        x ^= x >>> 16;
        x *= 0x85EBCA6Bu;
        x ^= x >>> 13;
        x *= 0xC2B2AE35u;
        return x ^ (x >>> 16);
    }

    /// <summary>The same of four numbers, in operators that WebAssembly's interpreter knows as one instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Mix(Vector128<uint> x)
    {
        x ^= x >>> 16;
        x *= Vector128.Create(0x85EBCA6Bu);
        x ^= x >>> 13;
        x *= Vector128.Create(0xC2B2AE35u);
        return x ^ (x >>> 16);
    }
}
