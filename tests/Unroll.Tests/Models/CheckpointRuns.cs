using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>Trainings of a few rows that stop somewhere and go on.</summary>
internal static class CheckpointRuns
{
    public static readonly TrainingOptions Options = new()
    {
        Cell = Cell.Gru,
        Embedding = 6,
        Hidden = 5,
        Dropout = 0.3f,
        WordDropout = 0.1f,
        Adversarial = 0.05f,
        Epochs = 6,
        BatchSize = 4,
        BalancedClasses = true,
        Schedule = new LearningRateSchedule(ScheduleKind.OneCycle),
        LearningRate = 0.02f,
    };

    private static readonly Corpus TrainRows = CorpusOf(Rows(30, seed: 1));
    private static readonly Corpus DevRows = DevCorpus();

    public static readonly EncodedTexts Train = Create(Options).Encode(TrainRows);
    public static readonly EncodedTexts Dev = Create(Options).Encode(DevRows);

    /// <summary>A fresh model.</summary>
    public static SentenceClassifier Create(TrainingOptions options) => SentenceClassifier.CreateFor(TrainRows, null, options);

    /// <summary>The same settings, going on from their checkpoint.</summary>
    public static TrainingOptions Resuming(TrainingOptions options) =>
        options with { Checkpoint = options.Checkpoint! with { Resume = true } };

    /// <summary>Trains and stops after some steps.</summary>
    public static void Stop(TrainingOptions options, int steps)
    {
        int seen = 0;
        Stop(options, _ => ++seen > steps);
    }

    /// <summary>Trains and stops where the progress is so far.</summary>
    public static void Stop(TrainingOptions options, Func<TrainingProgress, bool> isEnough)
    {
        using var source = new CancellationTokenSource();
        var stopper = new Reporter(progress =>
        {
            if (isEnough(progress))
                source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => Create(options).Fit(Train, options, Dev, stopper, cancellationToken: source.Token));
    }

    // The label hangs on one word; a fifth of the rows are labelled at random, so that dev loss turns.
    public static LabelledText[] Rows(int count, ulong seed)
    {
        var random = new TorchGenerator(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                string[] words = [
                    .. Enumerable.Range(0, 2 + (int)(random.NextUInt32() % 6)).Select(_ => $"w{random.NextUInt32() % 12}")];
                bool positive = random.NextUInt32() % 5 == 0
                    ? random.NextUInt32() % 2 == 0
                    : words.Contains("w1") || words.Contains("w2");
                return new LabelledText(positive ? "yes" : "no", string.Join(' ', words));
            }),
        ];
    }

    internal sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private static Corpus CorpusOf(LabelledText[] rows)
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(rows);
        return corpus;
    }

    private static Corpus DevCorpus()
    {
        Corpus dev = TrainRows.CreateSharing();
        dev.AddRange(Rows(20, seed: 2));
        return dev;
    }
}
