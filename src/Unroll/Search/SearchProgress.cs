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
    /// <param name="lines">The lines.</param>
    /// <param name="path">The file.</param>
    /// <param name="trials">How many trials there are.</param>
    /// <param name="rungs">How many rungs there are.</param>
    /// <exception cref="InputException">A line is none of a search.</exception>
    internal static SearchProgress Of(IReadOnlyList<JsonElement> lines, string path, int trials, int rungs)
    {
        var progress = new SearchProgress();
        for (int i = 0; i < lines.Count; i++)
            WorkJournal.ReadLine(path, i + 1, () => progress.Add(lines[i], trials, rungs));
        foreach ((int trial, int rung) in progress._ended)
        {
            if (progress._begun.GetValueOrDefault(trial, -1) < rung)
                throw WorkJournal.Damaged(path, lines.Count, $"a result of trial {trial}, which has not begun there");
        }
        if (progress._begun.Keys.FirstOrDefault(trial => !progress._settings.ContainsKey(trial), -1) is >= 0 and var nameless)
            throw WorkJournal.Damaged(path, lines.Count, $"no settings of trial {nameless}");
        return progress;
    }

    private void Add(JsonElement line, int trials, int rungs)
    {
        switch (line.GetProperty(SearchLines.Kind).GetString())
        {
            case SearchLines.Begin:
                int trial = Within(line, "trial", trials);
                _begun[trial] = Math.Max(_begun.GetValueOrDefault(trial), Within(line, "rung", rungs));
                Started ??= line.GetProperty("at").GetDateTimeOffset();
                if (line.TryGetProperty("settings", out JsonElement settings))
                {
                    _settings[trial] =
                        [.. settings.EnumerateObject().Select(each => KeyValuePair.Create(each.Name, each.Value.GetString()!))];
                }
                break;
            case SearchLines.Result:
                var result = TrialResult.Read(line);
                _ = (Within(line, "trial", trials), Within(line, "rung", rungs));
                if (_ended.Add((result.Trial, result.Rung)))
                    _results.Add(result);
                break;
            case SearchLines.Outcome:
                Outcome ??= SearchOutcome.Read(line);
                break;
            case SearchLines.Search:
                break;
            case var other:
                throw new FormatException($"a line of the kind \"{other}\"");
        }
    }

    private static int Within(JsonElement line, string key, int count)
    {
        int number = line.GetProperty(key).GetInt32();
        return number >= 0 && number < count ? number : throw new FormatException($"a line of {key} {number}");
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
