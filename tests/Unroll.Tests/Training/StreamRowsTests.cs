using Unroll.Data;
using Unroll.Models;
using Unroll.Tests.Models;
using Unroll.Tests.Ranks;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Rows that stand in temporary files.</summary>
public class StreamRowsTests
{
    private static readonly LabelledText[] Rows = CheckpointRuns.Rows(300, seed: 3);

    private static readonly TrainingOptions Options =
        CheckpointRuns.Options with { StreamRows = true, Epochs = 2, BatchSize = 16 };

    [Fact]
    public void They_are_told_of_and_split_as_those_in_memory()
    {
        (Corpus inMemory, Corpus onDisk) = (new Corpus(Options.Tokenizer), new Corpus(Options.Tokenizer, onDisk: true));
        inMemory.AddRange(Rows);
        onDisk.AddRange(Rows);
        Assert.True(onDisk.OnDisk && onDisk.CreateSharing().OnDisk);
        Assert.Equal(
            new DataReport(new CorpusPart("train", inMemory)).Brief(), new DataReport(new CorpusPart("train", onDisk)).Brief());
        for (int row = 0; row < Rows.Length; row++)
            Assert.Equal(inMemory.TokensOf(row).ToArray(), onDisk.TokensOf(row).ToArray());
        // A copy of a text is not measured on where the text was learned.
        DevSplit split = DevSplit.Of(onDisk, dev: null, Options);
        Assert.Empty(
            split.DevRows!.Select(onDisk.HashOf).Intersect(split.TrainRows!.Select(onDisk.HashOf)));
    }

    [Theory]
    [InlineData(0.1, 1000, 0.1)]
    [InlineData(0.1, 1_000_000, 0.1)]
    [InlineData(0.1, 10_000_000, 0.01)]
    [InlineData(0.001, 10_000_000, 0.001)]
    [InlineData(0, 10_000_000, 0)]
    public void No_more_dev_rows_are_split_off_than_memory_has_room_for(double share, int rows, double expected) =>
        Assert.Equal(expected, DevSplit.ShareOnDisk(share, rows), 1e-12);

    [Fact]
    public void Threads_and_ranks_change_no_byte_of_the_model()
    {
        byte[] expected = Train(Options with { Threads = 1 }, null);
        Assert.Equal(expected, Train(Options with { Threads = 3 }, null));
        Assert.All(ThreadRanks.Run(4, each => Train(Options with { Threads = 1 }, each)), bytes => Assert.Equal(expected, bytes));
        Assert.NotEqual(expected, Train(Options with { StreamRows = false }, null));
    }

    [Fact]
    public void A_training_that_stopped_goes_on_with_the_same_rows()
    {
        using var folder = new TemporaryFolder();
        TrainingOptions options = Options with { Checkpoint = new CheckpointOptions(folder["state"]), BatchSize = 4 };
        SentenceClassifier whole = CheckpointRuns.Create(options);
        whole.Fit(CheckpointRuns.Train, options with { Checkpoint = null }, CheckpointRuns.Dev);
        CheckpointRuns.Stop(options, 5);
        SentenceClassifier resumed = CheckpointRuns.Create(options);
        resumed.Fit(CheckpointRuns.Train, CheckpointRuns.Resuming(options), CheckpointRuns.Dev);
        Assert.Equal(whole.Network.Parameters.Values.ToArray(), resumed.Network.Parameters.Values.ToArray());
    }

    private static byte[] Train(TrainingOptions options, ICommunicator? communicator)
    {
        using var folder = new TemporaryFolder();
        SentenceClassifier.Train(Rows, options with { Communicator = communicator }).Save(folder["model"]);
        return File.ReadAllBytes(folder["model/model.safetensors"]);
    }
}
