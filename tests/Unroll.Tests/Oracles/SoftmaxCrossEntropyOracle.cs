namespace Unroll.Tests.Oracles;

/// <summary>Softmax and cross-entropy of one row in double precision.</summary>
internal static class SoftmaxCrossEntropyOracle
{
    public static double Forward(double[] logits, int label)
    {
        double max = logits.Max();
        return Math.Log(logits.Sum(z => Math.Exp(z - max))) + max - logits[label];
    }

    public static double[] Backward(double[] logits, int label)
    {
        double max = logits.Max();
        double sum = logits.Sum(z => Math.Exp(z - max));
        return [.. logits.Select((z, c) => Math.Exp(z - max) / sum - (c == label ? 1 : 0))];
    }
}
