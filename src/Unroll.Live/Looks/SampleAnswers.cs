using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Live.Sessions;
using Unroll.Live.Tasks;

namespace Unroll.Live.Looks;

/// <summary>What a network answers to some labelled sentences.</summary>
/// <param name="Sample">The sentence.</param>
/// <param name="Probabilities">[C]; empty where a word is unknown.</param>
/// <param name="Answer">The number of the answer; -1 where a word is unknown.</param>
/// <param name="IsRight">Whether the answer is the label.</param>
public sealed record SampleAnswer(LabelledText Sample, IReadOnlyList<double> Probabilities, int Answer, bool IsRight);

/// <summary>Answers of a whole list at once, as the library predicts.</summary>
internal static class SampleAnswers
{
    /// <summary>The answers in the order of the sentences.</summary>
    public static SampleAnswer[] Of(LiveSession session, IReadOnlyList<LabelledText> samples)
    {
        int[][] ids = [.. samples.Select(sample => session.Encode(LiveTask.Tokens.Tokenize(sample.Text)))];
        int[] known = [.. Enumerable.Range(0, ids.Length).Where(row => !ids[row].Contains(-1))];
        double[][] probabilities = Probabilities(session.Network, [.. known.Select(row => ids[row])]);
        SampleAnswer[] answers = [.. samples.Select(sample => new SampleAnswer(sample, [], -1, false))];
        for (int i = 0; i < known.Length; i++)
        {
            int answer = Array.IndexOf(probabilities[i], probabilities[i].Max());
            bool isRight = answer >= 0 && session.Labels[answer] == samples[known[i]].Label;
            answers[known[i]] = new SampleAnswer(samples[known[i]], probabilities[i], answer, isRight);
        }
        return answers;
    }

    /// <summary>The probabilities of sentences, [N][C].</summary>
    /// <param name="network">The network.</param>
    /// <param name="sentences">Their ids, each at least one.</param>
    public static double[][] Probabilities(Network network, IReadOnlyList<int[]> sentences)
    {
        if (sentences.Count == 0)
            return [];
        var texts = new EncodedTexts();
        foreach (int[] ids in sentences)
            texts.Add(ids, label: 0);
        var batch = new Batch();
        batch.Fill(texts, [.. Enumerable.Range(0, sentences.Count)]);
        var pass = new NetworkPass(network, WorkerPool.CallerAlone);
        pass.Forward(batch);
        int classes = network.Config.Classes;
        double[][] all = new double[sentences.Count][];
        for (int b = 0; b < batch.Count; b++)
        {
            float[] logits = pass.Logits.Slice(b * classes, classes).ToArray();
            all[batch.Rows[b]] = StateFrame.Softmax(Array.ConvertAll(logits, logit => (double)logit));
        }
        return all;
    }
}
