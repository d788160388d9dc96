namespace Unroll.Tests.Oracles;

/// <summary>y = W x + b on one row in double precision.</summary>
internal static class LinearOracle
{
    public static double[] Forward(double[] weight, double[] bias, double[] x)
    {
        double[] y = [.. bias];
        for (int c = 0; c < y.Length; c++)
        {
            for (int i = 0; i < x.Length; i++)
                y[c] += weight[c * x.Length + i] * x[i];
        }
        return y;
    }

    public static (double[] DWeight, double[] DBias, double[] DInput) Backward(double[] weight, double[] x, double[] dy)
    {
        double[] dWeight = new double[weight.Length];
        double[] dx = new double[x.Length];
        for (int c = 0; c < dy.Length; c++)
        {
            for (int i = 0; i < x.Length; i++)
            {
                dWeight[c * x.Length + i] = dy[c] * x[i];
                dx[i] += weight[c * x.Length + i] * dy[c];
            }
        }
        return (dWeight, [.. dy], dx);
    }
}
