using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Engine.Kernels;
using Unroll.Engine.Threading;

namespace Unroll.Bench;

/// <summary>The most multiply-adds the machine does: a loop of nothing else, on the registers alone.</summary>
internal sealed class PeakLoop : IParallelWork
{
    private const int Iterations = 2_000_000;
    private const int Sums = 12;

    private readonly int _width = KernelRegistry.Current.PanelWidth / 2;
    private readonly float[] _sink = new float[256];

    /// <summary>GFLOP/s with the vectors of the kernels in use.</summary>
    public static double Gflops(WorkerPool pool)
    {
        var loop = new PeakLoop();
        double seconds = Timing.Median(() => pool.Run(loop, pool.Workers), 0.4);
        return 2.0 * Iterations * Sums * loop._width * pool.Workers / seconds / 1e9;
    }

    void IParallelWork.Execute(int part, int worker) => _sink[part] = _width switch
    {
        16 => Loop<Simd512, Vector512<float>>(),
        8 => Loop<Simd256, Vector256<float>>(),
        4 => Loop<Simd128, Vector128<float>>(),
        1 => Loop<SimdScalar, float>(),
        var width => throw new InvalidOperationException($"no peak loop for vectors of {width} floats"),
    };

    // Compiled at once and fully: a loop that is called once would else run in its first, slow form.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe float Loop<S, V>()
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V x = S.Broadcast(0.999f), y = S.Broadcast(1e-9f);
        V a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int n = 0; n < Iterations; n++)
        {
            a = S.MultiplyAdd(a, x, y);
            b = S.MultiplyAdd(b, x, y);
            c = S.MultiplyAdd(c, x, y);
            d = S.MultiplyAdd(d, x, y);
            e = S.MultiplyAdd(e, x, y);
            f = S.MultiplyAdd(f, x, y);
            g = S.MultiplyAdd(g, x, y);
            h = S.MultiplyAdd(h, x, y);
            i = S.MultiplyAdd(i, x, y);
            j = S.MultiplyAdd(j, x, y);
            k = S.MultiplyAdd(k, x, y);
            l = S.MultiplyAdd(l, x, y);
        }
        V sum = S.Add(S.Add(S.Add(a, b), S.Add(c, d)), S.Add(S.Add(e, f), S.Add(g, h)));
        float* result = stackalloc float[S.Width];
        S.Store(S.Add(sum, S.Add(S.Add(i, j), S.Add(k, l))), result);
        return *result;
    }
}
