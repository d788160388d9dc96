namespace Unroll.Engine.Layers;

/// <summary>Pooling without parameters: last, mean and max, forward and backward side by side.</summary>
internal static unsafe class SimplePooling
{
    /// <summary>p = h_T of the forward units and h_1 of the backward units.</summary>
    public static void LastForward(in PoolingPass pass)
    {
        for (int row = 0; row < pass.Shard.Rows; row++)
        {
            float* p = pass.Pooled + (long)row * pass.Width;
            Copy(pass.States + pass.Token(pass.Shard.LengthOf(row) - 1, row) * pass.Width, p, pass.Hidden);
            if (pass.Width > pass.Hidden)
                Copy(pass.States + pass.Token(0, row) * pass.Width + pass.Hidden, p + pass.Hidden, pass.Width - pass.Hidden);
        }
    }

    /// <summary>dh_T of the forward units and dh_1 of the backward units are dp, all others zero.</summary>
    public static void LastBackward(in PoolingPass pass)
    {
        new Span<float>(pass.DStates, pass.Shard.Tokens * pass.Width).Clear();
        for (int row = 0; row < pass.Shard.Rows; row++)
        {
            float* dp = pass.DPooled + (long)row * pass.Width;
            Copy(dp, pass.DStates + pass.Token(pass.Shard.LengthOf(row) - 1, row) * pass.Width, pass.Hidden);
            if (pass.Width > pass.Hidden)
                Copy(dp + pass.Hidden, pass.DStates + pass.Token(0, row) * pass.Width + pass.Hidden, pass.Width - pass.Hidden);
        }
    }

    /// <summary>p = Σ_t h_t / T.</summary>
    public static void MeanForward(in PoolingPass pass)
    {
        for (int row = 0; row < pass.Shard.Rows; row++)
        {
            float* p = pass.Pooled + (long)row * pass.Width;
            int length = pass.Shard.LengthOf(row);
            new Span<float>(p, pass.Width).Clear();
            for (int t = 0; t < length; t++)
            {
                float* h = pass.States + pass.Token(t, row) * pass.Width;
                for (int i = 0; i < pass.Width; i++)
                    p[i] += h[i];
            }
            for (int i = 0; i < pass.Width; i++)
                p[i] /= length;
        }
    }

    /// <summary>dh_t = dp / T.</summary>
    public static void MeanBackward(in PoolingPass pass)
    {
        for (int row = 0; row < pass.Shard.Rows; row++)
        {
            float* dp = pass.DPooled + (long)row * pass.Width;
            int length = pass.Shard.LengthOf(row);
            for (int t = 0; t < length; t++)
            {
                float* dh = pass.DStates + pass.Token(t, row) * pass.Width;
                for (int i = 0; i < pass.Width; i++)
                    dh[i] = dp[i] / length;
            }
        }
    }

    /// <summary>p = max_t h_t, unit by unit; the first of equals. NaN wins.</summary>
    public static void MaxForward(in PoolingPass pass)
    {
        for (int row = 0; row < pass.Shard.Rows; row++)
        {
            float* p = pass.Pooled + (long)row * pass.Width;
            int* source = pass.Sources + (long)row * pass.Width;
            for (int t = 0; t < pass.Shard.LengthOf(row); t++)
            {
                long token = pass.Token(t, row);
                float* h = pass.States + token * pass.Width;
                for (int i = 0; i < pass.Width; i++)
                {
                    if (t > 0 && !(h[i] > p[i]) && !float.IsNaN(h[i]))
                        continue;
                    p[i] = h[i];
                    source[i] = (int)token;
                }
            }
        }
    }

    /// <summary>dh is dp where the maximum was, else zero.</summary>
    public static void MaxBackward(in PoolingPass pass)
    {
        new Span<float>(pass.DStates, pass.Shard.Tokens * pass.Width).Clear();
        for (int row = 0; row < pass.Shard.Rows; row++)
        {
            float* dp = pass.DPooled + (long)row * pass.Width;
            int* source = pass.Sources + (long)row * pass.Width;
            for (int i = 0; i < pass.Width; i++)
                pass.DStates[(long)source[i] * pass.Width + i] = dp[i];
        }
    }

    private static void Copy(float* from, float* to, int count) =>
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
}
