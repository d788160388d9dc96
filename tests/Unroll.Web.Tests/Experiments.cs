using System.Text.Json;
using Unroll.Cli.Tests;
using Unroll.Experiments;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary>The tests that share <see cref="Experiments"/>.</summary>
[CollectionDefinition(nameof(ExperimentPages))]
public sealed class ExperimentPages : ICollectionFixture<Experiments>;

/// <summary>A small run of every experiment with its page, made once.</summary>
public sealed class Experiments : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _printed = [];

    public Experiments()
    {
        Browser.RequirePage();
        string rows = _folder.Write(
            "order.tsv", "label\ttext\n" + string.Concat(Enumerable.Repeat("yes\tfirst second\nno\tsecond first\n", 60)));
        Measure("vanishing", "--lengths", "1,5,20", "--seeds", "2");
        Measure("exploding", "--radii", "1,3", "--lengths", "20", "--seeds", "2", "--steps", "40");
        Measure("memory", "--cells", "gru,rnn-attention", "--lengths", "5,40", "--seeds", "2", "--steps", "120");
        Measure("adding", "--cells", "rnn,gru", "--lengths", "5,10", "--seeds", "2", "--steps", "120");
        Measure("copy", "--cells", "lstm", "--lengths", "5,8", "--seeds", "1", "--steps", "120");
        Measure("chaos", "--radii", "0.5,1,3", "--lengths", "10,50", "--seeds", "2");
        Measure("order", "--data", rows, "--cells", "gru", "--seeds", "2", "--steps", "3");
        Measure("seeds", "--seeds", "40");
        Measure("negation", "--cells", "rnn,mingru", "--lengths", "3,6", "--seeds", "2", "--steps", "120");
        Measure(
            "recall", "--cells", "gru,rnn-attention", "--lengths", "1,2", "--sizes", "4,8", "--rates", "0.003,0.01",
            "--seeds", "2",
            "--steps", "60");
        Measure("select", "--cells", "gru,rnn", "--lengths", "4,8", "--rates", "0.01", "--seeds", "2", "--steps", "60");
        Measure("position", "--cells", "gru,rnn", "--lengths", "4,8", "--seeds", "2", "--steps", "60");
        string reviews = Path.Combine(RepositoryRoot.Path, "samples", "reviews.tsv");
        Measure("context", "--data", reviews, "--cells", "gru,rnn", "--seeds", "2", "--steps", "1");
        Measure("forget", "--cells", "lstm,rnn", "--lengths", "4,6", "--seeds", "2", "--steps", "60");
        Measure("window", "--data", reviews, "--cells", "gru,rnn", "--seeds", "2", "--steps", "1");
        Measure("rate", "--cells", "gru,rnn", "--lengths", "4", "--rates", "0.005,0.01", "--seeds", "2", "--steps", "60");
        Measure("scan", "--cells", "gru,rnn", "--lengths", "8,16", "--seeds", "2");
        Measure("words", "--seeds", "6");
    }

    public static IEnumerable<string> Names => ExperimentCatalog.All.Select(experiment => experiment.Name);

    public string Page(string name) => _folder[$"results/{name}.html"];

    /// <summary>What the command printed.</summary>
    public string Printed(string name) => _printed[name];

    /// <summary>The lines of its file; of one kind, or all.</summary>
    public JsonElement[] Lines(string name, string? kind = null) =>
    [
        .. File.ReadLines(_folder[$"results/{name}.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => kind is null || line.GetProperty("kind").GetString() == kind),
    ];

    public void Dispose() => _folder.Dispose();

    private void Measure(string name, params string[] sizes)
    {
        CommandRun run = CommandRun.Of(["experiment", name, .. sizes, "--out", _folder["results"]]);
        _printed[name] = run.ExitCode == 0 ? run.Output : throw new InvalidOperationException(run.Error);
    }
}
