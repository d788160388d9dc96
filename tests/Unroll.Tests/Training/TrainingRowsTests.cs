using System.Runtime.CompilerServices;
using Unroll.Data;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>All ways in which a program gives its rows lead to the same model.</summary>
public class TrainingRowsTests
{
    private static readonly LabelledText[] Rows =
    [
        .. Enumerable.Range(0, 12).SelectMany(i => (LabelledText[])[
            new("good", $"a lovely film {i}"), new("bad", $"a dull film {i}")]),
    ];

    private static readonly TrainingOptions Small = new() { Epochs = 2, Embedding = 8, Hidden = 8 };

    private enum Taste
    {
        Good,
        Bad,
    }

    [Fact]
    public async Task Items_files_streams_and_asynchronous_rows_give_the_same_model()
    {
        using var folder = new TemporaryFolder();
        string content = "label\ttext\n" + string.Concat(Rows.Select(row => $"{row.Label}\t{row.Text}\n"));
        string path = folder.Write("rows.tsv", content);
        CancellationToken none = TestContext.Current.CancellationToken;
        SentenceClassifier expected = SentenceClassifier.Train(Rows, Small, cancellationToken: none);
        SentenceClassifier[] others =
        [
            SentenceClassifier.Train(
                Rows.Select(row => (Stars: row.Label, Body: row.Text)), x => x.Stars, x => x.Body, Small,
                cancellationToken: none),
            SentenceClassifier.Train(path, Small, cancellationToken: none),
            SentenceClassifier.Train(File.OpenRead(path), Small, cancellationToken: none),
            await SentenceClassifier.TrainAsync(Rows, Small, cancellationToken: none),
            await SentenceClassifier.TrainAsync(Slowly(Rows), Small, cancellationToken: none),
        ];
        foreach (SentenceClassifier other in others)
            Assert.Equal(expected.Predict("a lovely film"), other.Predict("a lovely film"));
    }

    [Fact]
    public void Labels_may_be_enumerations_numbers_and_booleans()
    {
        Assert.Equal(
            ["Good", "Bad"], LabelledText.Of([Taste.Good, Taste.Bad], x => x, x => "text").Select(row => row.Label));
        Assert.Equal(["1.5", "-2"], LabelledText.Of([1.5, -2], x => x, x => "text").Select(row => row.Label));
        Assert.Equal(["True"], LabelledText.Of([true], x => x, x => "text").Select(row => row.Label));
        Assert.Equal([new LabelledText("7", "x")], LabelledText.Of([7], x => (int?)x, _ => "x"));
    }

    [Theory]
    [InlineData(null, "x", "item 2: its label is null")]
    [InlineData("a", null, "item 2: its text is null")]
    [InlineData(" ", "x", "item 2: the label is empty")]
    [InlineData("a\tb", "x", "item 2: the label \"a")]
    public void An_item_without_label_or_text_is_told_by_its_number(string? label, string? text, string expected)
    {
        (string?, string?)[] items = [("a", "x"), (label, text)];
        InputException e = Assert.Throws<InputException>(
            () => SentenceClassifier.Train(items, item => item.Item1, item => item.Item2!));
        Assert.StartsWith(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task Cancellation_is_seen_while_rows_are_read()
    {
        using var cancel = new CancellationTokenSource();
        int read = 0;
        Assert.Throws<OperationCanceledException>(
            () => SentenceClassifier.Train(Endless(), Small, cancellationToken: cancel.Token));
        Assert.InRange(read, 5, 6);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SentenceClassifier.TrainAsync(Slowly(Rows), Small, cancellationToken: cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SentenceClassifier.TrainAsync(Rows, Small, cancellationToken: cancel.Token));

        IEnumerable<LabelledText> Endless()
        {
            while (true)
            {
                if (++read == 5)
                    cancel.Cancel();
                yield return new LabelledText("a", "x");
            }
        }
    }

    [Fact]
    public void Labels_are_weighed_by_name()
    {
        SentenceClassifier byName = SentenceClassifier.Train(
            Rows, Small with { LabelWeights = new Dictionary<string, float> { ["good"] = 3 } },
            cancellationToken: TestContext.Current.CancellationToken);
        SentenceClassifier byClass = SentenceClassifier.Train(
            Rows, Small with { ClassWeights = [1, 3] }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(byClass.Predict("a film"), byName.Predict("a film"));
        InputException e = Assert.Throws<InputException>(() => SentenceClassifier.Train(
            Rows, Small with { LabelWeights = new Dictionary<string, float> { ["fine"] = 3 } }));
        Assert.Equal(
            "TrainingOptions.LabelWeights names the label \"fine\", which no row has; expected labels among \"bad\", \"good\"",
            e.Message);
    }

    [Fact]
    public void Word_vectors_are_an_option()
    {
        using var folder = new TemporaryFolder();
        string vectors = folder.Write("vectors.txt", "lovely 1 0 0\ndull 0 1 0\nfilm 0 0 1\n");
        SentenceClassifier classifier = SentenceClassifier.Train(
            Rows, Small with { WordVectorsFile = vectors }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, classifier.Config.Embedding);
    }

    [Theory]
    [InlineData(1, 0, "lovely", "a lovely| ▁lo| fil")]
    [InlineData(2, 0, "lovely|a lovely|▁ a", " ▁lo| fil")]
    [InlineData(1, 3, "lovely| ▁lo| fil", "a lovely| film")]
    [InlineData(2, 5, "lovely|a lovely| film| ▁lo", " ▁lovely")]
    public void Terms_of_the_linear_part_are_as_long_as_the_options_say(int words, int characters, string has, string lacks)
    {
        SentenceClassifier classifier = SentenceClassifier.Train(
            Rows, new TrainingOptions { Networks = 0, WordNgrams = words, CharNgrams = characters },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(has.Split('|'), term => Assert.Contains(term, classifier.Terms));
        Assert.All(lacks.Split('|'), term => Assert.DoesNotContain(term, classifier.Terms));
        Assert.Equal("good", classifier.Predict("a lovely film").Label);
        Assert.DoesNotContain(null!, classifier.Terms);
    }

    [Theory]
    [InlineData(3, 5, TokenKind.Word, "TrainingOptions.WordNgrams is 3")]
    [InlineData(2, 1, TokenKind.Word, "TrainingOptions.CharNgrams is 1")]
    [InlineData(2, 6, TokenKind.Word, "TrainingOptions.CharNgrams is 6")]
    [InlineData(1, 5, TokenKind.Char, "TrainingOptions.WordNgrams is for texts in words")]
    [InlineData(2, 0, TokenKind.Char, "TrainingOptions.CharNgrams is for texts in words")]
    public void Terms_that_cannot_be_are_refused(int words, int characters, TokenKind kind, string expected)
    {
        var options = new TrainingOptions { WordNgrams = words, CharNgrams = characters, Tokens = kind };
        Assert.StartsWith(
            expected, Assert.Throws<InputException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_may_change_while_a_training_runs()
    {
        var options = new TrainingOptions { Epochs = 2, Embedding = 8, Hidden = 8 };
        var changing = new ChangesOptions(options);
        SentenceClassifier classifier = SentenceClassifier.Train(
            Rows, options, progress: changing, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(
            SentenceClassifier.Train(Rows, Small, cancellationToken: TestContext.Current.CancellationToken).Predict("a film"),
            classifier.Predict("a film"));
    }

    private static async IAsyncEnumerable<LabelledText> Slowly(
        IEnumerable<LabelledText> rows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (LabelledText row in rows)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private sealed class ChangesOptions(TrainingOptions options) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => (options.Linear, options.Threads, options.FinalEpochs) = (false, -1, 0);
    }
}
