using Unroll.Engine.Batches;
using Unroll.Models;
using Unroll.Training;
using Xunit;
using static Unroll.Tests.Models.CheckpointRuns;

namespace Unroll.Tests.Models;

/// <summary>A training that stops anywhere and goes on ends with the same bits as one that never stopped.</summary>
public class CheckpointTests
{
    [Theory]
    [InlineData(OptimizerKind.Adam, 0, false, 1)]
    [InlineData(OptimizerKind.Adam, 0, true, 1)]
    [InlineData(OptimizerKind.Adam, 0, true, 3)]
    [InlineData(OptimizerKind.Sgd, 0.9f, false, 1)]
    [InlineData(OptimizerKind.Sgd, 0.9f, true, 1)]
    [InlineData(OptimizerKind.Sgd, 0, true, 1)]
    public void Stopping_at_any_step_changes_nothing(
        OptimizerKind optimizer, float momentum, bool denseUpdates, int networks)
    {
        using var folder = new TemporaryFolder();
        var flows = new List<GradientFlow>();
        TrainingOptions options = Options with
        {
            Networks = networks,
            Optimizer = optimizer,
            Momentum = momentum,
            DenseUpdates = denseUpdates,
            GradientFlow = new FlowRecorder(flows)
        };
        SentenceClassifier whole = Create(options);
        IReadOnlyList<EpochReport> expected = whole.Fit(Train, options, Dev);
        GradientFlow[] expectedFlows = [.. flows];
        int steps = options.Epochs!.Value * BatchOrder.BatchCount(Train.Count, options.BatchSize);
        for (int stop = 0; stop < steps; stop += 3)
        {
            TrainingOptions stopped = options with { Checkpoint = new CheckpointOptions(folder[$"{stop}"]) };
            flows.Clear();
            Stop(stopped, stop);
            SentenceClassifier resumed = Create(options);
            IReadOnlyList<EpochReport> reports = resumed.Fit(Train, Resuming(stopped), Dev);
            for (int k = 0; k < networks; k++)
            {
                Assert.Equal(
                    whole.Networks[k].Parameters.Values.ToArray(), resumed.Networks[k].Parameters.Values.ToArray());
            }
            Assert.Equal(
                expected.Select(report => (report.Epoch, report.TrainLoss, report.DevLoss, report.GradientNorm, report.IsBest)),
                reports.Select(report => (report.Epoch, report.TrainLoss, report.DevLoss, report.GradientNorm, report.IsBest)));
            Assert.Equal(expectedFlows.Select(Describe), flows.Select(Describe));
        }

        static string Describe(GradientFlow flow) =>
            $"{flow.Epoch} {flow.Samples} {string.Join(' ', flow.ByDistance)} {string.Join(' ', flow.ByStep)} "
                + $"{flow.SpectralNorm} {flow.SpectralRadius} {string.Join(' ', flow.JacobianByDistance)}";
    }

    public static TheoryData<Cell> Cells => [.. Enum.GetValues<Cell>()];

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_training_of_every_cell_goes_on_from_where_it_stopped(Cell cell)
    {
        using var folder = new TemporaryFolder();
        bool isTransformer = cell == Cell.Transformer;
        TrainingOptions options = Options with
        {
            Cell = cell,
            Hidden = isTransformer ? Options.Embedding : Options.Hidden,
            Layers = 2,
            Epochs = 3,
            Transformer = isTransformer ? new TransformerOptions { Heads = 2 } : new TransformerOptions(),
        };
        SentenceClassifier whole = Create(options);
        whole.Fit(Train, options, Dev);
        int steps = options.Epochs!.Value * BatchOrder.BatchCount(Train.Count, options.BatchSize);
        foreach (int stop in (int[])[0, steps / 2])
        {
            TrainingOptions stopped = options with { Checkpoint = new CheckpointOptions(folder[$"{stop}"]) };
            Stop(stopped, stop);
            SentenceClassifier resumed = Create(options);
            resumed.Fit(Train, Resuming(stopped), Dev);
            Assert.Equal(whole.Network.Parameters.Values.ToArray(), resumed.Network.Parameters.Values.ToArray());
        }
    }

    [Fact]
    public void A_finished_training_resumes_to_its_model_at_once()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with { Checkpoint = new CheckpointOptions(folder["state"]) { EverySteps = 2 } };
        SentenceClassifier first = Create(options);
        first.Fit(Train, options, Dev);
        SentenceClassifier again = Create(options with { Seed = 1 });
        var none = new Reporter(_ => Assert.Fail("a step was trained"));
        Assert.Equal(options.Epochs!.Value, again.Fit(Train, Resuming(options), Dev, none).Count);
        Assert.Equal(first.Parameters.Values.ToArray(), again.Parameters.Values.ToArray());
        Assert.Equal([folder["state"]], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Without_a_file_a_resumed_training_begins_at_the_beginning()
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier whole = Create(Options);
        whole.Fit(Train, Options, Dev);
        SentenceClassifier resumed = Create(Options);
        resumed.Fit(Train, Options with { Checkpoint = new CheckpointOptions(folder["none"]) { Resume = true } }, Dev);
        Assert.Equal(whole.Parameters.Values.ToArray(), resumed.Parameters.Values.ToArray());
    }

    [Fact]
    public void Training_stops_when_dev_rows_get_no_better_and_keeps_the_best_epoch()
    {
        TrainingOptions options = Options with { Epochs = 60, Patience = 4, Best = DevMeasure.Loss };
        SentenceClassifier stopped = Create(options);
        IReadOnlyList<EpochReport> reports = stopped.Fit(Train, options, Dev);
        EpochReport best = reports.MinBy(report => report.DevLoss)!;
        Assert.True(reports.Count < 60);
        Assert.Equal(best.Epoch + 4, reports.Count);
        Assert.Equal(best, reports.Last(report => report.IsBest));
        Assert.Equal(best.DevLoss!.Value, stopped.Evaluate(Rows(Dev.Count, seed: 2)).Loss, 1e-12);
    }

    private sealed class FlowRecorder(List<GradientFlow> flows) : IProgress<GradientFlow>
    {
        public void Report(GradientFlow value) => flows.Add(value);
    }
}
