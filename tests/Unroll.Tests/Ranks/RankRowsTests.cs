using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Ranks;

/// <summary>Ranks that read a file together have the rows of the file.</summary>
public class RankRowsTests
{
    private static readonly Tokenizer Tokenizer = new TrainingOptions().Tokenizer;

    [Theory]
    [InlineData(2, false)]
    [InlineData(4, true)]
    [InlineData(8, false)]
    public void Each_rank_has_what_one_process_reads(int ranks, bool onDisk)
    {
        using var folder = new TemporaryFolder();
        // More than a piece that ranks send.
        File.WriteAllLines(folder["rows.tsv"], ["label\ttext", .. Lines(60_000, i => $"w{i * 7 % 5003} and w{i} \"or\" naïve")]);
        string expected = Shown(Read(folder["rows.tsv"], null));
        Corpus[] all = ThreadRanks.Run(ranks, each => Read(folder["rows.tsv"], each, onDisk: onDisk));
        Assert.All(all, corpus => Assert.Equal(onDisk, corpus.OnDisk));
        Assert.All(all, corpus => Assert.True(expected == Shown(corpus)));
    }

    [Fact]
    public void Each_rank_reads_its_part_alone()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["x", "y"])
            File.WriteAllLines(folder[name], ["label\ttext", .. Lines(8000, i => $"{name} {10_000 + i}")]);
        foreach (Corpus corpus in ThreadRanks.Run(2, each => Read(folder[each.Rank == 0 ? "x" : "y"], each)))
        {
            string[] first = [.. Enumerable.Range(0, corpus.Count).Select(row => corpus.Tokens[corpus.TokensOf(row)[0]])];
            int cut = Array.IndexOf(first, "y");
            Assert.InRange(cut, 3990, 4010);
            Assert.Equal(8000, corpus.Count);
            Assert.All(first[..cut], token => Assert.Equal("x", token));
            Assert.All(first[cut..], token => Assert.Equal("y", token));
        }
    }

    [Fact]
    public void A_row_that_cannot_be_used_is_named_by_its_line_on_every_rank()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder["rows.tsv"], ["label\ttext", .. Lines(9000, i => $"fine {i}"), "no tab", .. Lines(9, i => "fine")]);
        Assert.All(
            ThreadRanks.Failures(2, each => Read(folder["rows.tsv"], each)),
            failure => Assert.StartsWith(
                $"{folder["rows.tsv"]}:9002: no tab", Assert.IsType<InputException>(failure).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_to_be_told_of_the_file_is_told_on_every_rank()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["rows.tsv"], ["label\ttext", .. Lines(9000, i => $"\"very\"\" fine {i}\"")]);
        string expected = Shown(Read(folder["rows.tsv"], null));
        Assert.All(
            ThreadRanks.Run(2, each =>
            {
                var notes = new List<string>();
                return (Shown(Read(folder["rows.tsv"], each, notes: notes)), notes);
            }),
            result =>
            {
                Assert.True(expected == result.Item1);
                Assert.Contains("quotes", Assert.Single(result.notes), StringComparison.Ordinal);
            });
    }

    [Fact]
    public void Rows_of_several_labels_stay_so()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(
            folder["rows.jsonl"],
            Enumerable.Range(0, 9000).Select(
                i => $"{{\"labels\": [\"a\"{(i > 8000 ? ", \"b\"" : "")}], \"text\": \"fine \\ud83d\\ude00 {i}\"}}"));
        string expected = Shown(Read(folder["rows.jsonl"], null));
        Assert.All(ThreadRanks.Run(4, each => Read(folder["rows.jsonl"], each)), corpus =>
        {
            Assert.True(corpus.HasSeveral);
            Assert.True(expected == Shown(corpus));
        });
    }

    [Fact]
    public void Ranks_of_a_number_that_cannot_train_read_the_file_whole()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["rows.tsv"], ["label\ttext", .. Lines(9000, i => $"fine {i}")]);
        Assert.All(ThreadRanks.Run(3, each => Read(folder["rows.tsv"], each)), corpus => Assert.Equal(9000, corpus.Count));
    }

    [Fact]
    public void A_pipe_that_ranks_would_part_among_them_is_refused_on_every_rank()
    {
        using var folder = new TemporaryFolder();
        string path = OperatingSystem.IsLinux() ? folder.WritePipe("pipe") : folder.Write("empty", "");
        Assert.All(
            ThreadRanks.Failures(2, each => Read(path, each)),
            failure => Assert.StartsWith(
                $"{path}: is empty or a pipe, expected a file", Assert.IsType<InputException>(failure).Message,
                StringComparison.Ordinal));
    }

    [Fact]
    public void Files_of_other_lengths_are_each_read_whole()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["long"], ["label\ttext", .. Lines(9000, i => $"long {i}")]);
        File.WriteAllLines(folder["short"], ["label\ttext", .. Lines(8999, i => $"short {i}")]);
        Corpus[] all = ThreadRanks.Run(2, each => Read(folder[each.Rank == 0 ? "long" : "short"], each));
        Assert.Equal([9000, 8999], all.Select(corpus => corpus.Count));
        Assert.All(
            ThreadRanks.Failures(2, each => Read(folder[each.Rank == 0 ? "long" : "none"], each)).Skip(1),
            failure => Assert.Contains(
                "none: no such file", Assert.IsType<InputException>(failure).Message, StringComparison.Ordinal));
    }

    private static Corpus Read(string path, ICommunicator? communicator, bool onDisk = false, List<string>? notes = null)
    {
        var corpus = new Corpus(Tokenizer, onDisk);
        RankRows.Add(corpus, path, format: null, communicator, notes is null ? null : notes.Add);
        return corpus;
    }

    private static IEnumerable<string> Lines(int count, Func<int, string> text) =>
        Enumerable.Range(0, count).Select(i => $"c{i % 3}\t{text(i)}");

    private static string Shown(Corpus corpus) => string.Join(
        '\n',
        Enumerable.Range(0, corpus.Count).Select(
            row => $"{corpus.LabelOf(row)} {corpus.HashOf(row):x} {string.Join(' ', corpus.TokensOf(row).ToArray())}"))
        + $"\n{string.Join(' ', corpus.Labels)}\n{string.Join(' ', corpus.Tokens)}";
}
