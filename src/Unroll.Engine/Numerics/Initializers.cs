namespace Unroll.Engine.Numerics;

/// <summary>
/// The initialisers of <c>torch.nn.init</c> for matrices and vectors, drawing from a <see cref="TorchGenerator"/> in PyTorch's
/// order. Every method overwrites its whole destination. Matrices are row-major <c>[rows, columns]</c> with
/// fan-in = columns and fan-out = rows, as in PyTorch.
/// </summary>
public static class Initializers
{
    /// <summary><c>uniform_(from, to)</c>.</summary>
    /// <param name="values">Any shape; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="from">The lower end.</param>
    /// <param name="to">The upper end.</param>
    public static void Uniform(Span<float> values, TorchGenerator generator, float from, float to) =>
        generator.FillUniform(values, from, to);

    /// <summary><c>normal_(mean, std)</c>.</summary>
    /// <param name="values">Any shape; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="mean">Mean of the distribution.</param>
    /// <param name="std">Standard deviation of the distribution.</param>
    public static void Normal(Span<float> values, TorchGenerator generator, float mean = 0, float std = 1) =>
        generator.FillNormal(values, mean, std);

    /// <summary>
    /// U(±1/√size): the default of <c>torch.nn.RNN</c>, <c>GRU</c> and <c>LSTM</c> (size = H) and of <c>torch.nn.Linear</c>
    /// (size = fan-in).
    /// </summary>
    /// <param name="values">Any shape; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="size">The number whose square root bounds the values.</param>
    public static void UniformByRoot(Span<float> values, TorchGenerator generator, int size)
    {
        float bound = (float)(1 / Math.Sqrt(size));
        generator.FillUniform(values, -bound, bound);
    }

    /// <summary><c>xavier_uniform_</c> (Glorot and Bengio, 2010): U(±gain·√(6/(fan-in + fan-out))).</summary>
    /// <param name="values">[rows, columns]; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="rows">Fan-out.</param>
    /// <param name="columns">Fan-in.</param>
    /// <param name="gain">Scales the values.</param>
    public static void XavierUniform(Span<float> values, TorchGenerator generator, int rows, int columns, double gain = 1)
    {
        RequireShape(values, rows, columns);
        float bound = (float)(Math.Sqrt(3) * gain * Math.Sqrt(2.0 / (rows + columns)));
        generator.FillUniform(values, -bound, bound);
    }

    /// <summary><c>xavier_normal_</c> (Glorot and Bengio, 2010): N(0, gain²·2/(fan-in + fan-out)).</summary>
    /// <param name="values">[rows, columns]; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="rows">Fan-out.</param>
    /// <param name="columns">Fan-in.</param>
    /// <param name="gain">Scales the values.</param>
    public static void XavierNormal(Span<float> values, TorchGenerator generator, int rows, int columns, double gain = 1)
    {
        RequireShape(values, rows, columns);
        generator.FillNormal(values, 0, (float)(gain * Math.Sqrt(2.0 / (rows + columns))));
    }

    /// <summary><c>kaiming_uniform_</c>, fan-in mode (He et al., 2015): U(±√(6/((1 + a²)·fan-in))).</summary>
    /// <param name="values">[rows, columns]; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="rows">Fan-out.</param>
    /// <param name="columns">Fan-in.</param>
    /// <param name="negativeSlope">a, the slope of the leaky ReLU that follows; 0 for ReLU.</param>
    public static void KaimingUniform(
        Span<float> values, TorchGenerator generator, int rows, int columns, double negativeSlope = 0)
    {
        RequireShape(values, rows, columns);
        float bound = (float)(Math.Sqrt(3) * KaimingDeviation(columns, negativeSlope));
        generator.FillUniform(values, -bound, bound);
    }

    /// <summary><c>kaiming_normal_</c>, fan-in mode (He et al., 2015): N(0, 2/((1 + a²)·fan-in)).</summary>
    /// <param name="values">[rows, columns]; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="rows">Fan-out.</param>
    /// <param name="columns">Fan-in.</param>
    /// <param name="negativeSlope">a, the slope of the leaky ReLU that follows; 0 for ReLU.</param>
    public static void KaimingNormal(
        Span<float> values, TorchGenerator generator, int rows, int columns, double negativeSlope = 0)
    {
        RequireShape(values, rows, columns);
        generator.FillNormal(values, 0, (float)KaimingDeviation(columns, negativeSlope));
    }

    /// <summary>
    /// <c>eye_</c>: ones on the diagonal, zeros elsewhere. On recurrent weights with ReLU this is the IRNN of Le et al., 2015.
    /// </summary>
    /// <param name="values">[rows, columns]; overwritten.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    public static void Identity(Span<float> values, int rows, int columns)
    {
        RequireShape(values, rows, columns);
        values.Clear();
        for (int i = 0; i < Math.Min(rows, columns); i++)
            values[i * columns + i] = 1;
    }

    /// <summary>
    /// <c>orthogonal_</c> (Saxe et al., 2013): the Q of a QR decomposition of a standard normal matrix, with the signs that
    /// make R's diagonal positive. Rows are orthonormal when rows ≤ columns, else columns are.
    /// </summary>
    /// <remarks>
    /// The decomposition runs in double precision, so values agree with PyTorch's to about 1e-6, not to the last bit.
    /// </remarks>
    /// <param name="values">[rows, columns]; overwritten.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="gain">Scales the values.</param>
    public static void Orthogonal(Span<float> values, TorchGenerator generator, int rows, int columns, double gain = 1)
    {
        RequireShape(values, rows, columns);
        generator.FillNormal(values);
        // Orthonormalise along the longer side: the columns of a tall matrix, the rows of a wide one.
        int vectors = Math.Min(rows, columns);
        int length = Math.Max(rows, columns);
        bool tall = rows >= columns;
        var q = new double[vectors][];
        for (int v = 0; v < vectors; v++)
        {
            q[v] = new double[length];
            for (int i = 0; i < length; i++)
                q[v][i] = tall ? values[i * columns + v] : values[v * columns + i];
        }
        OrthonormaliseInOrder(q);
        for (int v = 0; v < vectors; v++)
        {
            for (int i = 0; i < length; i++)
                values[tall ? i * columns + v : v * columns + i] = (float)(gain * q[v][i]);
        }
    }

    // Gram–Schmidt, each vector twice ("twice is enough", Kahan and Parlett). It is the QR decomposition whose R has a positive
    // diagonal, which is the one that orthogonal_ returns.
    private static void OrthonormaliseInOrder(double[][] vectors)
    {
        for (int v = 0; v < vectors.Length; v++)
        {
            for (int pass = 0; pass < 2; pass++)
            {
                for (int u = 0; u < v; u++)
                {
                    double along = Dot(vectors[u], vectors[v]);
                    for (int i = 0; i < vectors[v].Length; i++)
                        vectors[v][i] -= along * vectors[u][i];
                }
            }
            double norm = Math.Sqrt(Dot(vectors[v], vectors[v]));
            for (int i = 0; i < vectors[v].Length; i++)
                vectors[v][i] /= norm;
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static double KaimingDeviation(int fanIn, double negativeSlope) =>
        Math.Sqrt(2 / (1 + negativeSlope * negativeSlope)) / Math.Sqrt(fanIn);

    private static void RequireShape(ReadOnlySpan<float> values, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (values.Length != (long)rows * columns)
            throw new ArgumentException($"{values.Length} values, expected rows·columns = {rows}·{columns}", nameof(values));
    }
}
