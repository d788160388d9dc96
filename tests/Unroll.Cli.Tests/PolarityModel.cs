using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests;
using Unroll.Text;

namespace Unroll.Cli.Tests;

/// <summary>A model with weights by hand: its logits are ± the mean of its words' values, good 1, bad -1, all others 0.</summary>
internal static class PolarityModel
{
    /// <summary>The probability of the better label where every word is good, or every word is bad.</summary>
    public const double Sure = 0.98201379003790845;

    /// <summary>Saves it with labels neg and pos, or more labels that are never predicted.</summary>
    public static string Save(TemporaryFolder folder, params string[] moreLabels)
    {
        var config = new ModelConfig
        {
            Embedding = 0,
            Hidden = 1,
            Nonlinearity = Nonlinearity.Relu,
            Pooling = Pooling.Mean,
            Labels = ["neg", "pos", .. moreLabels]
        };
        return Save(folder, config, new Vocabulary(["<pad>", "<unk>", "good", "bad"], UnknownWords.Token));
    }

    /// <summary>The same with a closed vocabulary of good and bad.</summary>
    public static string SaveClosed(TemporaryFolder folder)
    {
        var config = new ModelConfig
        {
            Embedding = 0,
            Hidden = 1,
            Nonlinearity = Nonlinearity.Relu,
            Pooling = Pooling.Mean,
            Labels = ["neg", "pos"],
            Unknown = UnknownWords.Refuse,
        };
        return Save(folder, config, new Vocabulary(["good", "bad"], UnknownWords.Refuse));
    }

    private static string Save(TemporaryFolder folder, ModelConfig config, Vocabulary vocabulary)
    {
        // h of a word is 2, 1 or 0 after ReLU with the bias 1 and no recurrence; the output takes 1 off again.
        SentenceClassifier classifier = SentenceClassifier.Create(config, vocabulary);
        Write("rnn.weight_hh_l0", [0]);
        Write("rnn.bias_ih_l0", [1]);
        Write("rnn.weight_ih_l0", [.. vocabulary.Tokens.Select(token => token switch { "good" => 1f, "bad" => -1f, _ => 0 })]);
        Write("output.weight", [.. config.Labels.Select(label => label switch { "neg" => -2f, "pos" => 2f, _ => 0 })]);
        Write("output.bias", [.. config.Labels.Select(label => label switch { "neg" => 2f, "pos" => -2f, _ => -50 })]);
        classifier.Save(folder["model"]);
        return folder["model"];

        void Write(string name, float[] content) => classifier.Parameters.Write(classifier.Parameters.Find(name), content);
    }
}
