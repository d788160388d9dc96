using System.Text;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>What stands in files never steers the terminal, and every error is one line.</summary>
public class EscapesTests
{
    private const string Red = "\u001b[31mred\u001b[0m";

    [Fact]
    public void Texts_labels_and_names_are_shown_with_their_control_characters()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write(
            "rows.tsv", "label\ttext\n" + string.Concat(Enumerable.Repeat($"{Red}\tgood {Red}\nplain\tbad film\n", 20)));
        CommandRun train = CommandRun.Of("train", data, "--out", folder["model"], "--epochs", "1", "--hidden", "4");
        Assert.True(train.ExitCode is 0 or 2, train.Error);
        RequireShown(train);
        if (train.ExitCode == 0)
        {
            RequireShown(CommandRun.Of("predict", folder["model"], $"good {Red}"));
            RequireShown(CommandRun.Of("eval", folder["model"], data, "--mistakes", "3"));
            RequireShown(CommandRun.Of("inspect", folder["model"], $"good {Red}"));
            RequireShown(CommandRun.With("", onScreen: true, "inspect", folder["model"], $"good {Red}"), mayColour: true);
        }
        RequireShown(CommandRun.Of("predict", folder[Red], "good"));
        RequireShown(CommandRun.Of($"--{Red}"));
    }

    [Fact]
    public void Cells_of_a_table_are_data_and_stay_as_they_are_but_on_a_screen()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        const string table = "id,text\n1,\"good \u001b[31m\rfilm\"\n";
        CommandRun file = CommandRun.With(table, onScreen: false, "predict", model, "--column", "text", "--format", "csv");
        Assert.Contains("\"good \u001b[31m\rfilm\"", file.Output, StringComparison.Ordinal);
        CommandRun screen = CommandRun.With(table, onScreen: true, "predict", model, "--column", "text", "--format", "csv");
        Assert.Contains("good \\u001B[31m\\rfilm", screen.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one\ntwo")]
    [InlineData("one\r\ntwo")]
    [InlineData("one\rtwo")]
    [InlineData("one\u0085two")]
    public void A_text_of_two_lines_is_one_line_of_output(string text)
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        Assert.Equal(2, CommandRun.Of("predict", model, text, "good").OutputLines.Length);
        Assert.Equal(1, CommandRun.Of("predict", folder[text], "good").Error.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("{\"seed\": \"\\ud800\"}")]
    [InlineData("{\"\\udc00\": 1}")]
    [InlineData("{\"data\": \"a\\u0000b\"}")]
    [InlineData("{\"data\": \"a\\nb\"}")]
    [InlineData("{\"cell\": \"gru\\nlstm\"}")]
    [InlineData("{\"cell\": \"\u001b[31m\"}")]
    public void Settings_with_strange_strings_are_refused_in_one_line(string config)
    {
        using var folder = new TemporaryFolder();
        Refused(CommandRun.Of("train", "--config", folder.Write("config.json", config)));
    }

    [Theory]
    [InlineData("utf-16", true, "is UTF-16, expected settings as JSON in UTF-8; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)")]
    [InlineData("utf-16", false, "is UTF-16, expected settings as JSON in UTF-8; save it as UTF-8 (iconv -f UTF-16LE -t UTF-8)")]
    [InlineData("utf-16BE", false, "save it as UTF-8 (iconv -f UTF-16BE -t UTF-8)")]
    [InlineData("PK\u0003\u0004a.json", false, "is a zip archive, expected settings as JSON in UTF-8; unpack it")]
    [InlineData("\u001F\u008B\u0008\0", false, "is gzip data, expected settings as JSON in UTF-8; decompress it (gzip -d)")]
    [InlineData("%PDF-1.7\n", false, "is a PDF document, expected settings as JSON in UTF-8; give a file such as --print-config")]
    public void Settings_of_another_kind_are_named(string encoding, bool hasMark, string expected)
    {
        using var folder = new TemporaryFolder();
        bool isWide = encoding.StartsWith("utf", StringComparison.Ordinal);
        Encoding wide = isWide ? Encoding.GetEncoding(encoding) : Encoding.Latin1;
        File.WriteAllBytes(
            folder["c.json"], [.. hasMark ? wide.GetPreamble() : [], .. wide.GetBytes(isWide ? "{\"hidden\": 4}" : encoding)]);
        CommandRun run = CommandRun.Of("train", "--config", folder["c.json"], "--print-config");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"error: {folder["c.json"]}: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_are_no_UTF8_are_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        byte[] inValue = [.. "{\"cell\": \""u8, 0xFF, .. "\"}"u8];
        byte[] inKey = [.. "{\""u8, 0xC3, .. "\": 1}"u8];
        byte[] utf16 = [0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0];
        foreach (byte[] bytes in (byte[][])[inValue, inKey, utf16])
        {
            File.WriteAllBytes(folder["config.json"], bytes);
            Refused(CommandRun.Of("train", "--config", folder["config.json"]));
        }
    }

    [Theory]
    [InlineData("train.json", "{\"seed\":\"\\ud800\"}")]
    [InlineData("train.json", "[]")]
    [InlineData("train.json", "{\"data\": {\"\\udc00\": 1}}")]
    [InlineData("metrics.jsonl", "{\"epoch\":\"\\udfff\"}")]
    [InlineData("metrics.jsonl", "\u0000")]
    [InlineData("data.json", "{\"data\":\"\\ud800\"}")]
    [InlineData("evaluation.json", "{")]
    [InlineData("config.json", "{\"cell\":7}")]
    [InlineData("config.json", "{\"cell\":\"7\"}")]
    [InlineData("config.json", "{\"cell\":\"-1\"}")]
    [InlineData("lab.json", "{\"test\":7}")]
    [InlineData("lab.json", "{\"test\":[7]}")]
    [InlineData("lab.json", "{\"test\":[\"\\ud800\"]}")]
    [InlineData("lab.json", "{\"test\":\"The movie\"}")]
    public void A_broken_run_is_reported_or_refused_in_one_line(string name, string content)
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder);
        string[] args = name == "lab.json"
            ? ["lab", "--epochs", "2", "--out", folder["model"]]
            : ["train", data, "--out", folder["model"], "--epochs", "1", "--hidden", "4", "--no-baselines"];
        Assert.Equal(0, CommandRun.Of(args).ExitCode);
        File.WriteAllText(Path.Combine(folder["model"], name), content);
        CommandRun report = CommandRun.Of("report", folder["model"], "--out", folder["page.html"]);
        if (report.ExitCode != 0)
            Refused(report);
    }

    private static void Refused(CommandRun run)
    {
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.DoesNotContain("unexpected", run.Error, StringComparison.Ordinal);
        RequireShown(run);
    }

    private static void RequireShown(CommandRun run, bool mayColour = false)
    {
        string shown = run.Output + run.Error;
        Assert.DoesNotContain("unexpected", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(shown, c => char.IsControl(c) && c is not ('\n' or '\t') && !(mayColour && c == '\u001b'));
        Assert.DoesNotContain(Red, shown, StringComparison.Ordinal);
    }
}
