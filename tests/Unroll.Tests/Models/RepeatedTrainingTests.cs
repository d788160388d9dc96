using Unroll.Data;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

public class RepeatedTrainingTests
{
    private static readonly TrainingOptions Options = new() { Embedding = 6, Hidden = 6, Epochs = 2, Threads = 1, Seed = 7 };

    private static readonly LabelledText[] Rows =
    [
        .. from i in Enumerable.Range(0, 30)
           from row in (LabelledText[])[new("pos", $"a fine film {i % 5}"), new("neg", $"a dull film {i % 3}")]
           select row,
    ];

    [Fact]
    public void Each_seed_gives_what_a_training_with_it_gives()
    {
        Corpus corpus = Corpus(null, Rows), test = Corpus(corpus, Rows[..8]);
        var repeated = new RepeatedTraining(
            Options,
            options => new ClassifierTraining(DevSplit.Of(corpus, dev: null, options), options)
            {
                Test = test,
                ComparesWithSimplerModels = true,
            })
        {
            Seeds = 3,
        };
        Assert.Equal(["train", "dev", "test"], repeated.Report().Parts.Select(part => part.Name));
        SeedResult[] results = [.. repeated.Run()];
        Assert.Equal([7, 8, 9], results.Select(result => (int)result.Seed));
        Assert.Equal(3, results.Select(result => result.Summary.Kept!.TrainLoss).Distinct().Count());
        foreach (SeedResult result in results)
        {
            TrainingOptions options = Options with { Seed = result.Seed };
            var training = new ClassifierTraining(DevSplit.Of(corpus, dev: null, options), options) { Test = test };
            training.Prepare();
            TrainingSummary summary = training.Finish(training.Fit());
            Assert.Equal(summary.Kept!.DevLoss, result.Summary.Kept!.DevLoss);
            Assert.Equal(summary.Test!.Loss, result.Summary.Test!.Loss);
        }
        Assert.Equal(
            [
                "dev_accuracy", "dev_macro_f1", "dev_loss", "test_accuracy", "test_macro_f1", "test_loss", "test_ece",
                "majority_dev_accuracy", "majority_test_accuracy", "linear_dev_accuracy", "linear_test_accuracy",
                "network_dev_accuracy", "network_test_accuracy",
            ],
            results[0].Figures().Select(figure => figure.Key));
        Assert.Equal(results[0].Summary.Test!.Accuracy, results[0].Figures().Single(f => f.Key == "test_accuracy").Value);
    }

    [Fact]
    public void Nothing_is_trained_without_rows_to_measure_on_and_seeds_have_an_end()
    {
        Corpus corpus = Corpus(null, Rows);
        RepeatedTraining Repeated(TrainingOptions options, int seeds) =>
            new(options, settings => new ClassifierTraining(DevSplit.Of(corpus, dev: null, settings), settings))
            {
                Seeds = seeds,
            };
        RepeatedTraining repeated = Repeated(Options with { DevShare = 0, Seed = ulong.MaxValue - 1 }, 2);
        Assert.Contains(
            "expected dev or test rows to measure each seed on",
            Assert.Throws<InputException>(() => repeated.Run().ToArray()).Message, StringComparison.Ordinal);
        RepeatedTraining last = Repeated(Options with { Seed = ulong.MaxValue - 1 }, 2);
        Assert.Equal([ulong.MaxValue - 1, ulong.MaxValue], last.Run().Select(result => result.Seed));
        RepeatedTraining more = Repeated(Options with { Seed = ulong.MaxValue - 1 }, 3);
        Assert.Equal(
            "TrainingOptions.Seed is 18446744073709551614 for 3 seeds, expected at most 18446744073709551613",
            Assert.Throws<InputException>(() => more.Run().ToArray()).Message);
    }

    private static Corpus Corpus(Corpus? sharing, LabelledText[] rows)
    {
        Corpus corpus = sharing?.CreateSharing() ?? new Corpus(Options.Tokenizer);
        corpus.AddRange(rows);
        return corpus;
    }
}
