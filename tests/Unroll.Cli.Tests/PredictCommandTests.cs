using System.Diagnostics;
using System.Text.Json;
using Unroll.Data;
using Unroll.Models;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

public class PredictCommandTests
{
    [Fact]
    public void Arguments_and_lines_are_answered_in_order()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        // An empty text has no label.
        const string expected = "pos\t0.9820\tgood\n\t\t\nneg\t0.9820\tbad\tbad\n";
        Assert.Equal(expected, CommandRun.Of("predict", model, "good", "", "bad\tbad").Output);
        Assert.Equal(expected, CommandRun.With("good\r\n\nbad\tbad", onScreen: false, "predict", model).Output);
        Assert.Equal(expected, CommandRun.Of("predict", model, "--input", folder.Write("lines", "good\n\nbad\tbad\n")).Output);

        string[] many = [
            .. Enumerable.Range(0, 1000).Select(
                i => string.Join(' ', Enumerable.Repeat(i % 3 == 0 ? "good" : "bad", i % 7 + 1)))];
        CommandRun run = CommandRun.With(string.Join('\n', many), onScreen: false, "predict", model);
        Assert.Equal(many.Select((text, i) => $"{(i % 3 == 0 ? "pos" : "neg")}\t0.9820\t{text}"), run.OutputLines);
    }

    [Fact]
    public void A_word_that_begins_with_an_at_sign_is_a_word()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        Assert.Equal("pos\t0.8808\t@bob good\n", CommandRun.Of("predict", model, "@bob good").Output);
        Assert.Contains("\t@none\n", CommandRun.Of("predict", model, "@none").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Top_threshold_and_json_say_more_or_less()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder, "never");
        Assert.Equal(
            "pos\t0.9820\tneg\t0.0180\tgood\n?\t0.5000\tpos\t0.5000\tfilm\n",
            CommandRun.Of("predict", model, "good", "film", "--top", "2", "--threshold", "0.9").Output);
        CommandRun run = CommandRun.Of("predict", model, "film \"é\"", "--json", "--top", "1", "--threshold", "0.9");
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(("film \"é\"", "?"), (json.GetProperty("text").GetString(), json.GetProperty("label").GetString()));
        Assert.Equal("neg", Assert.Single(json.GetProperty("probabilities").EnumerateObject()).Name);
        Assert.Equal(0.5, json.GetProperty("probability").GetDouble(), 1e-6);
        JsonElement all = JsonDocument.Parse(CommandRun.Of("predict", model, "good", "--json").Output).RootElement;
        Assert.Equal(["neg", "pos", "never"], all.GetProperty("probabilities").EnumerateObject().Select(entry => entry.Name));
    }

    [Fact]
    public void An_empty_line_is_answered_as_empty_everywhere()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        CommandRun run = CommandRun.With("good\n \n", onScreen: false, "predict", model, "--json");
        JsonElement json = JsonDocument.Parse(run.OutputLines[1]).RootElement;
        Assert.Equal(JsonValueKind.Null, json.GetProperty("label").ValueKind);
        Assert.Equal(" ", json.GetProperty("text").GetString());
        Assert.True(json.GetProperty("abstains").GetBoolean());
        Assert.Empty(json.GetProperty("probabilities").EnumerateObject());
        Assert.Equal("\t\t \n", CommandRun.Of("predict", model, " ", "--threshold", "0.5").Output);
        Assert.Equal("\t\t \n", CommandRun.Of("predict", model, " ", "--top", "2").Output);
        CommandRun table = CommandRun.With("id,text\n1,good\n2,\n", onScreen: false, "predict", model, "--column", "text");
        Assert.Equal("id,text,label,probability\n1,good,pos,0.9820\n2,,,\n", table.Output);
    }

    [Fact]
    public void A_model_with_a_threshold_abstains_by_itself()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        SentenceClassifier classifier = SentenceClassifier.Load(model);
        classifier.Threshold = 0.9;
        classifier.Save(model, overwrite: true);
        Assert.Equal(
            "pos\t0.9820\tgood\n?\t0.5000\tfilm\n", CommandRun.Of("predict", model, "good", "film").Output);
        Assert.Equal("neg\t0.5000\tfilm\n", CommandRun.Of("predict", model, "film", "--threshold", "0").Output);
        JsonElement json = JsonDocument.Parse(CommandRun.Of("predict", model, "film good", "--json").Output).RootElement;
        Assert.Equal((2, 1, 0.5), (
            json.GetProperty("tokens").GetInt32(), json.GetProperty("unknown_tokens").GetInt32(),
            json.GetProperty("unknown_share").GetDouble()));
        string rows = folder.Write("rows.tsv", "label\ttext\npos\tgood\nneg\tfilm\nneg\tbad\npos\tbad\n");
        string table = CommandRun.Of("eval", model, rows).Output;
        Assert.Contains(
            "answered  3 (75.0 %), 0.6667 of them right; below 0.9000 the model abstains", table, StringComparison.Ordinal);
        JsonElement scores = JsonDocument.Parse(CommandRun.Of("eval", model, rows, "--json").Output).RootElement;
        Assert.Equal((0.9, 0.75), (scores.GetProperty("threshold").GetDouble(), scores.GetProperty("coverage").GetDouble()));
    }

    // A plain number is no formula, whatever its sign.
    [Theory]
    [InlineData("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")")]
    [InlineData("+x", "'+x")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("@cmd", "'@cmd")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\n=1", "'\n=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("-", "'-")]
    [InlineData("-Infinity", "'-Infinity")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("+7e3", "+7e3")]
    [InlineData("a=1", "a=1")]
    [InlineData("'=1", "'=1")]
    [InlineData("", "")]
    public void Safe_csv_puts_an_apostrophe_before_a_formula(string cell, string expected)
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        string file = folder.Write("rows.csv", CsvLine.Of(["text", "=name"]) + CsvLine.Of(["-good", cell]));
        string[] args = ["predict", model, "--column", "text", "--input", file];
        Assert.Equal(
            CsvLine.Of(["text", "'=name", "label", "probability"]) + CsvLine.Of(["'-good", expected, "neg", "0.5000"]),
            CommandRun.Of([.. args, "--safe-csv"]).Output);
        Assert.Equal(
            CsvLine.Of(["text", "=name", "label", "probability"]) + CsvLine.Of(["-good", cell, "neg", "0.5000"]),
            CommandRun.Of(args).Output);
    }

    [Fact]
    public void Safe_csv_escapes_tsv_and_the_label_too()
    {
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        string file = folder.Write("rows.tsv", "text\tcell\ngood\t=1\n");
        Assert.Equal(
            "text\tcell\tlabel\tprobability\ngood\t'=1\tpos\t0.9820\n",
            CommandRun.Of("predict", model, "--column", "text", "--safe-csv", "--input", file).Output);
        var lines = new PredictionLines(Json: false, Top: null, Threshold: 0) { EscapesFormulas = true };
        Assert.Equal("'=label", lines.Cell("=label"));
        Assert.Equal("'\r=1", lines.Cell("\r=1"));
    }

    [Fact]
    public void Safe_csv_needs_a_table()
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.Of("predict", PolarityModel.Save(folder), "good", "--safe-csv");
        Assert.Equal(ExitCode.WrongInput, run.ExitCode);
        Assert.StartsWith("error: --safe-csv is for the rows that --column writes", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "id,text\r\n1,\"so, \"\"good\"\"\"\r\n\r\n2,bad\r\n",
        "id,text,label,probability\n1,\"so, \"\"good\"\"\",neg,0.5000\n2,bad,neg,0.9820\n")]
    [InlineData(
        "text;id\ngood;\"a;b\"\n\"bad\nbad\";\n",
        "text;id;label;probability\ngood;\"a;b\";pos;0.9820\n\"bad\nbad\";;neg;0.9820\n")]
    [InlineData("label\tText\n\"x\tgood\n", "label\tText\tpredicted_label\tprobability\n\"x\tgood\tpos\t0.9820\n")]
    [InlineData("text\ngood\n", "text,label,probability\ngood,pos,0.9820\n")]
    [InlineData("text,x\n", "text,x,label,probability\n")]
    public void A_column_is_classified_and_the_rows_are_written_back(string data, string expected)
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.With(data, onScreen: false, "predict", PolarityModel.Save(folder), "--column", "text");
        Assert.Equal((0, expected, ""), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData(
        "--column txt", "id,text\n1,good\n",
        "standard input:1: header \"id\", \"text\" has no column \"txt\"; did you mean --column text?")]
    [InlineData("--column text", "text,text\na,b\n", "standard input:1: 2 columns have the name \"text\"")]
    [InlineData("--column text", "id,text\n1,good\n2\n", "standard input:3: 1 column, expected 2")]
    [InlineData("--column text", "", "standard input: empty file")]
    [InlineData("--column text", "{\"text\": \"good\"}\n", "standard input: is jsonl by its first line, expected csv or tsv")]
    [InlineData("--column text", "id,text\n1,good\n2,film\n", "standard input:3: unknown word \"film\"")]
    [InlineData("", "good\nbad\nfilm\ngood\n", "standard input:3: unknown word \"film\"")]
    [InlineData("--column text --json", "", "--column and --json, expected one or the other")]
    [InlineData("--column text --top 2", "", "--column and --top, expected one or the other")]
    [InlineData("--input none.txt good", "", "1 text and --input, expected one or the other")]
    [InlineData("--top 0 good", "", "unroll predict: --top is 0, expected a whole number of at least 1")]
    [InlineData("--threshold 1.5 good", "", "--threshold is 1.5, expected a probability")]
    public void Unusable_input_is_one_line(string options, string data, string expected)
    {
        using var folder = new TemporaryFolder();
        CommandRun run = CommandRun.With(
            data, onScreen: false, [
                "predict", PolarityModel.SaveClosed(folder), .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: " + expected, run.Error, StringComparison.Ordinal);
        Assert.Equal(run.Error.Length - 1, run.Error.IndexOf('\n', StringComparison.Ordinal));
        // What came before is answered.
        if (data.StartsWith("good\n", StringComparison.Ordinal))
            Assert.Equal(["pos\t0.9820\tgood", "neg\t0.9820\tbad"], run.OutputLines);
    }

    [Fact]
    public void A_line_is_answered_before_the_next_one_comes()
    {
        using var folder = new TemporaryFolder();
        using Process process = Process.Start(new ProcessStartInfo(Repository.Command, ["predict", PolarityModel.Save(folder)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        process.StandardInput.AutoFlush = true;
        foreach (string text in (string[])["good", "bad"])
        {
            process.StandardInput.Write(text + "\n");
            Assert.EndsWith(text, process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        }
        process.StandardInput.Close();
        Assert.Null(process.StandardOutput.ReadLine());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void It_ends_quietly_when_nobody_reads_any_more()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("needs a shell with yes and head, which Windows does not have");
        using var folder = new TemporaryFolder();
        string model = PolarityModel.Save(folder);
        CommandRun run = Repository.Run(
            "timeout", "30", "sh", "-c",
            $"yes good | ('{Repository.Command}' predict '{model}'; echo status $? >&2) | head -n 2");
        Assert.Equal(
            (0, "pos\t0.9820\tgood\npos\t0.9820\tgood\n", "status 0\n"),
            (run.ExitCode, run.Output, run.Error.Replace("yes: standard output: Broken pipe\n", "", StringComparison.Ordinal)));
    }
}
