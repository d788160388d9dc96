using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Evaluation;
using Unroll.Models;

namespace Unroll.Inspection;

/// <summary>What a model computes for one text, word by word.</summary>
/// <param name="Tokens">[T]: the tokens as the model cut them; one <c>&lt;unk&gt;</c> for a text without any.</param>
/// <param name="Hidden">
/// [T][H·D]: the top layer's hidden state at each word; with two directions the forward one's first. Of the first of several
/// networks.
/// </param>
/// <param name="AttentionWeights">[T]: the weight of each word; empty unless the model pools by attention.</param>
/// <param name="Logits">[C]: the model's output before softmax, a linear part included.</param>
/// <param name="Prediction">The class with the largest logit.</param>
public sealed record HiddenStateTrace(
    IReadOnlyList<string> Tokens, IReadOnlyList<float[]> Hidden, float[] AttentionWeights, float[] Logits, int Prediction);

/// <summary>Looks at the hidden state while a model reads a text.</summary>
public static class HiddenStates
{
    /// <summary>Runs the model on one text and keeps every hidden state.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="text">Any text.</param>
    /// <exception cref="InputException">The model's vocabulary is closed and a word is not in it.</exception>
    /// <exception cref="InvalidOperationException">The model is a linear part alone: it has no hidden state.</exception>
    public static HiddenStateTrace Trace(SentenceClassifier classifier, string text)
    {
        if (classifier.Networks.Count == 0)
            throw new InvalidOperationException("the model is a linear part alone, which has no hidden state; use Inspector");
        InspectedText read = InspectedText.Of(classifier, text);
        var texts = new EncodedTexts { UnknownWords = read.UnknownWords };
        texts.Add(read.Ids, label: 0);
        var batch = new Batch();
        batch.Fill(texts, [0]);
        var pass = new NetworkPass(classifier.Network, WorkerPool.CallerAlone);
        pass.Forward(batch);
        // With one sentence the packed rows are its steps.
        float[][] hidden = [.. pass.TopStates.ToArray().Chunk(classifier.Config.StateSize)];
        float[] logits = pass.Logits.ToArray();
        if (classifier.Networks.Count > 1)
        {
            var all = new NetworksPass(classifier.Networks, classifier.Config.Classes, WorkerPool.CallerAlone);
            all.Forward(batch);
            logits = all.Logits.ToArray();
        }
        classifier.LinearPass()?.Mix(read.All, logits);
        Prediction.RequireFinite(logits);
        return new HiddenStateTrace(read.Tokens, hidden, pass.AttentionWeights.ToArray(), logits, Argmax.Of(logits));
    }
}
