using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;

namespace Unroll.Inspection;

/// <summary>The logits of many short changes of one text: its beginnings, or all of it but a word.</summary>
internal sealed class TextVariants(Network network)
{
    // As many texts as have about this many tokens are run together, so that memory does not grow with their number.
    private const int TokensTogether = 1 << 14;

    private readonly NetworkPass _pass = new(network, WorkerPool.CallerAlone);
    private readonly Batch _batch = new();

    /// <summary>z of each text, [C].</summary>
    /// <param name="count">How many texts there are.</param>
    /// <param name="text">Makes one; called once for each, in order.</param>
    public float[][] Logits(int count, Func<int, int[]> text)
    {
        float[][] logits = new float[count][];
        for (int first = 0; first < count;)
        {
            var together = new EncodedTexts();
            do
                together.Add(text(first + together.Count), label: 0);
            while (first + together.Count < count && together.TokenCount < TokensTogether);
            _batch.Fill(together, [.. Enumerable.Range(0, together.Count)]);
            _pass.Forward(_batch);
            int classes = network.Config.Classes;
            for (int b = 0; b < _batch.Count; b++)
                logits[first + _batch.Rows[b]] = _pass.Logits.Slice(b * classes, classes).ToArray();
            first += together.Count;
        }
        return logits;
    }

    /// <summary>z of one class when a word is left out, for each word, [T].</summary>
    public float[] WithoutEach(int[] ids, int @class)
    {
        // Without its only word nothing is read: the state stays h_0 = 0, and the bias is all that is left.
        if (ids.Length == 1)
            return [network.Parameters["output.bias"][@class]];
        return [.. Logits(ids.Length, t => [.. ids[..t], .. ids[(t + 1)..]]).Select(logits => logits[@class])];
    }
}
