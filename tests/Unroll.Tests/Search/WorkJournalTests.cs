using Unroll.Search;
using Xunit;

namespace Unroll.Tests.Search;

public sealed class WorkJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Many_writers_lose_no_line_and_decide_one_after_the_other()
    {
        Thread[] writers = [.. Enumerable.Range(0, 4).Select(writer => new Thread(() =>
        {
            // Each has its own view, as a process of its own has.
            var journal = new WorkJournal(_folder.Root);
            for (int i = 0; i < 25; i++)
            {
                journal.Hold(
                    (lines, add) =>
                    {
                        int next = lines.Count;
                        add(json => json.WriteNumber("n", next));
                        return next;
                    },
                    CancellationToken.None);
            }
        }))];
        foreach (Thread writer in writers)
            writer.Start();
        foreach (Thread writer in writers)
            writer.Join();
        Assert.Equal(Enumerable.Range(0, 100), Numbers());
    }

    [Theory]
    [InlineData("{\"n\":")]
    [InlineData("{\"n\":1}")]
    [InlineData("\0\0\0\0")]
    public void What_a_killed_writer_left_of_a_line_is_not_read_and_makes_room(string torn)
    {
        var journal = new WorkJournal(_folder.Root);
        Add(journal, 0);
        File.AppendAllText(journal.Path, torn);
        Assert.Equal([0], Numbers());
        Add(new WorkJournal(_folder.Root), 1);
        Assert.Equal([0, 1], Numbers());
        // One that had read before the end was torn reads on.
        Add(journal, 2);
        Assert.Equal("{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n", File.ReadAllText(journal.Path));
    }

    [Theory]
    [InlineData("{\"n\":0}\nno JSON\n{\"n\":1}\n", ":2: not JSON at byte ")]
    [InlineData("{\"n\":0}\n[1]\n", ":2: no JSON object")]
    public void A_damaged_line_is_named(string content, string expected)
    {
        File.WriteAllText(_folder[WorkJournal.FileName], content);
        Assert.Contains(expected, Assert.Throws<InputException>(() => Numbers()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_became_shorter_is_refused()
    {
        var journal = new WorkJournal(_folder.Root);
        Add(journal, 0);
        Add(journal, 1);
        File.WriteAllText(journal.Path, "{\"n\":0}\n");
        Assert.Contains("became shorter", Assert.Throws<InputException>(() => Add(journal, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_are_done_once_by_whoever_comes_and_all_get_all_results()
    {
        int[] done = new int[12];
        string[][] seen = new string[3][];
        Thread[] workers = [.. Enumerable.Range(0, 3).Select(worker => new Thread(() =>
        {
            var parts = new SharedParts(_folder["shared"], "these");
            seen[worker] =
            [
                .. parts.Run(
                    12,
                    (part, state) =>
                    {
                        Interlocked.Increment(ref done[part]);
                        Assert.True(Directory.Exists(state));
                        Thread.Sleep(10);
                        return $"{{\"square\":{part * part}}}";
                    },
                    result => result.GetRawText(), CancellationToken.None),
            ];
        }))];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        Assert.All(done, count => Assert.Equal(1, count));
        Assert.All(seen, results => Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{{\"square\":{i * i}}}"), results));
        Assert.Contains(
            "holds results of other rows or settings",
            Assert.Throws<InputException>(() => new SharedParts(_folder["shared"], "others")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "holds shared already",
            Assert.Throws<InputException>(() => new SharedParts(_folder.Root, "these")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"format\":\"unroll-pa")]
    public void What_a_process_left_that_was_killed_while_it_began_is_begun_again(string left)
    {
        Directory.CreateDirectory(_folder["shared"]);
        File.WriteAllText(_folder["shared/journal.jsonl"], left);
        var parts = new SharedParts(_folder["shared"], "these");
        Assert.Equal([0, 1], parts.Run(2, (part, _) => $"{part}", result => result.GetInt32(), CancellationToken.None));
        File.WriteAllText(_folder["others"], "");
        Directory.CreateDirectory(_folder["own"]);
        File.WriteAllText(_folder["own/journal.jsonl"], "dear diary");
        Assert.Contains(
            "holds journal.jsonl already",
            Assert.Throws<InputException>(() => new SharedParts(_folder["own"], "these")).Message, StringComparison.Ordinal);
        Assert.Equal("dear diary", File.ReadAllText(_folder["own/journal.jsonl"]));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"part\":\"0\",\"result\":1}")]
    [InlineData("{\"part\":0,\"result\":{}}")]
    public void A_line_that_is_no_result_is_named(string line)
    {
        var parts = new SharedParts(_folder["shared"], "these");
        File.AppendAllText(_folder["shared/journal.jsonl"], line + "\n");
        Assert.StartsWith(
            $"{_folder["shared/journal.jsonl"]}:2: other fields or values",
            Assert.Throws<InputException>(
                () => parts.Run(2, (part, _) => $"{part}", result => result.GetInt32(), CancellationToken.None).Count()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_failed_is_there_to_be_done_again_with_what_it_kept()
    {
        var parts = new SharedParts(_folder["shared"], "these");
        Assert.Throws<IOException>(() => parts.Run(2, Failing, result => 0, CancellationToken.None).Count());
        Assert.Equal(["[1,\"kept\"]", "[1]"], parts.Run(2, Again, result => result.GetRawText(), CancellationToken.None));

        static string Failing(int part, string state)
        {
            File.WriteAllText(Path.Combine(state, "state"), "kept");
            throw new IOException("the disk is full");
        }

        static string Again(int part, string state) =>
            File.Exists(Path.Combine(state, "state")) ? $"[1,\"{File.ReadAllText(Path.Combine(state, "state"))}\"]" : "[1]";
    }

    public void Dispose() => _folder.Dispose();

    private int[] Numbers() => [.. new WorkJournal(_folder.Root).Read().Select(line => line.GetProperty("n").GetInt32())];

    private static void Add(WorkJournal journal, int number) => journal.Hold(
        (_, add) =>
        {
            add(json => json.WriteNumber("n", number));
            return true;
        },
        CancellationToken.None);
}
