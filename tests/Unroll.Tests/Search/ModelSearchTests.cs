using Unroll.Data;
using Unroll.Models;
using Unroll.Search;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Search;

public sealed class ModelSearchTests : IDisposable
{
    private static readonly TrainingOptions Shared = new()
    {
        Embedding = 6,
        Hidden = 5,
        Epochs = 9,
        BatchSize = 8,
        DevShare = 0.2,
        Threads = 1,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly SearchRows _rows = SearchRows.Of(Corpus(), dev: null, test: null, testShare: 0.25, Shared);

    [Fact]
    public void A_trial_that_went_from_rung_to_rung_is_the_one_that_was_trained_through()
    {
        ModelSearch search = Search("one");
        search.Run(workers: 1, threads: 1, CancellationToken.None);
        SearchProgress progress = search.Progress();
        Assert.Equal(9, progress.Begun.Count);
        TrialResult[] of = [.. progress.Results.Where(result => result.Trial == progress.Outcome!.Trial)];
        Assert.Equal([1, 3, 9], of.Select(result => result.Epochs));

        // In one go, by nobody's rungs.
        TrainingOptions options = Trial(progress.Outcome!.Trial).Options;
        var training = new ClassifierTraining(_rows.Split, options);
        training.Prepare();
        IReadOnlyList<EpochReport> reports = training.Fit();
        Assert.Equal(reports.Select(report => report.DevMacroF1!.Value), of[^1].Curve);
        Assert.Equal(reports.Take(3).Select(report => report.DevMacroF1!.Value), of[1].Curve);
        TrainingSummary summary = training.Finish(reports);
        Assert.Equal(summary.Dev!.MacroF1, of[^1].DevMacroF1);
        Assert.Equal(training.Measure(_rows.Test, _rows.TestRows!).Model.Loss, progress.Outcome.TestLoss);
        training.Classifier.Save(_folder["alone"]);
        Assert.Equal(
            File.ReadAllBytes(_folder["alone/model.safetensors"]), File.ReadAllBytes(_folder["one/model/model.safetensors"]));
        Assert.False(Directory.Exists(_folder["one/trials"]));
    }

    [Fact]
    public void The_rows_that_no_trial_saw_are_in_no_other_part()
    {
        IReadOnlyList<int> train = _rows.Split.TrainRows!, dev = _rows.Split.DevRows!, test = _rows.TestRows!;
        Assert.Equal(train.Count + dev.Count + test.Count, train.Concat(dev).Concat(test).Distinct().Count());
        Assert.Equal(_rows.Test.Count, train.Count + dev.Count + test.Count);
    }

    [Fact]
    public void Stopped_at_any_moment_it_ends_with_the_same_bytes()
    {
        Search("whole").Run(1, 1, CancellationToken.None);
        // Surely once, when the first trial is drawn; then by a clock of its own, which a busy thread pool cannot hold up.
        using (var drawn = new CancellationTokenSource())
        {
            SearchTrial Stopping(int number)
            {
                drawn.Cancel();
                return Trial(number);
            }
            Assert.Throws<OperationCanceledException>(() => Search("stopped", Stopping).Run(1, 1, drawn.Token));
        }
        Assert.Null(Search("stopped").Progress().Outcome);
        var random = new Random(1);
        int stops = 0;
        for (bool ended = false; !ended;)
        {
            using var stop = new CancellationTokenSource();
            // Short at first, however fast the machine is, and long enough in the end, however slow.
            int milliseconds = random.Next(1, 8 << Math.Min(stops / 4, 14));
            using var over = new ManualResetEventSlim();
            var clock = new Thread(() =>
            {
                if (!over.Wait(milliseconds))
                    stop.Cancel();
            });
            clock.Start();
            try
            {
                Search("stopped").Run(1, 1, stop.Token);
                ended = true;
            }
            catch (OperationCanceledException)
            {
                stops++;
            }
            finally
            {
                over.Set();
                clock.Join();
            }
        }
        RequireSame("whole", "stopped");
    }

    [Fact]
    public async Task Several_workers_give_each_trial_the_results_that_one_gives()
    {
        Search("one").Run(1, 1, CancellationToken.None);
        ModelSearch[] three = [Search("three"), Search("three"), Search("three")];
        Task[] tasks = [.. three.Select(search => Task.Run(() => search.Run(1, 1, CancellationToken.None)))];
        await Task.WhenAll(tasks);
        Dictionary<string, string> one = Lines("one");
        Dictionary<string, string> others = Lines("three");
        // Which trials are promoted may differ; who was trained reached the same.
        Assert.Equal(9, others.Keys.Count(key => key.EndsWith("/0", StringComparison.Ordinal)));
        Assert.All(one.Keys.Intersect(others.Keys), key => Assert.Equal(one[key], others[key]));
        SearchProgress progress = three[0].Progress();
        Assert.NotNull(progress.Outcome);
        Assert.Empty(progress.Running);
    }

    [Fact]
    public void Another_search_in_the_folder_is_refused()
    {
        Search("one");
        Assert.Contains(
            "is not by these rules (9 trials, eta 3, rungs 1 3 9, and 9 trials, eta 3, rungs 9 was asked for)",
            Assert.Throws<InputException>(
                () => new ModelSearch(_folder["one"], SuccessiveHalving.Of(9, 3, 9, 1), _rows, Trial)).Message,
            StringComparison.Ordinal);
        Corpus other = Corpus();
        other.Add("good", "one row more");
        SearchRows rows = SearchRows.Of(other, null, null, 0.25, Shared);
        Assert.Contains(
            "is not over these rows",
            Assert.Throws<InputException>(
                () => new ModelSearch(_folder["one"], SuccessiveHalving.Of(9, 3, 9, 3), rows, Trial)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Trials_that_break_are_told_and_lose()
    {
        TrainingOptions breaking = Shared with { LearningRate = 1e30f, ClipNorm = null, Optimizer = OptimizerKind.Sgd };
        SearchTrial Breaking(int number) =>
            number % 3 == 0 ? Trial(number) with { Options = breaking } : Trial(number);
        ModelSearch search = Search("some", Breaking);
        search.Run(1, 1, CancellationToken.None);
        SearchProgress progress = search.Progress();
        Assert.Equal(3, progress.Results.Count(result => result.Failure is not null));
        Assert.NotEqual(0, progress.Outcome!.Trial % 3);
        ModelSearch all = Search("all", number => Breaking(3 * number));
        Assert.Contains(
            "all 9 trials broke: epoch 1",
            Assert.Throws<InputException>(() => all.Run(1, 1, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_all_that_went_on_broke_the_best_of_the_others_goes_on()
    {
        // By hand: of nine trials the three best go on from the first rung, and break.
        RungScore[] scores =
        [
            .. Enumerable.Range(0, 9).Select(trial => new RungScore(trial, 0, 0.9 - 0.1 * trial, Loss: 1)),
            .. Enumerable.Range(0, 3).Select(trial => new RungScore(trial, 1, Score: null, Loss: 1)),
        ];
        Assert.Equal((3, 0), (SuccessiveHalving.Best(scores)!.Value.Trial, SuccessiveHalving.Best(scores)!.Value.Rung));
        Directory.CreateDirectory(_folder["late"]);
        var late = new ModelSearch(_folder["late"], SuccessiveHalving.Of(3, 3, 9, 2), _rows, number => Trial(number) with
        {
            Options = Shared with { LearningRate = 3 * (number + 1), Optimizer = OptimizerKind.Adam, ClipNorm = null },
        });
        Exception? failure = Record.Exception(() => late.Run(1, 1, CancellationToken.None));
        SearchProgress progress = late.Progress();
        Assert.Contains(progress.Results, result => result is { Rung: 0, Score: not null });
        Assert.Contains(progress.Results, result => result is { Rung: 1, Failure: not null });
        if (progress.Outcome is null)
            Assert.Contains("all 3 trials broke", Assert.IsType<InputException>(failure).Message, StringComparison.Ordinal);
        else
            Assert.Contains(progress.Results, result => result is { Rung: 1, Score: not null });
    }

    [Fact]
    public void What_began_with_other_settings_is_refused()
    {
        Search("one").Run(1, 1, CancellationToken.None);
        Assert.Contains(
            "one: trial 0 began with lr=0.001, and lr=0.5 would be drawn now",
            Assert.Throws<InputException>(
                () => Search("one", number => Trial(number) with { Settings = [KeyValuePair.Create("lr", "0.5")] })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"kind\":3}")]
    [InlineData("{\"kind\":\"begin\"}")]
    [InlineData("{\"kind\":\"more\"}", "a line of the kind \"more\"")]
    [InlineData("{\"kind\":\"begin\",\"trial\":99,\"rung\":0,\"at\":\"2026-01-01T00:00:00Z\"}", "a line of trial 99")]
    [InlineData("{\"kind\":\"begin\",\"trial\":1,\"rung\":7,\"at\":\"2026-01-01T00:00:00Z\"}", "a line of rung 7")]
    [InlineData("{\"kind\":\"begin\",\"trial\":1,\"rung\":0,\"at\":\"2026-01-01T00:00:00Z\"}", "no settings of trial 1")]
    [InlineData("{\"kind\":\"result\",\"trial\":1,\"rung\":0}")]
    public void A_line_that_is_none_of_a_search_is_named(string line, string expected = "other fields or values")
    {
        Search("one");
        string path = _folder["one/journal.jsonl"];
        File.AppendAllText(path, line + "\n");
        Assert.StartsWith(
            $"{path}:2: {expected}, expected a line as it was written",
            Assert.Throws<InputException>(() => Search("one").Run(1, 1, CancellationToken.None)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.2, "SearchRows.TestShare is 0")]
    [InlineData(0.2, 0, "no dev rows are left")]
    public void Without_rows_to_decide_or_to_measure_nothing_begins(double testShare, double devShare, string expected)
    {
        TrainingOptions options = Shared with { DevShare = devShare };
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => SearchRows.Of(Corpus(), null, null, testShare, options)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ModelSearch Search(string name, Func<int, SearchTrial>? trialOf = null)
    {
        Directory.CreateDirectory(_folder[name]);
        return new ModelSearch(_folder[name], SuccessiveHalving.Of(9, 3, 9, 3), _rows, trialOf ?? Trial);
    }

    private static SearchTrial Trial(int number) => new(
        number, [KeyValuePair.Create("lr", FormattableString.Invariant($"{0.001f * (number + 1)}"))],
        Shared with { LearningRate = 0.001f * (number + 1), Hidden = 4 + number % 3 });

    private void RequireSame(string one, string other)
    {
        foreach (string name in (string[])["trials.jsonl", "model/model.safetensors", "model/config.json"])
            Assert.Equal(File.ReadAllBytes(_folder[$"{one}/{name}"]), File.ReadAllBytes(_folder[$"{other}/{name}"]));
    }

    private Dictionary<string, string> Lines(string name) =>
        File.ReadAllLines(_folder[$"{name}/trials.jsonl"]).ToDictionary(KeyOf);

    private static string KeyOf(string line)
    {
        using var json = System.Text.Json.JsonDocument.Parse(line);
        return $"{json.RootElement.GetProperty("trial")}/{json.RootElement.GetProperty("rung")}";
    }

    private static Corpus Corpus()
    {
        var corpus = new Corpus(Shared.Tokenizer);
        var random = new Random(2);
        string[] good = ["fine", "lovely", "superb"], bad = ["dull", "awful", "weak"];
        string[] other = ["film", "story", "a", "the", "very", "so"];
        for (int i = 0; i < 160; i++)
        {
            bool isGood = i % 2 == 0;
            string[] words = [random.GetItems(isGood ? good : bad, 1)[0], .. random.GetItems(other, 4)];
            // Some rows are hard.
            if (random.Next(6) == 0)
                words = [.. words, "not", random.GetItems(isGood ? bad : good, 1)[0]];
            random.Shuffle(words);
            corpus.AddRange([new LabelledText(isGood ? "good" : "bad", string.Join(' ', words))]);
        }
        return corpus;
    }
}
