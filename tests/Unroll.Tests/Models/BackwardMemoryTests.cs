using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Inspection;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>What only backward passes read takes no memory before one runs, and none after a training.</summary>
[Collection(AvailableKernels.Name)]
public class BackwardMemoryTests
{
    [Theory]
    [InlineData(Cell.Rnn, Pooling.Last)]
    [InlineData(Cell.Gru, Pooling.Attention)]
    [InlineData(Cell.Lstm, Pooling.Max)]
    public void A_loaded_model_predicts_without_it_and_an_inspection_takes_it(Cell cell, Pooling pooling)
    {
        using var folder = new TemporaryFolder();
        Create(cell, pooling).Save(folder["model"]);
        SentenceClassifier loaded = SentenceClassifier.Load(folder["model"]);
        Prediction before = loaded.Predict(Text);
        Assert.Equal(0, loaded.Network.BackwardLength);
        TextInspection inspection = Inspector.Inspect(loaded, Text);
        Assert.True(loaded.Network.BackwardLength > 0);
        Assert.Equal(before.Probabilities, inspection.Prediction.Probabilities);
        Assert.Equal(before.Probabilities, loaded.Predict(Text).Probabilities);
    }

    [Fact]
    public void A_trained_model_has_given_it_back()
    {
        var options = new TrainingOptions { Epochs = 2, Threads = 1, DevShare = 0 };
        SentenceClassifier classifier = Create(Cell.Gru, Pooling.Mean, options);
        classifier.Fit([new("a", "w2 w3 w4"), new("b", "w5 w6")], options);
        Assert.Equal(0, classifier.Network.BackwardLength);
        Assert.NotEmpty(Inspector.Inspect(classifier, Text).HiddenGradient);
    }

    [Fact]
    public void Inspections_and_predictions_at_the_same_time_see_the_same_numbers()
    {
        SentenceClassifier alone = Create(Cell.Lstm, Pooling.Attention);
        IReadOnlyList<double> gradient = Inspector.Inspect(alone, Text).InputGradient;
        for (int round = 0; round < 5; round++)
        {
            SentenceClassifier shared = SentenceClassifier.Create(alone.Config, alone.Vocabulary);
            var gradients = new IReadOnlyList<double>[4];
            Parallel.For(0, 8, i =>
            {
                if (i % 2 == 0)
                    gradients[i / 2] = Inspector.Inspect(shared, Text).InputGradient;
                else
                    Assert.Equal(alone.Predict(Text).Probabilities, shared.Predict(Text).Probabilities);
            });
            Assert.All(gradients, found => Assert.Equal(gradient, found));
        }
    }

    private const string Text = "w2 w3 w4 strange w6";

    private static SentenceClassifier Create(Cell cell, Pooling pooling, TrainingOptions? options = null)
    {
        var config = new ModelConfig
        {
            Cell = cell,
            Pooling = pooling,
            Embedding = 4,
            Hidden = 6,
            Layers = 2,
            Bidirectional = true,
            Labels = ["a", "b"],
        };
        return SentenceClassifier.Create(config, InspectedModels.VocabularyOf(9), options);
    }
}
