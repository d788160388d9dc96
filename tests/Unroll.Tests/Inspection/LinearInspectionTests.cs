using System.Text;
using System.Text.Json;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Terms;
using Unroll.Tests.Terms;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Inspection;

/// <summary>An inspection of a model with a linear part is one of the whole model.</summary>
public class LinearInspectionTests
{
    public static TheoryData<TokenKind, UnknownWords, string> Texts()
    {
        var data = new TheoryData<TokenKind, UnknownWords, string>();
        foreach (TokenKind kind in Enum.GetValues<TokenKind>())
        {
            foreach (UnknownWords unknown in (UnknownWords[])[UnknownWords.Token, UnknownWords.Drop])
            {
                foreach (string text in (string[])["the film is not good , not bad bad", "good", "plot", "the plot is a", ""])
                    data.Add(kind, unknown, text);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Prediction_prefixes_and_texts_without_a_word_are_the_whole_models(
        TokenKind kind, UnknownWords unknown, string text)
    {
        SentenceClassifier classifier = LinearModels.Create(kind, share: 0.6, unknown);
        TextInspection inspection = Inspector.Inspect(classifier, text);
        // Of a text without words a prediction says nothing; what stands inside is shown all the same.
        if (text.Length == 0)
            Assert.True(classifier.Predict(text).IsNone);
        else
            Assert.Equal(classifier.Predict(text).Probabilities, inspection.Prediction.Probabilities);
        Assert.Equal(inspection.Prediction.Probabilities.Select(entry => entry.Value), inspection.Prefixes[^1]);

        string[] tokens = classifier.Config.Tokens.Tokenize(text);
        int[] read = [.. Enumerable.Range(0, tokens.Length).Where(i => classifier.Vocabulary.FindId(tokens[i]) is not null)];
        int predicted = classifier.Config.Labels.ToList().IndexOf(inspection.Prediction.Label);
        double whole = Logit(classifier, tokens, predicted);
        for (int t = 0; t < read.Length; t++)
        {
            // The words that the network drops belong to the word before them.
            string[] beginning = t + 1 < read.Length ? tokens[..read[t + 1]] : tokens;
            double[] logits = [.. Enumerable.Range(0, 3).Select(c => Logit(classifier, beginning, c))];
            double sum = logits.Sum(Math.Exp);
            for (int c = 0; c < 3; c++)
                Assert.Equal(Math.Exp(logits[c]) / sum, inspection.Prefixes[t][c], 1e-5);
            string[] without = [.. tokens[..read[t]], .. tokens[(read[t] + 1)..]];
            double left = Logit(classifier, without, predicted, isEmpty: read.Length == 1);
            Assert.Equal(whole - left, inspection.LeaveOneOut[t], 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_the_words_add_is_what_the_linear_part_says(TokenKind kind, UnknownWords unknown, string text)
    {
        SentenceClassifier classifier = LinearModels.Create(kind, share: 0.6, unknown);
        TextInspection inspection = Inspector.Inspect(classifier, text);
        int predicted = classifier.Config.Labels.ToList().IndexOf(inspection.Prediction.Label);
        float[] linear = new float[3];
        classifier.Linear!.Logits(classifier.Config.Tokens.Tokenize(text), new TermRow(), linear);
        LinearTrace trace = inspection.Linear!;
        Assert.Equal(0.6, trace.Share);
        Assert.Equal(0.6 * classifier.Linear.Bias.Span[predicted], trace.Bias, 1e-6);
        Assert.Equal(inspection.Tokens.Count, trace.Words.Count);
        Assert.Equal(0.6 * linear[predicted], trace.Words.Sum() + trace.Bias + trace.Dropped, 1e-5);
        if (inspection.Dropped.Count == 0)
            Assert.Equal(0, trace.Dropped, 1e-9);
        Assert.InRange(trace.Strongest.Count, text.Length == 0 ? 0 : 1, text.Length == 0 ? 0 : 10);
        Assert.Equal(trace.Strongest.OrderByDescending(term => Math.Abs(term.Value)), trace.Strongest);
    }

    // x is 1/√n at each of n terms of rarity 1; a term that stands twice has 1 + log 2. The predicted class is +, by its bias.
    [Fact]
    public void A_pair_gives_half_to_each_word_and_an_edge_nothing()
    {
        SentenceClassifier classifier = LinearModels.Of(
            TokenKind.Word, 0.5, ("good", 3), ("not good", 8), ("▁ not", 5), ("good ▁", 7), (" ▁no", 2), ("bad", 100));
        LinearTrace trace = Inspector.Inspect(classifier, "not good").Linear!;
        double x = 0.5 / Math.Sqrt(5);
        Assert.Equal(x * (4 + 5 + 2), trace.Words[0], 1e-5);
        Assert.Equal(x * (4 + 3 + 7), trace.Words[1], 1e-5);
        Assert.Equal(50, trace.Bias, 1e-5);
        Assert.Equal(["not good", "good ▁", "▁ not", "good", " ▁no"], trace.Strongest.Select(term => term.Term));
        Assert.Equal(8 * x, trace.Strongest[0].Value, 1e-5);

        // "not" stands twice, and each place has half of what the term adds.
        classifier = LinearModels.Of(TokenKind.Word, 0.5, ("not", 6));
        IReadOnlyList<double> words = Inspector.Inspect(classifier, "not good not").Linear!.Words;
        Assert.Equal([1.5, 0, 1.5], words.Select(each => Math.Round(each, 5)));
    }

    [Fact]
    public void A_piece_of_characters_gives_each_the_same()
    {
        SentenceClassifier classifier = LinearModels.Of(TokenKind.Char, 0.5, (" ▁goo", 9), (" d▁", 4), (" ood", 6), (" o", 2));
        LinearTrace trace = Inspector.Inspect(classifier, "good").Linear!;
        double twice = 1 + Math.Log(2);
        double x = 0.5 / Math.Sqrt(3 + twice * twice);
        double[] expected = [3 * x, (3 + 2 + twice) * x, (3 + 2 + twice) * x, (4 + 2) * x];
        for (int t = 0; t < 4; t++)
            Assert.Equal(expected[t], trace.Words[t], 1e-5);
    }

    /// <summary>
    /// Where the linear part chooses another class than the network, the gradients are slopes of that class's z, of the whole
    /// model.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(0)]
    public void Gradients_are_slopes_of_the_whole_models_class(int embedding)
    {
        const double share = 0.6;
        SentenceClassifier classifier =
            LinearModels.Create(TokenKind.Word, share, change: config => config with { Embedding = embedding });
        int ofNetwork = Argmax.Of(HiddenStates.Trace(classifier.WithLinear(null), "film is not good").Logits);
        int other = (ofNetwork + 1) % 3;
        float[] bias = new float[3];
        bias[other] = 50;
        classifier.SetLinear(
            new LinearPart(classifier.Linear!.Terms, classifier.Linear.Weight.ToArray(), bias), share);
        TextInspection inspection = Inspector.Inspect(classifier, "film is not good");
        Assert.Equal(classifier.Config.Labels[other], inspection.Prediction.Label);

        Parameter table = classifier.Parameters.All.First(
            parameter => parameter.Name == (embedding > 0 ? "embedding.weight" : "rnn.weight_ih_l0"));
        float[] kept = classifier.Parameters.Read(table);
        int size = classifier.Vocabulary.Size;
        for (int t = 0; t < inspection.Ids.Count; t++)
        {
            int id = inspection.Ids[t];
            const float by = 1e-2f;
            double slope = (Moved(by) - Moved(-by)) / (2 * by);
            Assert.Equal(slope, inspection.GradientTimesInput[t], 2e-3);

            // z when the word's vector, or its column of the one-hot input's weight, grows by a share.
            double Moved(float change)
            {
                float[] moved = [.. kept];
                for (int i = 0; i < moved.Length; i++)
                {
                    if ((embedding > 0 ? i / embedding : i % size) == id)
                        moved[i] *= 1 + change;
                }
                classifier.Parameters.Write(table, moved);
                double z = HiddenStates.Trace(classifier, "film is not good").Logits[other];
                classifier.Parameters.Write(table, kept);
                return z;
            }
        }
        Assert.True(inspection.GradientTimesInput.Max(Math.Abs) > 0.02, "no word has a gradient");
    }

    [Fact]
    public void Gradients_have_the_networks_share()
    {
        SentenceClassifier classifier = LinearModels.Create(TokenKind.Word, 0.75);
        TextInspection whole = Inspector.Inspect(classifier, "film is not good");
        int predicted = classifier.Config.Labels.ToList().IndexOf(whole.Prediction.Label);
        float[] bias = new float[3];
        // A linear part of nearly no weight and a network that says the same class.
        classifier.SetLinear(null, 0);
        bias[predicted] = 100;
        Parameter output = classifier.Parameters.Find("output.bias");
        classifier.Parameters.Write(output, bias);
        TextInspection network = Inspector.Inspect(classifier, "film is not good");
        for (int t = 0; t < 4; t++)
        {
            Assert.Equal(0.25 * network.HiddenGradient[t], whole.HiddenGradient[t], 1e-6);
            Assert.Equal(0.25 * network.InputGradient[t], whole.InputGradient[t], 1e-6);
        }
    }

    [Fact]
    public void Json_has_the_linear_part_where_there_is_one()
    {
        SentenceClassifier classifier = LinearModels.Create(TokenKind.Word, 0.6);
        TextInspection inspection = Inspector.Inspect(classifier, "film is not good");
        JsonElement json = Json(inspection);
        Assert.Equal(
            inspection.Linear!.Words, json.GetProperty("attribution").GetProperty("linear").EnumerateArray()
                .Select(value => value.GetDouble()));
        JsonElement linear = json.GetProperty("linear");
        Assert.Equal(["share", "bias", "terms"], linear.EnumerateObject().Select(field => field.Name));
        Assert.Equal(0.6, linear.GetProperty("share").GetDouble());
        Assert.Equal(10, linear.GetProperty("terms").GetArrayLength());
        Assert.Equal(inspection.Linear.Strongest[0].Term, linear.GetProperty("terms")[0].GetProperty("term").GetString());
        Assert.Equal(inspection.Linear.Strongest[0].Value, linear.GetProperty("terms")[0].GetProperty("value").GetDouble());

        classifier.SetLinear(null, 0);
        json = Json(Inspector.Inspect(classifier, "film is not good"));
        Assert.False(json.TryGetProperty("linear", out _));
        Assert.False(json.GetProperty("attribution").TryGetProperty("linear", out _));
    }

    [Fact]
    public void Beside_a_linear_part_no_line_of_the_plane_divides_the_classes()
    {
        SentenceClassifier classifier = LinearModels.Create(
            TokenKind.Word, 0.5, change: config => config with { Hidden = 2, Pooling = Pooling.Last, Labels = ["-", "+"] });
        Assert.Null(Inspector.Inspect(classifier, "good").Plane!.Boundary);
        classifier.SetLinear(null, 0);
        Assert.NotNull(Inspector.Inspect(classifier, "good").Plane!.Boundary);
    }

    // (1 - λ) z_network + λ z_linear of tokens; the network of no token at all is its output's bias.
    private static double Logit(SentenceClassifier classifier, string[] tokens, int @class, bool isEmpty = false)
    {
        float[] linear = new float[3];
        classifier.Linear!.Logits(tokens, new TermRow(), linear);
        int[] ids = classifier.Vocabulary.EncodeWords(tokens);
        SentenceClassifier network = classifier.WithLinear(null);
        string read = string.Concat(ids.Select(id => Written(classifier, id)));
        float logit = isEmpty
            ? network.Parameters["output.bias"][@class]
            : HiddenStates.Trace(network, read).Logits[@class];
        double share = classifier.Config.LinearShare;
        return (1 - share) * logit + share * linear[@class];
    }

    private static string Written(SentenceClassifier classifier, int id)
    {
        bool isChar = classifier.Config.Tokens.Kind == TokenKind.Char;
        string token = id == classifier.Vocabulary.IdOfUnknown ? "ž" : classifier.Vocabulary.Tokens[id];
        return isChar ? token : token + " ";
    }

    private static JsonElement Json(TextInspection inspection)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            inspection.WriteTo(json);
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
        return document.RootElement.Clone();
    }
}
