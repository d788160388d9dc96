using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class LongTextTests
{
    private const int Words = 300;

    // A few words among 120 say what the text is. An adversarial step as long as all 120 vectors together, from the first step
    // on, takes these few away, and the loss stays at log 2, 0.69.
    [Fact]
    public void Long_texts_are_learned_with_the_default_adversarial_step()
    {
        var options = new TrainingOptions
        {
            Embedding = 12,
            Hidden = 12,
            Epochs = 12,
            LearningRate = 0.01f,
            DevShare = 0.25,
            Linear = false,
        };
        var epochs = new Epochs();
        SentenceClassifier.Train(Rows(200, length: 120), options, progress: epochs);
        Assert.InRange(epochs.Reports.Min(epoch => epoch.TrainLoss), 0, 0.62);
    }

    [Fact]
    public void A_step_reads_a_stretch_of_a_long_text_and_another_one_next_time()
    {
        var texts = new EncodedTexts();
        texts.Add([.. Enumerable.Range(0, 1000)], label: 0);
        texts.Add([.. Enumerable.Range(0, 5)], label: 1);
        var batch = new Batch();
        var starts = new HashSet<int>();
        for (uint key = 0; key < 200; key++)
        {
            batch.Fill(texts, [0, 1], TokenWindow.Anywhere(64, key));
            Assert.Equal(64 + 5, batch.TokenCount);
            int[] ids = [.. batch.Ids.ToArray().Where((_, n) => n % 2 == 0 || n >= 10)];
            Assert.Equal([.. Enumerable.Range(ids[0], 64)], ids);
            Assert.InRange(ids[0], 0, 1000 - 64);
            starts.Add(ids[0]);
        }
        Assert.InRange(starts.Count, 150, 200);
        Assert.True(starts.Min() < 50 && starts.Max() > 1000 - 64 - 50, "stretches come from everywhere");
    }

    [Fact]
    public void Whole_texts_are_read_where_they_are_short_enough()
    {
        LabelledText[] rows = Rows(40, length: 30);
        float[] Trained(int stretch) => SentenceClassifier.Train(
            rows, new TrainingOptions { Embedding = 6, Hidden = 5, Epochs = 2, StretchTokens = stretch })
            .Parameters.Values.ToArray();
        Assert.Equal(Trained(0), Trained(30));
        Assert.NotEqual(Trained(0), Trained(20));
    }

    private static LabelledText[] Rows(int count, int length)
    {
        int[] draws = new TorchGenerator(5).Integers(count * length, Words);
        return
        [
            .. Enumerable.Range(0, count).Select(row => new LabelledText(
                row % 2 == 0 ? "good" : "bad",
                string.Join(' ', draws.AsSpan(row * length, length).ToArray().Select((word, t) =>
                    t % 50 == 10 + row % 30 ? $"{(row % 2 == 0 ? "fine" : "dull")}{word % 20}" : $"w{word}")))),
        ];
    }

    private sealed class Epochs : IProgress<TrainingProgress>
    {
        public List<EpochReport> Reports { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (value.Finished is { } epoch)
                Reports.Add(epoch);
        }
    }
}
