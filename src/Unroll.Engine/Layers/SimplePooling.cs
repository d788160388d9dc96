using System.Numerics;
using System.Runtime.CompilerServices;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>Pooling without parameters: last, mean and max, forward and backward side by side.</summary>
internal static unsafe class SimplePooling
{
    /// <summary>p = h_T of the forward units and h_1 of the backward units.</summary>
    public static void LastForward(in PoolingArguments arguments)
    {
        for (int row = 0; row < arguments.Shard.Rows; row++)
        {
            Span<float> p = arguments.Pooled.Row(row);
            Span<float> last = arguments.States.Row(LastToken(arguments, row));
            last[..arguments.ForwardSize].CopyTo(p);
            arguments.States.Row(arguments.Token(0, row))[arguments.ForwardSize..].CopyTo(p[arguments.ForwardSize..]);
        }
    }

    /// <summary>dh_T of the forward units and dh_1 of the backward units are dp, all others zero.</summary>
    public static void LastBackward(in PoolingArguments arguments)
    {
        arguments.DStates.Clear();
        for (int row = 0; row < arguments.Shard.Rows; row++)
        {
            Span<float> dp = arguments.DPooled.Row(row);
            dp[..arguments.ForwardSize].CopyTo(arguments.DStates.Row(LastToken(arguments, row)));
            dp[arguments.ForwardSize..].CopyTo(arguments.DStates.Row(arguments.Token(0, row))[arguments.ForwardSize..]);
        }
    }

    /// <summary>p = Σ_t h_t / T.</summary>
    public static void MeanForward(in PoolingArguments arguments)
    {
        int width = arguments.Width;
        for (int row = 0; row < arguments.Shard.Rows; row++)
        {
            float* p = arguments.Pooled.PointerTo(row);
            int length = arguments.Shard.LengthOf(row);
            new Span<float>(p, width).Clear();
            for (int t = 0; t < length; t++)
            {
                float* h = arguments.States.PointerTo(arguments.Token(t, row));
                for (int i = 0; i < width; i++)
                    p[i] += h[i];
            }
            for (int i = 0; i < width; i++)
                p[i] /= length;
        }
    }

    /// <summary>dh_t = dp / T.</summary>
    public static void MeanBackward(in PoolingArguments arguments)
    {
        int width = arguments.Width;
        for (int row = 0; row < arguments.Shard.Rows; row++)
        {
            float* dp = arguments.DPooled.PointerTo(row);
            int length = arguments.Shard.LengthOf(row);
            for (int t = 0; t < length; t++)
            {
                float* dh = arguments.DStates.PointerTo(arguments.Token(t, row));
                for (int i = 0; i < width; i++)
                    dh[i] = dp[i] / length;
            }
        }
    }

    /// <summary>p = max_t h_t, unit by unit; the first of equals. NaN wins.</summary>
    public static void MaxForward(in PoolingArguments arguments)
    {
        int width = arguments.Width;
        for (int row = 0; row < arguments.Shard.Rows; row++)
        {
            float* p = arguments.Pooled.PointerTo(row);
            int* source = arguments.Sources + (long)row * width;
            for (int t = 0; t < arguments.Shard.LengthOf(row); t++)
            {
                int token = arguments.Token(t, row);
                float* h = arguments.States.PointerTo(token);
                if (t > 0)
                {
                    TakeLarger(width, h, token, p, source);
                    continue;
                }
                new Span<float>(h, width).CopyTo(new Span<float>(p, width));
                new Span<int>(source, width).Fill(token);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TakeLarger(int count, float* h, int token, float* p, int* source)
    {
        var tokens = new Vector<int>(token);
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> next = Vector.Load(h + i), largest = Vector.Load(p + i);
            // A number is equal to itself.
            Vector<int> takes = Vector.GreaterThan(next, largest) | ~Vector.Equals(next, next);
            Vector.ConditionalSelect(takes, next, largest).Store(p + i);
            Vector.ConditionalSelect(takes, tokens, Vector.Load(source + i)).Store(source + i);
        }
        for (; i < count; i++)
        {
            if (!(h[i] > p[i]) && !float.IsNaN(h[i]))
                continue;
            p[i] = h[i];
            source[i] = token;
        }
    }

    /// <summary>dh is dp where the maximum was, else zero.</summary>
    public static void MaxBackward(in PoolingArguments arguments)
    {
        Matrix dStates = arguments.DStates;
        dStates.Clear();
        for (int row = 0; row < arguments.Shard.Rows; row++)
        {
            float* dp = arguments.DPooled.PointerTo(row);
            int* source = arguments.Sources + (long)row * arguments.Width;
            for (int i = 0; i < arguments.Width; i++)
                dStates[source[i], i] = dp[i];
        }
    }

    private static int LastToken(in PoolingArguments arguments, int row) =>
        arguments.Token(arguments.Shard.LengthOf(row) - 1, row);
}
