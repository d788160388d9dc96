using Unroll.Data;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>The one way from rows to a model.</summary>
public class ClassifierTrainingTests
{
    private static readonly TrainingOptions Options = new() { Embedding = 6, Hidden = 6, Epochs = 3, Threads = 1 };

    private static readonly LabelledText[] Rows =
    [
        .. from i in Enumerable.Range(0, 30)
           from row in (LabelledText[])[new("pos", $"a fine film {i % 5}"), new("neg", $"a dull film {i % 3}")]
           select row,
    ];

    [Fact]
    public void The_classifier_trains_in_the_same_way()
    {
        ClassifierTraining training = Create();
        training.Prepare();
        TrainingSummary summary = training.Finish(training.Fit());
        SentenceClassifier trained = SentenceClassifier.Train(Rows, Options);
        Assert.Equal(trained.Parameters.Values.ToArray(), training.Classifier.Parameters.Values.ToArray());
        Assert.Equal(trained.Config.Temperature, training.Classifier.Config.Temperature);
        Assert.Equal(summary.Calibration!.Temperature, trained.Config.Temperature);
        Assert.Equal((3, 3), (summary.Epochs.Count, training.Epochs));
        Assert.Empty(summary.SimplerModels);
    }

    [Fact]
    public void Test_rows_and_simpler_models_are_measured()
    {
        ClassifierTraining training = Create(compares: true);
        Assert.Equal(["train", "dev", "test"], training.Report().Parts.Select(part => part.Name));
        training.Prepare();
        TrainingSummary summary = training.Finish(training.Fit());
        Assert.Equal(["majority", "linear", "network"], summary.SimplerModels.Select(model => model.Key));
        Assert.All(summary.SimplerModels, model => Assert.Equal(4, model.Test!.Rows));
        Assert.Equal(4, summary.Test!.Rows);
        SimplerModel best = summary.SimplerModels.MaxBy(model => model.Test!.Accuracy)!;
        Assert.Equal(best.Test!.Accuracy > summary.Test.Accuracy ? best : null, summary.Better);
    }

    [Fact]
    public void Nothing_is_trained_before_it_is_prepared()
    {
        ClassifierTraining training = Create();
        Assert.Throws<InvalidOperationException>(() => training.Classifier);
        Assert.Throws<InvalidOperationException>(() => training.Fit());
    }

    private static ClassifierTraining Create(bool compares = false)
    {
        var corpus = new Corpus(Options.Tokenizer);
        corpus.AddRange(Rows);
        Corpus test = corpus.CreateSharing();
        test.AddRange(Rows[..4]);
        return new ClassifierTraining(DevSplit.Of(corpus, dev: null, Options), Options)
        {
            Test = compares ? test : null,
            ComparesWithSimplerModels = compares,
        };
    }
}
