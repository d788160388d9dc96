using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Evaluation;
using Unroll.Terms;

namespace Unroll.Inspection;

/// <summary>The logits of a model for many short changes of one text: its beginnings, or all of it but a word.</summary>
/// <param name="networks">The networks.</param>
/// <param name="classes">C.</param>
/// <param name="linear">Adds the model's linear part; null for the networks alone.</param>
/// <param name="text">The text.</param>
internal sealed class TextVariants(IReadOnlyList<Network> networks, int classes, LinearPass? linear, InspectedText text)
{
    // As many texts as have about this many tokens are run together, so that memory does not grow with their number.
    private const int TokensTogether = 1 << 14;

    private readonly NetworksPass _pass = new(networks, classes, WorkerPool.CallerAlone);
    private readonly Batch _batch = new();

    /// <summary>z of the text, [C].</summary>
    public float[] Whole()
    {
        float[] logits = Logits(1, _ => text.Ids)[0];
        linear?.Mix(text.All, logits);
        return logits;
    }

    /// <summary>z of the text's beginnings, the first word alone to all of them, [T][C].</summary>
    public float[][] Prefixes()
    {
        float[][] logits = Logits(text.Ids.Length, t => text.Ids[..(t + 1)]);
        for (int t = 0; t < logits.Length; t++)
            linear?.Mix(text.AllUntil(t), logits[t]);
        return logits;
    }

    /// <summary>z when a word is left out, for each word, [T][C].</summary>
    public float[][] WithoutEach()
    {
        int[] ids = text.Ids;
        // Without its only word nothing is read: the state stays h_0 = 0, and the bias is all that is left.
        float[][] logits = ids.Length == 1
            ? [Biases()]
            : Logits(ids.Length, t => [.. ids[..t], .. ids[(t + 1)..]]);
        for (int t = 0; t < logits.Length; t++)
            linear?.Mix(text.AllWithout(t), logits[t]);
        return logits;
    }

    private float[] Biases()
    {
        float[] biases = new float[classes];
        NetworksPass.Mean(networks.Count, network => networks[network].Parameters["output.bias"], biases);
        return biases;
    }

    // z of each text, [C].
    private float[][] Logits(int count, Func<int, int[]> variant)
    {
        float[][] logits = new float[count][];
        for (int first = 0; first < count;)
        {
            var together = new EncodedTexts { UnknownWords = text.UnknownWords };
            do
                together.Add(variant(first + together.Count), label: 0);
            while (first + together.Count < count && together.TokenCount < TokensTogether);
            _batch.Fill(together, [.. Enumerable.Range(0, together.Count)]);
            _pass.Forward(_batch);
            for (int b = 0; b < _batch.Count; b++)
                logits[first + _batch.Rows[b]] = _pass.Logits.Slice(b * classes, classes).ToArray();
            first += together.Count;
        }
        return logits;
    }
}
