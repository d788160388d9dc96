using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Kernels;

/// <summary>
/// Every operation of <see cref="IKernels"/> for one width of vector: packing here, products and elementwise ones elsewhere.
/// </summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>(string name) : IKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public string Name => name;

    public int PanelWidth => 2 * TSimd.Width;

    public int PackedLength(int k, int n) => (n + PanelWidth - 1) / PanelWidth * PanelWidth * k;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(in Matrix source, in PackedMatrix packed)
    {
        Debug.Assert(source.Rows == packed.Rows && source.Columns == packed.Columns, "panels of another size");
        int width = 2 * TSimd.Width;
        int k = source.Rows, n = source.Columns, stride = source.Stride;
        float* panel = packed.Pointer;
        for (int start = 0; start < n; start += width, panel += (long)width * packed.PanelRows)
        {
            int columns = Math.Min(width, n - start);
            float* from = source.Pointer + start;
            float* to = panel;
            for (int row = 0; row < k; row++, from += stride, to += width)
            {
                if (columns == width)
                {
                    TSimd.Store(TSimd.Load(from), to);
                    TSimd.Store(TSimd.Load(from + TSimd.Width), to + TSimd.Width);
                    continue;
                }
                for (int column = 0; column < width; column++)
                    to[column] = column < columns ? from[column] : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackZeros(in PackedMatrix packed)
    {
        int width = 2 * TSimd.Width;
        float* panel = packed.Pointer;
        for (int start = 0; start < packed.Columns; start += width, panel += (long)width * packed.PanelRows)
            new Span<float>(panel, packed.Rows * width).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackTransposed(in Matrix source, in PackedMatrix packed)
    {
        Debug.Assert(source.Rows == packed.Columns && source.Columns == packed.Rows, "panels of another size");
        Debug.Assert(packed.PanelRows == packed.Rows, "the transpose is packed as a whole");
        int width = 2 * TSimd.Width;
        int k = packed.Rows, n = packed.Columns, stride = source.Stride;
        float* panel = packed.Pointer;
        for (int start = 0; start < n; start += width, panel += (long)width * k)
        {
            int columns = Math.Min(width, n - start);
            float* from = source.Pointer + (long)start * stride;
            int column = 0;
            // Four columns at once, so that a store fills a part of a row.
            for (; column <= columns - 4; column += 4, from += 4L * stride)
            {
                float* from1 = from + stride, from2 = from1 + stride, from3 = from2 + stride;
                float* to = panel + column;
                int row = 0;
                for (; row <= k - 4; row += 4, to += 4L * width)
                    Transpose(from + row, from1 + row, from2 + row, from3 + row, to, width);
                for (; row < k; row++, to += width)
                    Vector128.Create(from[row], from1[row], from2[row], from3[row]).Store(to);
            }
            for (; column < width; column++, from += stride)
            {
                for (int row = 0; row < k; row++)
                    panel[(long)row * width + column] = column < columns ? from[row] : 0;
            }
        }
    }

    // Four values of each of four rows, as four columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(float* from, float* from1, float* from2, float* from3, float* to, nint stride)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from1);
        Vector128<float> c = Vector128.Load(from2), d = Vector128.Load(from3);
        if (Sse.IsSupported)
        {
            Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d);
            Sse.MoveLowToHigh(ab, cd).Store(to);
            Sse.MoveHighToLow(cd, ab).Store(to + stride);
            (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
            Sse.MoveLowToHigh(ab, cd).Store(to + 2 * stride);
            Sse.MoveHighToLow(cd, ab).Store(to + 3 * stride);
            return;
        }
        Vector128.Create(a[0], b[0], c[0], d[0]).Store(to);
        Vector128.Create(a[1], b[1], c[1], d[1]).Store(to + stride);
        Vector128.Create(a[2], b[2], c[2], d[2]).Store(to + 2 * stride);
        Vector128.Create(a[3], b[3], c[3], d[3]).Store(to + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackColumns(in Matrix a, in PackedColumns packed)
    {
        Debug.Assert(a.Rows == packed.Rows && a.Columns == packed.Columns, "packed columns of another size");
        int k = a.Rows, m = a.Columns;
        float* to = packed.Pointer;
        // As many tiles side by side as read whole cache lines; each tile's columns go to a place of its own.
        const int tilesTogether = 8;
        for (int column = 0; column < m;)
        {
            int end = column;
            for (int tile = 0; tile < tilesTogether && end < m; tile++)
                end += Tiles<TSimd, TVector>.Height(m - end);
            for (int row = 0; row < k; row++)
            {
                float* from = a.Pointer + (long)row * a.Stride;
                for (int i = column; i < end;)
                {
                    int height = Tiles<TSimd, TVector>.Height(m - i);
                    Copy(height, from + i, to + (long)(i - column) * k + (long)row * height);
                    i += height;
                }
            }
            to += (long)(end - column) * k;
            column = end;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddColumnSums(in Matrix matrix, float* sum)
    {
        int width = TSimd.Width;
        int rows = matrix.Rows, columns = matrix.Columns, stride = matrix.Stride;
        int column = 0;
        for (; column <= columns - 4 * width; column += 4 * width)
        {
            float* to = sum + column;
            TVector w = TSimd.Load(to), x = TSimd.Load(to + width);
            TVector y = TSimd.Load(to + 2 * width), z = TSimd.Load(to + 3 * width);
            float* from = matrix.Pointer + column;
            for (int row = 0; row < rows; row++, from += stride)
            {
                w = TSimd.Add(w, TSimd.Load(from));
                x = TSimd.Add(x, TSimd.Load(from + width));
                y = TSimd.Add(y, TSimd.Load(from + 2 * width));
                z = TSimd.Add(z, TSimd.Load(from + 3 * width));
            }
            TSimd.Store(w, to);
            TSimd.Store(x, to + width);
            TSimd.Store(y, to + 2 * width);
            TSimd.Store(z, to + 3 * width);
        }
        for (; column < columns; column++)
        {
            for (int row = 0; row < rows; row++)
                sum[column] += matrix.Pointer[(long)row * stride + column];
        }
    }

    // A tile has 8, 6, 4, 2 or 1 columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(int count, float* from, float* to)
    {
        if (count == 8)
            *(Vector256<float>*)to = *(Vector256<float>*)from;
        else if (count == 4)
            *(Vector128<float>*)to = *(Vector128<float>*)from;
        else
            CopyFew(count, from, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyFew(int count, float* from, float* to)
    {
        for (int i = 0; i < count; i++)
            to[i] = from[i];
    }
}
