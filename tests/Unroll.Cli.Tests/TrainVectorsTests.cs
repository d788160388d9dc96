using System.Text.Json;
using Unroll.Models;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Pre-trained word vectors, as a user gives them.</summary>
public class TrainVectorsTests
{
    private static readonly string[] Small = [
        "--embedding", "6", "--hidden", "6", "--batch", "2", "--epochs", "2", "--no-baselines"];

    [Fact]
    public void Vectors_set_the_width_and_their_coverage_is_said()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 5);
        string vectors = folder.Write("vectors.txt", "fine 1 2 3\nfilm 4 5 6\nelse 7 8 9\n");
        CommandRun run = CommandRun.Of(
            "train", data, "--vectors", vectors, "--epochs", "1", "--hidden", "4", "--out", folder["model"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains(
            $"{vectors}: vectors of 2 of 5 words (40.0 %); all numbers multiplied by 0.0257, to the size 0.1 " +
            "(--vectors-scale none leaves them as they are)\n",
            run.Error, StringComparison.Ordinal);
        Assert.Contains("\"embedding\": 3", File.ReadAllText(folder["model/config.json"]), StringComparison.Ordinal);
        TrainSettingsTests.AssertRefused(
            ["train", data, "--vectors", vectors, "--embedding", "4"], "vectors have 3 numbers, but --embedding is 4", vectors);
        TrainSettingsTests.AssertRefused(
            ["train", data, "--vectors", folder.Write("bad.txt", "fine 1 2 3\nfilm 4 5\nelse 7\n")],
            "bad.txt:2: a vector of width 2, expected 3");
        string odd = folder.Write("odd.txt", "fine 1 2 3\nfilm 4 5\n");
        Assert.Contains(
            $"note: {odd}: line 2 was passed over, one with another count of numbers\n",
            CommandRun.Of("train", data, "--vectors", odd, "--epochs", "1", "--hidden", "4").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "standard", 0.1)]
    [InlineData("--embedding-deviation 0.5", "standard", 0.5)]
    [InlineData("--vectors-scale none", "none", null)]
    public void Vectors_are_as_large_as_the_random_ones_or_as_in_their_file(string given, string scale, double? deviation)
    {
        using var folder = new TemporaryFolder();
        string[] words = [.. Enumerable.Range(0, 200).Select(i => $"w{i}")];
        string data = folder.Write(
            "rows.tsv",
            "label\ttext\n" + string.Concat(words.Select((word, i) => $"{(i % 2 == 0 ? "a" : "b")}\t{word} n{word}\n")));
        string vectors = folder.Write(
            "vectors.txt", string.Concat(words.Select((word, i) => FormattableString.Invariant(
                $"{word} {4 + 2 * Math.Sin(i)} {Math.Cos(i)} {Math.Sin(3 * i)} {Math.Cos(5 * i)}\n"))));
        string[] args = [
            "train", data, "--vectors", vectors, "--dev-share", "0", "--epochs", "1", "--hidden", "4", "--lr", "1e-9", "--json",
            "--out", folder["model"], .. given.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        CommandRun run = CommandRun.Of(args);
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement said = JsonDocument.Parse(run.OutputLines[1]).RootElement.GetProperty("vectors");
        Assert.Equal((400, 200, 4), (Number("words"), Number("found"), Number("width")));
        Assert.Equal(deviation is not null, said.TryGetProperty("deviation_before", out JsonElement before));
        string whatWasDone = deviation is null ? ")\n" : FormattableString.Invariant(
            $"); each dimension brought to mean 0 and deviation {deviation}, from {before.GetDouble():G3} ") +
            "(--vectors-scale none leaves them as they are)\n";
        Assert.Contains($"{vectors}: vectors of 200 of 400 words (50.0 %{whatWasDone}", run.Error, StringComparison.Ordinal);
        using JsonDocument dataJson = JsonDocument.Parse(File.ReadAllBytes(folder["model/data.json"]));
        Assert.Equal(said.GetRawText(), dataJson.RootElement.GetProperty("vectors").GetRawText());
        Assert.True(dataJson.RootElement.TryGetProperty("data", out _));
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllBytes(folder["model/train.json"]));
        Assert.Equal(scale, settings.RootElement.GetProperty("vectors-scale").GetString());

        SentenceClassifier model = SentenceClassifier.Load(folder["model"]);
        ReadOnlySpan<float> table = model.Tensors[0].Values.Span;
        var (found, others) = (new List<double>(), new List<double>());
        foreach (string word in words)
        {
            found.Add(table[IdOf(word) * 4]);
            others.AddRange(table.Slice(IdOf($"n{word}") * 4, 4).ToArray().Select(value => (double)value));
        }
        Assert.Equal(deviation is null ? 4 : 0, found.Average(), 0.05);
        Assert.Equal(deviation ?? Math.Sqrt(2), Deviation(found), 0.02);
        // Words without a vector keep their random ones, of the same size where vectors are brought to it.
        Assert.Equal(deviation ?? 0.1, Deviation(others), (deviation ?? 0.1) * 0.1);

        int Number(string key) => said.GetProperty(key).GetInt32();

        int IdOf(string word) => model.Vocabulary.Tokens.ToList().IndexOf(word);

        static double Deviation(List<double> values) =>
            Math.Sqrt(values.Average(value => value * value) - values.Average() * values.Average());
    }

    [Fact]
    public void A_scale_of_vectors_that_are_not_there_is_told()
    {
        using var folder = new TemporaryFolder();
        string data = TrainCommandTests.WriteRows(folder, copies: 5);
        Assert.Contains(
            "warning: --vectors-scale has no effect here, it is for --vectors; leave it out\n",
            CommandRun.Of("train", data, "--vectors-scale", "none", "--epochs", "1").Error, StringComparison.Ordinal);
        TrainSettingsTests.AssertRefused(
            ["train", data, "--vectors-scale", "half"], "unroll train: --vectors-scale is half, expected standard or none");
    }
}
