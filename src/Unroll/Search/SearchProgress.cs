using System.Text.Json;

namespace Unroll.Search;

/// <summary>How far a search has come: what stands in its journal.</summary>
public sealed class SearchProgress
{
    private readonly List<TrialResult> _results = [];
    private readonly Dictionary<int, int> _begun = [];
    private readonly Dictionary<int, IReadOnlyList<KeyValuePair<string, string>>> _settings = [];
    private readonly HashSet<(int Trial, int Rung)> _ended = [];

    private SearchProgress()
    {
    }

    /// <summary>What has ended, in the order in which it did.</summary>
    public IReadOnlyList<TrialResult> Results => _results;

    /// <summary>The settings of the trials that have begun, by their numbers.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<KeyValuePair<string, string>>> Settings => _settings;

    /// <summary>Of each trial that has begun, the highest rung it has begun.</summary>
    public IReadOnlyDictionary<int, int> Begun => _begun;

    /// <summary>What has begun and not ended; who had begun it may have ended since.</summary>
    public IEnumerable<(int Trial, int Rung)> Running =>
        _begun.Select(entry => (Trial: entry.Key, Rung: entry.Value)).Where(job => !_ended.Contains(job));

    /// <summary>The best so far; null before the first.</summary>
    public TrialResult? Best => SuccessiveHalving.Best(Scores) is { } best
        ? _results.First(result => (result.Trial, result.Rung) == (best.Trial, best.Rung))
        : null;

    /// <summary>How it ended; null while it has not.</summary>
    public SearchOutcome? Outcome { get; private set; }

    /// <summary>When the first trial began; null before.</summary>
    public DateTimeOffset? Started { get; private set; }

    /// <summary>What ranks the results.</summary>
    internal IReadOnlyList<RungScore> Scores => [.. _results.Select(result => result.Rank)];

    /// <summary>Reads the lines of a journal.</summary>
    internal static SearchProgress Of(IReadOnlyList<JsonElement> lines)
    {
        var progress = new SearchProgress();
        foreach (JsonElement line in lines)
            progress.Add(line);
        return progress;
    }

    private void Add(JsonElement line)
    {
        switch (line.GetProperty(SearchLines.Kind).GetString())
        {
            case SearchLines.Begin:
                int trial = line.GetProperty("trial").GetInt32();
                _begun[trial] = Math.Max(_begun.GetValueOrDefault(trial), line.GetProperty("rung").GetInt32());
                Started ??= line.GetProperty("at").GetDateTimeOffset();
                if (line.TryGetProperty("settings", out JsonElement settings))
                {
                    _settings[trial] =
                        [.. settings.EnumerateObject().Select(each => KeyValuePair.Create(each.Name, each.Value.GetString()!))];
                }
                break;
            case SearchLines.Result:
                var result = TrialResult.Read(line);
                if (_ended.Add((result.Trial, result.Rung)))
                    _results.Add(result);
                break;
            case SearchLines.Outcome:
                Outcome ??= SearchOutcome.Read(line);
                break;
            case SearchLines.Search:
                break;
            case var other:
                throw new InputException(
                    $"the journal has a line of the kind {other}, which this version does not know; take a newer one");
        }
    }
}

/// <summary>The kinds of lines in the journal of a search.</summary>
internal static class SearchLines
{
    public const string Kind = "kind";
    public const string Search = "search";
    public const string Begin = "begin";
    public const string Result = "result";
    public const string Outcome = "outcome";
}
