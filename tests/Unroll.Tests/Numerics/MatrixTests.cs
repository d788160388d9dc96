using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Numerics;

public unsafe class MatrixTests
{
    [Fact]
    public void Views_show_the_rows_and_columns_they_were_cut_from()
    {
        float[] values = [.. Enumerable.Range(0, 20).Select(i => (float)i)];
        fixed (float* pointer = values)
        {
            // Four rows of three values, at a distance of five.
            var matrix = new Matrix(pointer, 4, 3, 5);
            Assert.Equal(11, matrix[2, 1]);
            Assert.Equal([10, 11, 12], matrix.Row(2).ToArray());
            Matrix inner = matrix.RowsFrom(1, 2).ColumnsFrom(1, 2);
            Assert.Equal((2, 2, 5), (inner.Rows, inner.Columns, inner.Stride));
            Assert.Equal([11, 12], inner.Row(1).ToArray());
            inner[0, 0] = -1;
            Assert.Equal(-1, values[6]);
            Assert.Equal([5, -1, 7], Matrix.Repeated(matrix.PointerTo(1), 9, 3).Row(8).ToArray());

            float[] copied = new float[6];
            fixed (float* to = copied)
                matrix.RowsFrom(0, 2).CopyTo(new Matrix(to, 2, 3));
            Assert.Equal([0, 1, 2, 5, -1, 7], copied);
            matrix.RowsFrom(0, 2).Clear();
            Assert.Equal([0, 0, 0, 3, 4, 0, 0, 0, 8, 9, 10], values[..11]);
        }
    }

    [Fact]
    public void No_matrix_has_no_parts()
    {
        Matrix none = default;
        Assert.True(none.IsNone);
        Assert.True(none.RowsFrom(3, 4).IsNone);
        Assert.True(none.ColumnsFrom(3, 4).IsNone);
    }
}
