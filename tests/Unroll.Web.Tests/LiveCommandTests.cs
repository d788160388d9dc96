using System.Globalization;
using System.Text.Json;
using Unroll.Cli.Tests;
using Unroll.Live;
using Unroll.Live.Sessions;
using Unroll.Live.Tasks;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>
/// The command that the live lab gives to copy is one that the program takes, and trains what the page trained.
/// </summary>
public sealed class LiveCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(42, 2, 300, 0.1f, "unroll lab")]
    [InlineData(7, 3, 20, 0.05f, "unroll lab --seed 7 --epochs 20 --lr 0.05 --hidden 3")]
    public void The_labs_command_gives_the_same_losses(ulong seed, int hidden, int epochs, float rate, string expected)
    {
        var session = new LiveSession(new LiveSettings { Seed = seed, Hidden = hidden, LearningRate = rate });
        session.Apply(new LiveAction.Train(2 * epochs));
        string command = LiveCommand.Of(session);
        Assert.Equal(expected, command);
        Assert.Null(LiveCommand.DifferenceOf(session));
        CommandRun run = CommandRun.Of([.. command.Split(' ')[1..], "--json"]);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(
            session.Losses.Select(loss => loss.ToString("F9", CultureInfo.InvariantCulture)),
            json.RootElement.GetProperty("loss_history").EnumerateArray()
                .Select(loss => loss.GetDouble().ToString("F9", CultureInfo.InvariantCulture)));
    }

    public static TheoryData<string, string> Trainings =>
    [
        .. RecurrentCells.All.Select(cell => (LiveTasks.Negation, RecurrentCells.NameOf(cell))), (LiveTasks.Lab, "gru"),
        (LiveTasks.FirstWord, "rnn"), (LiveTasks.Adding, "lstm"), (LiveTasks.Own, "gru"),
    ];

    [Theory]
    [MemberData(nameof(Trainings))]
    public void Other_commands_are_taken(string task, string cell)
    {
        var session = new LiveSession(LiveSettings.SuggestedFor(task) with
        {
            Cell = RecurrentCells.All.Single(each => RecurrentCells.NameOf(each) == cell),
            Rows = "ja\tes ist gut\nnein\tes ist nicht gut",
            ClipNorm = cell == "gru" ? 0.5f : null,
        });
        session.Apply(new LiveAction.Train(2 * session.Samples.Count));
        string[] lines = LiveCommand.Of(session).Split('\n');
        Assert.Equal("cat > rows.tsv <<'END'", lines[0]);
        Assert.Equal("END", lines[^2]);
        string rows = _folder.Write("rows.tsv", string.Join('\n', lines[1..^2]) + "\n");
        string[] words = lines[^1].Split(' ');
        Assert.Equal(["unroll", "train", "rows.tsv"], words[..3]);
        CommandRun run = CommandRun.Of([.. words[1..].Select(word => word == "rows.tsv" ? rows : word), "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.NotNull(LiveCommand.DifferenceOf(session));
    }

    public void Dispose() => _folder.Dispose();
}
