using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Settings of a training that nothing reads are told, and those that the cell does not read are refused.</summary>
public class UnreadSettingsTests
{
    [Theory]
    [InlineData("--momentum 0.9", "--momentum", "--optimizer sgd")]
    [InlineData("--optimizer sgd --beta1 0.8", "--beta1", "--optimizer adam or adamw")]
    [InlineData("--gamma 0.9", "--gamma", "--schedule step")]
    [InlineData("--patience 2 --dev-share 0", "--patience", "dev rows")]
    [InlineData("--cell lstm --forget-bias 1 --optimizer sgd --momentum 0.9", null, null)]
    public void A_setting_that_nothing_reads_is_told(string given, string? name, string? reader)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        foreach (string[] kind in (string[][])[[], ["--folds", "2"]])
        {
            CommandRun run = CommandRun.Of(["train", data, .. TrainSettingsTests.Small, .. given.Split(' '), .. kind]);
            Assert.True(run.ExitCode == 0, run.Error);
            string[] warnings = [
                .. run.Error.Split('\n').Where(line => line.StartsWith("warning: --", StringComparison.Ordinal))];
            Assert.Equal(name is null ? [] : [$"warning: {name} has no effect here, it is for {reader}; leave it out"], warnings);
        }
    }

    [Theory]
    [InlineData("gru", "--nonlinearity relu", "nonlinearity is for --cell rnn, and the cell is gru; leave one of them out")]
    [InlineData("rnn", "--forget-bias 1",
        "forget-bias is for --cell lstm or minlstm or sru or peephole or coupled or janet or slstm, and the cell is rnn; " +
        "leave one of them out")]
    [InlineData("deltanet", "--recurrent-init orthogonal",
        "recurrent-init is for --cell rnn or gru or lstm or peephole or coupled or janet or slstm, and the cell is deltanet; " +
        "leave one of them out")]
    [InlineData("transformer", "--nonlinearity relu",
        "--nonlinearity is for recurrent cells, and --cell is transformer; leave one of them out")]
    public void A_setting_that_the_cell_does_not_read_is_refused(string cell, string given, string expected)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        TrainSettingsTests.AssertRefused(["train", data, "--cell", cell, .. given.Split(' ')], expected);
    }
}
