using Unroll.Data;
using Unroll.Engine.Networks;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A model learns new labels and words, and keeps what it knew.</summary>
public class FineTuningTests
{
    private static readonly LabelledText[] Old =
    [
        .. Enumerable.Range(0, 30).SelectMany(i => (LabelledText[])[
            new("sport", $"the match number {i % 5} was won"), new("weather", $"rain and wind number {i % 5} today")]),
    ];

    private static readonly LabelledText[] New =
    [
        .. Enumerable.Range(0, 30).SelectMany(i => (LabelledText[])[
            new("food", $"soup and bread number {i % 5}"), new("art", $"a painting by nobody {i % 5}")]),
    ];

    public static TheoryData<Cell, int> Cells()
    {
        var all = new TheoryData<Cell, int>();
        foreach (Cell cell in Enum.GetValues<Cell>())
        {
            all.Add(cell, 8);
            if (cell != Cell.Transformer)
                all.Add(cell, 0);
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_grown_model_says_of_the_old_labels_what_it_said(Cell cell, int embedding)
    {
        var options = new TrainingOptions
        {
            Cell = cell,
            Embedding = embedding,
            Hidden = cell == Cell.Transformer ? embedding : 6,
            Layers = 2,
            Epochs = 1,
            Linear = false,
        };
        CancellationToken none = TestContext.Current.CancellationToken;
        SentenceClassifier before = SentenceClassifier.Train(Old, options, cancellationToken: none);
        var corpus = new Corpus(before.Config.Tokens);
        corpus.AddRange(New, none);
        SentenceClassifier grown = before.Grow(corpus, null, new TrainingOptions());
        Assert.Equal([.. before.Config.Labels, "art", "food"], grown.Config.Labels);
        Assert.Equal(before.Vocabulary.Tokens, grown.Vocabulary.Tokens.Take(before.Vocabulary.Size));
        Assert.Contains("soup", grown.Vocabulary.Tokens);
        foreach (string text in (string[])["the match was won", "rain today unheard", ""])
        {
            LabelProbabilities was = before.Predict(text).Probabilities, now = grown.Predict(text).Probabilities;
            if (text.Length == 0)
                continue;
            double ratio = was["sport"] / was["weather"];
            Assert.Equal(ratio, now["sport"] / now["weather"], ratio * 1e-4);
        }
    }

    [Fact]
    public void It_knows_new_labels_and_words_and_the_old_ones_and_leaves_the_old_model_as_it_was()
    {
        CancellationToken none = TestContext.Current.CancellationToken;
        SentenceClassifier before = SentenceClassifier.Train(Old, Small(), cancellationToken: none);
        Prediction was = before.Predict("the match was won");
        SentenceClassifier tuned = before.FineTune(
            New, new FineTuningOptions { OldRows = Old, OldShare = 0.5, Training = Small() }, cancellationToken: none);
        Assert.Equal(was, before.Predict("the match was won"));
        Assert.Equal(["sport", "weather", "art", "food"], tuned.Config.Labels);
        Assert.Equal(1, tuned.Evaluate(New).Accuracy);
        Assert.Equal(1, tuned.Evaluate(Old).Accuracy);
        using var folder = new TemporaryFolder();
        tuned.Save(folder["model"]);
        Assert.Equal(tuned.Predict("soup today"), SentenceClassifier.Load(folder["model"]).Predict("soup today"));
        var again = new FineTuningOptions { OldRows = Old, OldShare = 0.5, Training = Small() };
        Assert.Equal(
            tuned.Predict("soup today"), before.FineTune(New, again, cancellationToken: none).Predict("soup today"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Rows_of_known_labels_alone_and_one_label_alone_will_do(int networks)
    {
        CancellationToken none = TestContext.Current.CancellationToken;
        SentenceClassifier before = SentenceClassifier.Train(Old, Small() with { Networks = networks }, cancellationToken: none);
        LabelledText[] rows = [.. Enumerable.Range(0, 20).Select(i => new LabelledText("sport", $"a goal in minute {i}"))];
        SentenceClassifier tuned = before.FineTune(rows, cancellationToken: none);
        Assert.Equal(before.Config.Labels, tuned.Config.Labels);
        Assert.Equal(networks, tuned.Config.Networks);
        Assert.Equal("sport", tuned.Predict("a goal in minute 3").Label);
    }

    [Fact]
    public void A_pull_keeps_parameters_near_what_they_were()
    {
        CancellationToken none = TestContext.Current.CancellationToken;
        SentenceClassifier before = SentenceClassifier.Train(Old, Small() with { Linear = false }, cancellationToken: none);
        double far = Distance(0), near = Distance(100), nearest = Distance(1e6f);
        Assert.True(near < far / 2, $"{near} from {far}");
        Assert.Equal(0, nearest, 1e-4);

        double Distance(float pull)
        {
            SentenceClassifier tuned = before.FineTune(
                New, new FineTuningOptions { Pull = pull, Training = Small() with { FinalEpochs = 0 } }, cancellationToken: none);
            double sum = 0;
            foreach (Parameter parameter in before.Parameters.All)
            {
                if (parameter.Name.StartsWith("output", StringComparison.Ordinal))
                    continue;
                float[] was = before.Parameters[parameter.Name], now = tuned.Parameters[parameter.Name];
                for (int i = 0; i < was.Length; i++)
                    sum += Math.Pow(was[i] - now[i], 2);
            }
            return Math.Sqrt(sum);
        }
    }

    [Fact]
    public void Without_dev_rows_calibration_and_shares_stay()
    {
        CancellationToken none = TestContext.Current.CancellationToken;
        SentenceClassifier before = SentenceClassifier.Train(Old, Small(), cancellationToken: none);
        before.SetTemperature(1.7);
        before.Threshold = 0.6;
        SentenceClassifier tuned = before.FineTune(
            New, new FineTuningOptions { Training = Small() with { DevShare = 0 } }, cancellationToken: none);
        Assert.Equal(
            (before.Config.Temperature, before.Config.LinearShare, before.Threshold),
            (tuned.Config.Temperature, tuned.Config.LinearShare, tuned.Threshold));
        Assert.Equal(before.Terms, tuned.Terms.Take(before.Terms.Count));
    }

    [Theory]
    [InlineData(0, 0, "FineTuningOptions.OldShare is 0,")]
    [InlineData(1.5, 0, "FineTuningOptions.OldShare is 1.5,")]
    [InlineData(0.5, -1, "FineTuningOptions.Pull is -1,")]
    [InlineData(0.5, float.NaN, "FineTuningOptions.Pull is NaN,")]
    public void Bad_settings_are_refused(double share, float pull, string expected)
    {
        InputException e = Assert.Throws<InputException>(new FineTuningOptions { OldShare = share, Pull = pull }.Validate);
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_share_of_old_rows_has_rows_of_every_label()
    {
        var rows = new Corpus(new Tokenizer());
        Corpus old = rows.CreateSharing();
        old.AddRange(
            [.. Enumerable.Range(0, 10).Select(i => new LabelledText("a", $"x{i}")), new("b", "y")],
            TestContext.Current.CancellationToken);
        IReadOnlyDictionary<string, double> shares = SentenceClassifier.AddShare(rows, old, 0.2, seed: 1);
        Assert.Equal((2 / 10.0, 1.0), (shares["a"], shares["b"]));
        Assert.Equal([2, 1], Enumerable.Range(0, rows.Count).GroupBy(rows.LabelOf).Select(group => group.Count()));
    }

    /// <summary>Half the rows of a label were seen, so it is twice as probable as it seemed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_label_of_which_a_share_was_learned_is_made_as_probable_as_it_is(int networks)
    {
        SentenceClassifier classifier = SentenceClassifier.Train(
            Old, Small() with { Networks = networks }, cancellationToken: TestContext.Current.CancellationToken);
        classifier.SetTemperature(1.7);
        LabelProbabilities before = classifier.Predict("the wind today").Probabilities;
        classifier.CorrectShares(new Dictionary<string, double> { ["sport"] = 0.5 });
        LabelProbabilities after = classifier.Predict("the wind today").Probabilities;
        double ratio = 2 * before["sport"] / before["weather"];
        Assert.Equal(ratio, after["sport"] / after["weather"], ratio * 1e-3);
    }

    private static TrainingOptions Small() => new() { Epochs = 12, Embedding = 12, Hidden = 12, LearningRate = 0.01f };
}
