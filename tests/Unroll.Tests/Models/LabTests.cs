using System.Text.Json;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Inspection;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>The lab's numbers, from the library's side: seed 42 gives what PyTorch gives.</summary>
public class LabTests
{
    private static readonly JsonElement Golden = GoldenFile.Read("lab.json");

    private static readonly (string Symbol, string Name)[] Symbols =
    [
        ("W", "rnn.weight_hh_l0"), ("U", "rnn.weight_ih_l0"), ("b", "rnn.bias_ih_l0"),
        ("W_out", "output.weight"), ("b_out", "output.bias"),
    ];

    private static readonly LabelledText[] Samples = [new("1", "The movie is good"), new("0", "The movie is bad")];

    [Fact]
    public void Initial_parameters_are_golden_to_the_bit()
    {
        Parameters parameters = Create().Parameters;
        foreach ((string symbol, string name) in Symbols)
            Assert.Equal(Golden.GetProperty("initial").Singles(symbol), parameters[name]);
    }

    [Fact]
    public void First_hidden_states_logits_loss_and_gradients_are_golden()
    {
        SentenceClassifier classifier = Create();
        JsonElement first = Golden.GetProperty("first_step");
        HiddenStateTrace trace = HiddenStates.Trace(classifier, Samples[0].Text);
        Close.To(first.Singles("hidden"), [.. trace.Hidden.SelectMany(h => h)], 1e-5, what: "h");
        Close.To(first.Singles("logits"), trace.Logits, 1e-5, what: "logits");

        var texts = new EncodedTexts();
        texts.Add([0, 1, 2, 3], label: 1);
        var batch = new Batch();
        batch.Fill(texts, [0]);
        using var pool = new WorkerPool(1);
        TrainingStep step = TestNetworks.Step(classifier.Network, new TrainingOptions(), pool);
        Assert.Equal(first.GetProperty("loss").GetDouble(), step.ComputeGradients(batch), 1e-5);
        foreach ((string symbol, string name) in Symbols)
            Close.To(first.GetProperty("grad").Singles(symbol), step.CopyGradients()[name], 1e-5, what: "d" + symbol);
    }

    [Fact]
    public void Losses_final_parameters_and_test_states_are_golden()
    {
        SentenceClassifier classifier = Create();
        IReadOnlyList<EpochReport> reports = classifier.Fit(
            Samples,
            new TrainingOptions
            {
                Optimizer = OptimizerKind.Sgd,
                ClipNorm = null,
                Schedule = new LearningRateSchedule(ScheduleKind.Constant),
                Epochs = 300,
                LearningRate = 0.1f,
                BatchSize = 1,
                Shuffle = false,
            });
        double[] losses = [.. reports.Select(report => report.TrainLoss * Samples.Length)];
        Close.To(Golden.GetProperty("loss_history").Doubles(), losses, 1e-5, what: "loss");
        foreach ((string symbol, string name) in Symbols)
            Close.To(Golden.GetProperty("final").Singles(symbol), classifier.Parameters[name], 1e-5, what: symbol);
        foreach (JsonElement test in Golden.GetProperty("tests").EnumerateArray())
        {
            string sentence = string.Join(' ', test.GetProperty("sentence").EnumerateArray().Select(word => word.GetString()));
            HiddenStateTrace trace = HiddenStates.Trace(classifier, sentence);
            Close.To(test.Singles("hidden"), [.. trace.Hidden.SelectMany(h => h)], 1e-5, what: "h");
            Close.To(test.Singles("logits"), trace.Logits, 1e-5, what: "logits");
            Assert.Equal(test.GetProperty("prediction").GetInt32(), trace.Prediction);
        }
    }

    private static SentenceClassifier Create() =>
        SentenceClassifier.Create(
            new ModelConfig
            {
                Embedding = 0,
                Hidden = 2,
                Labels = ["0", "1"],
                Tokens = new Tokenizer(Lowercase: false),
                Unknown = UnknownWords.Refuse,
            },
            new Vocabulary(["The", "movie", "is", "good", "bad"], UnknownWords.Refuse),
            new TrainingOptions { Initialization = Initialization.StandardNormal });
}
