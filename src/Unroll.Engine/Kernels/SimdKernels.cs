using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unroll.Engine.Kernels;

/// <summary>Every operation of <see cref="IKernels"/> for one width of vector: products here, elementwise ones in the other parts.</summary>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>(string name) : IKernels
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    // Rows of a that are used with every panel before the next ones: they stay in the second-level cache.
    private const int RowBlock = 192;

    private static readonly AlignedZeros Zeros = new();

    public string Name => name;

    public int PanelWidth => 2 * TSimd.Width;

    public int PackedLength(int k, int n) => (n + PanelWidth - 1) / PanelWidth * PanelWidth * k;

    public void Pack(int k, int n, float* source, int sourceRow, float* packed, int panelRows)
    {
        int width = 2 * TSimd.Width;
        for (int start = 0; start < n; start += width, packed += (long)width * panelRows)
        {
            int columns = Math.Min(width, n - start);
            float* from = source + start;
            float* to = packed;
            for (int row = 0; row < k; row++, from += sourceRow, to += width)
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

    public void PackZeros(int k, int n, float* packed, int panelRows)
    {
        int width = 2 * TSimd.Width;
        for (int start = 0; start < n; start += width, packed += (long)width * panelRows)
            new Span<float>(packed, k * width).Clear();
    }

    public void PackTransposed(int k, int n, float* source, int sourceRow, float* packed)
    {
        int width = 2 * TSimd.Width;
        for (int start = 0; start < n; start += width, packed += (long)width * k)
        {
            int columns = Math.Min(width, n - start);
            float* from = source + (long)start * sourceRow;
            int column = 0;
            // Four columns at once, so that a store fills a part of a row.
            for (; column <= columns - 4; column += 4, from += 4L * sourceRow)
            {
                float* from1 = from + sourceRow, from2 = from1 + sourceRow, from3 = from2 + sourceRow;
                float* to = packed + column;
                for (int row = 0; row < k; row++, to += width)
                    Vector128.Create(from[row], from1[row], from2[row], from3[row]).Store(to);
            }
            for (; column < width; column++, from += sourceRow)
            {
                for (int row = 0; row < k; row++)
                    packed[(long)row * width + column] = column < columns ? from[row] : 0;
            }
        }
    }

    public void Multiply(int m, int n, int k, float* a, int aRow, float* packed, float* c, int cRow, float* from, int fromRow)
    {
        int width = 2 * TSimd.Width;
        if (m == 1 && n >= 2 * width)
        {
            int wide = MultiplyRow(n, k, a, packed, c, from);
            n -= wide;
            c += wide;
            packed += (long)wide * k;
            from = from == null ? null : from + wide;
        }
        float* edge = stackalloc float[8 * width];
        for (int block = 0; block < m; block += RowBlock)
        {
            int end = Math.Min(m, block + RowBlock);
            float* panel = packed;
            for (int start = 0; start < n; start += width, panel += (long)width * k)
            {
                int columns = Math.Min(width, n - start);
                for (int row = block; row < end;)
                {
                    int height = Tiles<TSimd, TVector>.Height(end - row);
                    float* x = a + (long)row * aRow;
                    float* y = c + (long)row * cRow + start;
                    float* begin = from == null ? Zeros.Pointer : from + (long)row * fromRow + start;
                    PrefetchRows(height, y + width, cRow);
                    if (columns == width)
                        Tiles<TSimd, TVector>.Compute(height, k, x, aRow, 1, panel, y, cRow, begin, fromRow);
                    else
                        EdgeTile(height, columns, k, x, aRow, 1, panel, y, cRow, begin, fromRow, edge);
                    row += height;
                }
            }
        }
    }

    // A single row: as many whole panels as make wide tiles. Returns the columns done.
    private static int MultiplyRow(int n, int k, float* a, float* packed, float* c, float* from)
    {
        int width = 2 * TSimd.Width;
        int done = 0;
        for (; done <= n - 4 * width; done += 4 * width, packed += 4L * width * k)
            RowTiles<TSimd, TVector>.WideRow(k, a, packed, (nint)width * k, c + done, from == null ? Zeros.Pointer : from + done);
        if (done <= n - 2 * width)
        {
            RowTiles<TSimd, TVector>.PairRow(k, a, packed, (nint)width * k, c + done, from == null ? Zeros.Pointer : from + done);
            done += 2 * width;
        }
        return done;
    }

    public void PackColumns(int m, int k, float* a, int aRow, float* packed)
    {
        // As many tiles side by side as read whole cache lines; each tile's columns go to a place of its own.
        const int tilesTogether = 8;
        for (int column = 0; column < m;)
        {
            int end = column;
            for (int tile = 0; tile < tilesTogether && end < m; tile++)
                end += Tiles<TSimd, TVector>.Height(m - end);
            for (int row = 0; row < k; row++)
            {
                float* from = a + (long)row * aRow;
                for (int i = column; i < end;)
                {
                    int height = Tiles<TSimd, TVector>.Height(m - i);
                    Copy(height, from + i, packed + (long)(i - column) * k + (long)row * height);
                    i += height;
                }
            }
            packed += (long)(end - column) * k;
            column = end;
        }
    }

    public void AddProductOfColumns(int m, int n, int k, float* columns, float* packed, float* c, int cRow)
    {
        int width = 2 * TSimd.Width;
        float* edge = stackalloc float[8 * width];
        for (int start = 0; start < n; start += width, packed += (long)width * k)
        {
            int inside = Math.Min(width, n - start);
            float* a = columns;
            for (int row = 0; row < m;)
            {
                int height = Tiles<TSimd, TVector>.Height(m - row);
                float* y = c + (long)row * cRow + start;
                PrefetchRows(height, y + width, cRow);
                if (inside == width)
                    Tiles<TSimd, TVector>.Compute(height, k, a, 1, height, packed, y, cRow, y, cRow);
                else
                    EdgeTile(height, inside, k, a, 1, height, packed, y, cRow, y, cRow, edge);
                a += (long)height * k;
                row += height;
            }
        }
    }

    public void AddColumnSums(int rows, int columns, float* matrix, int matrixRow, float* sum)
    {
        int width = TSimd.Width;
        int column = 0;
        for (; column <= columns - 4 * width; column += 4 * width)
        {
            float* to = sum + column;
            TVector w = TSimd.Load(to), x = TSimd.Load(to + width);
            TVector y = TSimd.Load(to + 2 * width), z = TSimd.Load(to + 3 * width);
            float* from = matrix + column;
            for (int row = 0; row < rows; row++, from += matrixRow)
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
                sum[column] += matrix[(long)row * matrixRow + column];
        }
    }

    // A tile has 8, 6, 4, 2 or 1 columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(int count, float* from, float* to)
    {
        if (count == 8)
            *(Vector256<float>*)to = *(Vector256<float>*)from;
        else
            CopyFew(count, from, to);
    }

    private static void CopyFew(int count, float* from, float* to)
    {
        for (int i = 0; i < count; i++)
            to[i] = from[i];
    }

    // Asks for the part of c that the next panel's tile goes to: it is seldom in a near cache, and a tile waits for it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRows(int height, float* c, nint cRow)
    {
        const int cacheLine = 64 / sizeof(float);
        if (!Sse.IsSupported)
            return;
        for (; height > 0; height--, c += cRow)
        {
            Sse.Prefetch0(c);
            if (2 * TSimd.Width > cacheLine)
                Sse.Prefetch0(c + cacheLine);
        }
    }

    // A tile that sticks out of the matrix on the right is computed beside it and its inner part copied.
    private static void EdgeTile(
        int height, int columns, int k, float* a, nint aRow, nint aStep, float* panel, float* c, nint cRow,
        float* from, nint fromRow, float* edge)
    {
        int width = 2 * TSimd.Width;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < columns; column++)
                edge[row * width + column] = from[row * fromRow + column];
        }
        if (height == 8 && columns <= TSimd.Width)
            Tiles<TSimd, TVector>.Narrow8(k, a, aRow, aStep, panel, edge, width, edge, width);
        else
            Tiles<TSimd, TVector>.Compute(height, k, a, aRow, aStep, panel, edge, width, edge, width);
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < columns; column++)
                c[row * cRow + column] = edge[row * width + column];
        }
    }

    private sealed class AlignedZeros
    {
        private readonly Numerics.AlignedBuffer _buffer = new(128);

        public float* Pointer => _buffer.Pointer;
    }
}
