using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;

namespace Unroll.Experiments;

/// <summary>The top layer's hidden states after every word of some sentences.</summary>
internal static class SentenceStates
{
    /// <summary>Runs a network over sentences.</summary>
    /// <param name="network">The network.</param>
    /// <param name="texts">The sentences.</param>
    /// <returns>[row][T][H].</returns>
    public static float[][][] Of(Network network, EncodedTexts texts)
    {
        var pass = new NetworkPass(network, WorkerPool.CallerAlone);
        var batch = new Batch();
        float[][][] states = new float[texts.Count][][];
        for (int row = 0; row < texts.Count; row++)
        {
            // With one sentence the packed rows are its words.
            batch.Fill(texts, [row]);
            pass.Forward(batch);
            states[row] = [.. pass.TopStates.ToArray().Chunk(network.Config.StateSize)];
        }
        GC.KeepAlive(pass);
        return states;
    }

    /// <summary>The probability of each class after the whole sentence.</summary>
    /// <param name="network">The network.</param>
    /// <param name="texts">The sentences.</param>
    /// <returns>[row][C].</returns>
    public static double[][] Probabilities(Network network, EncodedTexts texts)
    {
        var pass = new NetworkPass(network, WorkerPool.CallerAlone);
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, texts.Count)]);
        pass.Forward(batch);
        double[][] probabilities = new double[texts.Count][];
        int classes = network.Config.Classes;
        for (int place = 0; place < batch.Count; place++)
        {
            float[] logits = pass.Logits.Slice(place * classes, classes).ToArray();
            double most = logits.Max();
            double[] raised = [.. logits.Select(logit => Math.Exp(logit - most))];
            probabilities[batch.Rows[place]] = [.. raised.Select(value => value / raised.Sum())];
        }
        GC.KeepAlive(pass);
        return probabilities;
    }

    /// <summary>‖a - b‖.</summary>
    public static double Distance(float[] a, float[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        return Math.Sqrt(sum);
    }
}
