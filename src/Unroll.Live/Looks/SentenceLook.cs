using Unroll.Engine.Dynamics;
using Unroll.Live.Sessions;
using Unroll.Live.Tasks;

namespace Unroll.Live.Looks;

/// <summary>What a session's network does with one sentence, word by word. T words, C classes.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Tokens">[T]: its words.</param>
/// <param name="Unknown">
/// Those that the vocabulary does not have; the rest is empty where there are some, or no word at all.
/// </param>
/// <param name="Label">Its label's name; null for a sentence that is no sample.</param>
public sealed record SentenceLook(string Text, IReadOnlyList<string> Tokens, IReadOnlyList<string> Unknown, string? Label)
{
    /// <summary>The engine's states, gates and logits; null where there is nothing to read.</summary>
    public NetworkTrace? Trace { get; private init; }

    /// <summary>[T+1][C]: the probabilities when the sentence ends after so many words; the first is that of no word.</summary>
    public IReadOnlyList<double[]> Probabilities { get; private init; } = [];

    /// <summary>[T+1][H]: the states, h_0 = 0 first.</summary>
    public IReadOnlyList<double[]> States { get; private init; } = [];

    /// <summary>The gradients of the loss at the states; null where there is nothing to read.</summary>
    public BackThroughTime? Gradient { get; private init; }

    /// <summary>
    /// The class whose loss it is: the label, or where there is none the least likely answer, whose loss always has a gradient.
    /// </summary>
    public int GradientLabel { get; private init; }

    /// <summary>Looks at a sentence.</summary>
    /// <param name="session">The session.</param>
    /// <param name="text">The sentence.</param>
    /// <exception cref="InputException">It has more words than a page can show.</exception>
    public static SentenceLook Of(LiveSession session, string text)
    {
        string[] tokens = LiveTask.Tokens.Tokenize(text);
        if (tokens.Length > OwnRows.MostWords)
            throw new InputException($"the sentence has {tokens.Length} words, expected at most {OwnRows.MostWords}");
        int[] ids = session.Encode(tokens);
        string[] unknown = [.. tokens.Where((_, t) => ids[t] < 0).Distinct()];
        string? label = session.Samples.Concat(session.Task.Unseen)
            .FirstOrDefault(sample => LiveTask.Tokens.Tokenize(sample.Text).SequenceEqual(tokens))?.Label;
        var look = new SentenceLook(text, tokens, unknown, label);
        return tokens.Length == 0 || unknown.Length > 0 ? look : look.Filled(session, ids);
    }

    private SentenceLook Filled(LiveSession session, int[] ids)
    {
        var trace = NetworkTrace.Of(session.Network, ids, unknown: null, logits => new float[logits.Length]);
        float[] weight = session.Network.Parameters["output.weight"];
        float[] bias = session.Network.Parameters["output.bias"];
        double[][] states =
        [
            new double[session.Network.Config.Hidden],
            .. trace.States[0].Hidden.Select(state => Array.ConvertAll(state, value => (double)value)),
        ];
        double[][] probabilities = [.. states.Select(state => StateFrame.Softmax(StateFrame.Logits(weight, bias, state)))];
        // The last is the engine's own.
        probabilities[^1] = StateFrame.Softmax(Array.ConvertAll(trace.Logits, logit => (double)logit));
        double[] last = probabilities[^1];
        int label = Label is null ? Array.IndexOf(last, last.Min()) : session.Labels.ToList().IndexOf(Label);
        label = Math.Max(0, label);
        return this with
        {
            Trace = trace,
            States = states,
            Probabilities = probabilities,
            GradientLabel = label,
            Gradient = BackThroughTime.Of(session.Network, ids, label),
        };
    }
}
