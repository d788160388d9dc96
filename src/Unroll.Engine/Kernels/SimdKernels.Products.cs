using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Kernels;

/// <content>Matrix products, tile by tile.</content>
internal sealed unsafe partial class SimdKernels<TSimd, TVector>
{
    // Rows of a that are used with every panel before the next ones: they stay in the second-level cache.
    private const int RowBlock = 192;

    // As many as a single row needs to keep the multiply-add units busy.
    private const int PanelsTogether = 4;

    private static readonly AlignedZeros Zeros = new();

    // Sixteen sums and what they are made of.
    private static bool ManyRegisters => TSimd.TileRows == 8;

    // The tiles of WebAssembly have sums enough in one panel.
    private static bool OnePanelAtOnce => typeof(TSimd) == typeof(SimdWasm);

    public void Multiply(in Matrix a, in PackedMatrix b, in Matrix c, in Matrix from)
    {
        Debug.Assert(a.Rows == c.Rows && b.Columns == c.Columns, $"{a.Rows} × {b.Columns} into {c.Rows} × {c.Columns}");
        Debug.Assert(a.Columns == b.Rows || a.Columns == 0, $"{a.Columns} columns by {b.Rows} rows");
        Debug.Assert(b.PanelRows == b.Rows, "a part of the rows of panels is no factor");
        Debug.Assert(from.IsNone || (from.Rows == c.Rows && from.Columns == c.Columns), "a start of another size");
        Multiply(
            c.Rows, c.Columns, a.Columns, a.Pointer, a.Stride, b, c.Pointer, c.Stride, from.Pointer,
            from.IsNone ? 0 : from.Stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(
        int m, int n, int k, float* a, int aStride, in PackedMatrix b, float* c, int cStride, float* from, int fromStride)
    {
        int width = 2 * TSimd.Width;
        float* packed = b.Pointer;
        if (m == 1 && n >= 2 * width && !OnePanelAtOnce)
        {
            int wide = b.Whole == null
                ? SingleRow<TSimd, TVector, float, SingleElements<TSimd, TVector>>.Multiply(
                    n, k, a, 1, packed, c, from, Zeros.Pointer)
                : SingleRow<TSimd, TVector, short, WholeElements<TSimd, TVector>>.Multiply(
                    n, k, a, b.Unit, b.Whole, c, from, Zeros.Pointer);
            n -= wide;
            c += wide;
            packed += (long)wide * k;
            from = from == null ? null : from + wide;
        }
        var product = new Product(n, k, a, aStride, c, cStride, from, fromStride);
        float* edge = stackalloc float[8 * width];
        for (int block = 0; block < m; block += RowBlock)
        {
            int end = Math.Min(m, block + RowBlock);
            float* panel = packed;
            int start = 0;
            // Rows that make no whole tile have too few sums in one panel.
            int rest = OnePanelAtOnce ? end : end - FewRows(end - block);
            for (; rest < end && start <= n - PanelsTogether * width; start += PanelsTogether * width)
            {
                for (int i = 0; i < PanelsTogether; i++)
                    MultiplyPanel(product, block, rest, start + i * width, panel + (long)i * width * k, edge);
                MultiplyFewRows(product, rest, end, start, panel);
                panel += (long)PanelsTogether * width * k;
            }
            for (; start < n; start += width, panel += (long)width * k)
                MultiplyPanel(product, block, end, start, panel, edge);
        }
    }

    // How many rows are left behind the last whole tile.
    private static int FewRows(int rows)
    {
        int left = rows;
        while (left > 0 && Tiles<TSimd, TVector>.Height(left) is var height && height >= (ManyRegisters ? 8 : 4))
            left -= height;
        return left;
    }

    // At most seven rows by as many panels as a single row needs.
    private static void MultiplyFewRows(in Product product, int first, int end, int start, float* panel)
    {
        (int width, int row) = (2 * TSimd.Width, first);
        nint next = (nint)width * product.K;
        for (int height = ManyRegisters ? 4 : 2; height > 1; height /= 2)
        {
            if (end - row < height)
                continue;
            for (int i = 0; i < PanelsTogether; i += 2)
            {
                int column = start + i * width;
                RowTiles<TSimd, TVector>.Pair(
                    height, product.K, product.RowOfA(row), product.AStride, panel + i * next, next,
                    product.RowOfC(row) + column, product.CStride, product.StartOf(row, column), product.FromStride);
            }
            row += height;
        }
        if (row < end)
        {
            SingleRow<TSimd, TVector, float, SingleElements<TSimd, TVector>>.FourPanels(
                product.K, product.RowOfA(row), 1, panel, next, product.RowOfC(row) + start, product.StartOf(row, start));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyPanel(in Product product, int first, int end, int start, float* panel, float* edge)
    {
        int width = 2 * TSimd.Width;
        int columns = Math.Min(width, product.Columns - start);
        (int k, nint aStride, nint cStride, nint fromStride) = (product.K, product.AStride, product.CStride, product.FromStride);
        for (int row = first; row < end;)
        {
            int height = Tiles<TSimd, TVector>.Height(end - row);
            float* x = product.RowOfA(row);
            float* y = product.RowOfC(row) + start;
            float* begin = product.StartOf(row, start);
            PrefetchRows(height, y + width, cStride);
            if (columns == width)
                Tiles<TSimd, TVector>.Compute(height, k, x, aStride, 1, panel, y, cStride, begin, fromStride);
            else
                EdgeTile(height, columns, k, x, aStride, 1, panel, y, cStride, begin, fromStride, edge);
            row += height;
        }
    }

    public void AddProductOfColumns(in PackedColumns a, in PackedMatrix b, in Matrix c)
    {
        Debug.Assert(a.Columns == c.Rows && b.Columns == c.Columns, $"{a.Columns} × {b.Columns} into {c.Rows} × {c.Columns}");
        Debug.Assert(a.Rows == b.Rows && b.PanelRows == b.Rows, $"{a.Rows} rows by {b.Rows} rows");
        AddProductOfColumns(c.Rows, c.Columns, b.Rows, a.Pointer, b.Pointer, c.Pointer, c.Stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProductOfColumns(int m, int n, int k, float* columns, float* packed, float* c, int cStride)
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
                float* y = c + (long)row * cStride + start;
                PrefetchRows(height, y + width, cStride);
                if (inside == width)
                    Tiles<TSimd, TVector>.Compute(height, k, a, 1, height, packed, y, cStride, y, cStride);
                else
                    EdgeTile(height, inside, k, a, 1, height, packed, y, cStride, y, cStride, edge);
                a += (long)height * k;
                row += height;
            }
        }
    }

    // Asks for the part of c that the next panel's tile goes to: it is seldom in a near cache, and a tile waits for it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRows(int height, float* c, nint cStride)
    {
        const int cacheLine = 64 / sizeof(float);
        if (!Sse.IsSupported)
            return;
        for (; height > 0; height--, c += cStride)
        {
            Sse.Prefetch0(c);
            if (2 * TSimd.Width > cacheLine)
                Sse.Prefetch0(c + cacheLine);
        }
    }

    // A tile that sticks out of the matrix on the right is computed beside it and its inner part copied.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeTile(
        int height, int columns, int k, float* a, nint aStride, nint aStep, float* panel, float* c, nint cStride,
        float* from, nint fromStride, float* edge)
    {
        int width = 2 * TSimd.Width;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < columns; column++)
                edge[row * width + column] = from[row * fromStride + column];
        }
        if (height == 8 && columns <= TSimd.Width)
            Tiles<TSimd, TVector>.Narrow8(k, a, aStride, aStep, panel, edge, width, edge, width);
        else
            Tiles<TSimd, TVector>.Compute(height, k, a, aStride, aStep, panel, edge, width, edge, width);
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < columns; column++)
                c[row * cStride + column] = edge[row * width + column];
        }
    }

    // c = from + a·b: all but the panels of b.
    private readonly ref struct Product(
        int columns, int k, float* a, nint aStride, float* c, nint cStride, float* from, nint fromStride)
    {
        public readonly int Columns = columns;
        public readonly int K = k;
        public readonly nint AStride = aStride;
        public readonly nint CStride = cStride;
        public readonly nint FromStride = fromStride;
        private readonly float* _a = a;
        private readonly float* _c = c;
        private readonly float* _from = from == null ? Zeros.Pointer : from;
        private readonly bool _startsAtZero = from == null;

        public float* RowOfA(int row) => _a + row * AStride;

        public float* RowOfC(int row) => _c + row * CStride;

        public float* StartOf(int row, int column) => _startsAtZero ? _from : _from + row * FromStride + column;
    }

    private sealed class AlignedZeros
    {
        private readonly AlignedBuffer _buffer = new(128);

        public float* Pointer => _buffer.Pointer;
    }
}
