using System.Text.Json;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Threading;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Golden;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>
/// The third proof: embedding, recurrent layer, pooling, output and SGD follow PyTorch's loss curve on mixed lengths.
/// </summary>
public class TrainingCurveTests
{
    private static readonly JsonElement Golden = GoldenFile.Read("training.json");

    [Theory]
    [InlineData(0, Nonlinearity.Tanh)]
    [InlineData(1, Nonlinearity.Relu)]
    public void Thirty_steps_give_PyTorchs_losses_and_parameters(int index, Nonlinearity nonlinearity)
    {
        JsonElement run = Golden.GetProperty("runs")[index];
        var config = new ModelConfig { Embedding = 6, Hidden = 8, Labels = ["a", "b", "c"], Nonlinearity = nonlinearity };
        var vocabulary = new Vocabulary(["<pad>", "<unk>", .. Enumerable.Range(2, 8).Select(id => $"w{id}")], UnknownWords.Token);
        SentenceClassifier classifier = SentenceClassifier.Create(
            config, vocabulary, new TrainingOptions { Seed = 3, EmbeddingDeviation = 1 });
        using var pool = new WorkerPool(2);
        TrainingStep trainer = TestNetworks.Step(
            classifier.Network, new TrainingOptions { Optimizer = OptimizerKind.Sgd, ClipNorm = null }, pool);

        var texts = new EncodedTexts();
        foreach (JsonElement sentence in Golden.GetProperty("sentences").EnumerateArray())
            texts.Add(sentence.Integers("ids"), sentence.GetProperty("label").GetInt32());
        var batch = new Batch();
        double[] expected = run.GetProperty("losses").Doubles();
        for (int step = 0; step < expected.Length; step++)
        {
            batch.Fill(texts, step % 2 == 0 ? [0, 1, 2, 3] : [4, 5, 6]);
            Assert.Equal(expected[step], trainer.Run(batch, 0.1f).Loss, 1e-5);
        }
        foreach (Parameter parameter in classifier.Parameters.All)
            Close.To(run.GetProperty("final").Singles(parameter.Name), classifier.Parameters
                .Read(parameter), 1e-5, 1e-5, parameter.Name);
    }

    public static TheoryData<string> OtherCells => [.. GoldenCase.OtherCells];

    [Theory]
    [MemberData(nameof(OtherCells))]
    public void Thirty_steps_of_other_cells_give_the_losses_and_parameters_of_autograd(string cell)
    {
        JsonElement golden = GoldenFile.Read($"{cell}.json").GetProperty("training");
        var @case = new GoldenCase(
            golden.GetProperty("config"), golden.GetProperty("start"), golden.GetProperty("sentences"),
            golden.GetProperty("labels"));
        using var pool = new WorkerPool(2);
        TrainingStep trainer = TestNetworks.Step(
            @case.Network, new TrainingOptions { Optimizer = OptimizerKind.Sgd, ClipNorm = null, Adversarial = 0 }, pool);
        var batch = new Batch();
        double[] expected = golden.GetProperty("losses").Doubles();
        float rate = golden.TryGetProperty("rate", out JsonElement written) ? written.GetSingle() : 0.1f;
        Assert.True(expected[^1] < expected[0] / 2);
        for (int step = 0; step < expected.Length; step++)
        {
            batch.Fill(@case.Texts, step % 2 == 0 ? [0, 1, 2, 3] : [4, 5, 6]);
            Assert.Equal(expected[step], trainer.Run(batch, rate).Loss, 1e-5);
        }
        @case.Compare(golden.GetProperty("final"), @case.Parameters, 2e-5, 1e-5);
    }
}
