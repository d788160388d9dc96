using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Unroll.Data;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Tests.Models;
using Unroll.Training;
using Xunit;
using static Unroll.Tests.Models.CheckpointRuns;

namespace Unroll.Tests.Ranks;

/// <summary>Whole trainings over ranks: the model, the checkpoints and the reports of one process.</summary>
public partial class RankTrainingTests
{
    private static readonly TrainingOptions Usual = Options with
    {
        BatchSize = 9,
        Epochs = 3,
        Patience = 2,
        Threads = 1,
        Checkpoint = new CheckpointOptions("none"),
    };

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 1)]
    public void Model_checkpoint_and_reports_are_those_of_one_process(int ranks, int threads)
    {
        using var folder = new TemporaryFolder();
        Trained expected = Train(Usual with { Networks = 2 }, null, folder["alone"]);
        Trained[] all = ThreadRanks.Run(
            ranks, each => Train(Usual with { Networks = 2, Threads = threads }, each, folder[$"rank{each.Rank}"]));
        foreach (Trained trained in all)
        {
            Assert.Equal(expected.Parameters, trained.Parameters);
            Assert.Equal(expected.Reports, trained.Reports);
        }
        Assert.Equal(Checkpoint(folder["alone"]), Checkpoint(folder["rank0"]));
        Assert.All(Enumerable.Range(1, ranks - 1), rank => Assert.False(File.Exists(folder[$"rank{rank}"])));
    }

    [Fact]
    public void A_training_that_one_rank_was_asked_to_stop_goes_on_over_another_number_of_ranks()
    {
        using var folder = new TemporaryFolder();
        byte[] expected = Train(Usual, null, folder["alone"]).Parameters;
        TrainingOptions options = Usual with { Checkpoint = new CheckpointOptions(folder["stopped"]) };
        int[] order = [4, 1, 8, 2];
        for (int i = 0; i < order.Length; i++)
        {
            using var source = new CancellationTokenSource();
            bool isLast = i == order.Length - 1;
            int asked = order[i] / 2;
            void Go(ICommunicator? communicator)
            {
                SentenceClassifier classifier = Create(options);
                int steps = 0;
                var stopper = new Reporter(_ =>
                {
                    if (++steps == 2 && !isLast && (communicator?.Rank ?? asked) == asked)
                        source.Cancel();
                });
                classifier.Fit(
                    CheckpointRuns.Train, Resuming(options) with { Communicator = communicator }, Dev, stopper,
                    cancellationToken: communicator is null || communicator.Rank == asked ? source.Token : default);
                Assert.Equal(expected, BytesOf(classifier));
            }

            Exception?[] failures = order[i] == 1
                ? [Record.Exception(() => Go(null))]
                : ThreadRanks.Failures(order[i], Go);
            Assert.All(failures, failure => Assert.Equal(isLast ? null : typeof(OperationCanceledException), failure?.GetType()));
        }
    }

    [Fact]
    public void Ranks_that_have_different_rows_or_settings_say_so_on_every_rank()
    {
        Check(
            rank => Usual with { Seed = rank == 2 ? 43UL : 42 },
            "rank 2 has other rows or other settings than rank 0; give every rank the same files and options");
        Check(
            rank => Usual with { Checkpoint = rank == 1 ? null : Usual.Checkpoint },
            "rank 1 has no TrainingOptions.Checkpoint where rank 0 has one, or the other way round; give it to all or none");

        static void Check(Func<int, TrainingOptions> optionsOf, string expected)
        {
            Exception?[] failures = ThreadRanks.Failures(
                4, each => Create(Usual).Fit(CheckpointRuns.Train, optionsOf(each.Rank) with { Communicator = each }, Dev));
            Assert.All(failures, failure => Assert.Equal(expected, Assert.IsType<InputException>(failure).Message));
        }
    }

    [Fact]
    public void A_loss_that_explodes_ends_every_rank_alike()
    {
        TrainingOptions options = Usual with { LearningRate = 1e20f, Checkpoint = null, ClipNorm = null };
        Exception?[] failures = ThreadRanks.Failures(
            4, each => Create(options).Fit(CheckpointRuns.Train, options with { Communicator = each }, Dev));
        Assert.All(failures, failure =>
        {
            Assert.IsType<TrainingDivergedException>(failure);
            Assert.Equal(failures[0]!.Message, failure.Message);
        });
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    [InlineData(6)]
    public void A_number_of_ranks_that_is_no_power_of_two_is_refused(int ranks)
    {
        InputException e = Assert.Throws<InputException>(
            () => new TrainingOptions { Communicator = new Nobody(ranks) }.Validate());
        Assert.Equal(
            $"there are {ranks} ranks to train one model, expected 1, 2, 4, 8 or another power of two up to 1024; start as many",
            e.Message);
    }

    [Fact]
    public void The_whole_way_gives_the_same_model_over_ranks()
    {
        LabelledTextRows rows = new(Rows(120, seed: 5));
        TrainingOptions options = Usual with { Checkpoint = null, FinalEpochs = 1, Epochs = 2 };
        byte[] expected = rows.Train(options, null);
        Assert.All(ThreadRanks.Run(4, each => rows.Train(options, each)), bytes => Assert.Equal(expected, bytes));
    }

    private sealed record Trained(byte[] Parameters, string Reports);

    private sealed record LabelledTextRows(IReadOnlyList<LabelledText> Rows)
    {
        public byte[] Train(TrainingOptions options, ICommunicator? communicator)
        {
            using var folder = new TemporaryFolder();
            SentenceClassifier.Train(Rows, options with { Communicator = communicator }).Save(folder["model"]);
            return [.. File.ReadAllBytes(folder["model/model.safetensors"]), .. File.ReadAllBytes(folder["model/config.json"])];
        }
    }

    private sealed record Nobody(int Size) : ICommunicator
    {
        public int Rank => 0;

        public void Exchange(int peer, ReadOnlySpan<byte> sent, Span<byte> received) => throw new InvalidOperationException();
    }

    private static Trained Train(TrainingOptions options, ICommunicator? communicator, string checkpoint)
    {
        SentenceClassifier classifier = Create(options);
        IReadOnlyList<EpochReport> reports = classifier.Fit(
            CheckpointRuns.Train,
            options with { Communicator = communicator, Checkpoint = new CheckpointOptions(checkpoint) }, Dev);
        IEnumerable<string> told = reports.Select(report => $"{report with { TrainSeconds = 0, TokensPerSecond = 0 }}");
        return new Trained(BytesOf(classifier), string.Join('\n', told));
    }

    private static byte[] BytesOf(SentenceClassifier classifier) =>
        [.. classifier.Networks.SelectMany(network => MemoryMarshal.AsBytes(network.Parameters.Values).ToArray())];

    // All but how long it took, and the hash that covers it.
    private static string Checkpoint(string path)
    {
        SafetensorsFile file = SafetensorsFile.Parse(File.ReadAllBytes(path), path);
        string metadata = string.Join('\n', file.Metadata.Where(entry => entry.Key != "sha256").Select(
            entry => $"{entry.Key}={Times().Replace(entry.Value, "")}").Order());
        string tensors = string.Join(
            '\n', file.Tensors.Keys.Order().Select(name => $"{name}={Convert.ToHexString(file.BytesOf(name))}"));
        return metadata + "\n" + tensors;
    }

    [GeneratedRegex("\"(?:seconds|train_seconds|tokens_per_second)\":[^,}]*")]
    private static partial Regex Times();
}
