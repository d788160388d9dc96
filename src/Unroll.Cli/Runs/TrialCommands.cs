using System.CommandLine;
using System.Text.Json;
using Unroll.Search;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>
/// The trials of a search as command lines of <c>unroll train</c>: what all share, and what is drawn. A drawn setting that
/// nothing reads beside the others, such as the width of a Transformer's hidden state, is left out.
/// </summary>
/// <param name="space">What is drawn.</param>
/// <param name="source">What the space is called in errors.</param>
/// <param name="data">The file of rows.</param>
/// <param name="shared">The words that all trials share.</param>
/// <param name="labels">The labels of the rows.</param>
internal sealed class TrialCommands(
    SearchSpace space, string source, string data, IReadOnlyList<string> shared, IReadOnlyList<string> labels)
{
    private readonly (RunSettings Settings, Command Command) _train = CreateTrain();
    private TrainingOptions? _shared;

    /// <summary>The settings that all trials share, without those that are drawn.</summary>
    /// <exception cref="InputException">One is out of range.</exception>
    public TrainingOptions Shared => _shared ??= OptionsOf(Parse([]));

    /// <summary>Tries every end of every range and every trial, so that nothing is refused once the search has begun.</summary>
    /// <param name="trials">How many trials there are.</param>
    /// <exception cref="InputException">Something is out of range.</exception>
    public void RequireAll(int trials)
    {
        foreach (SettingRange range in space.Ranges)
        {
            foreach (string end in range.Ends)
                Tried(source, () => OptionsOf(Parse(Read([KeyValuePair.Create(range.Name, end)]).Settings)));
        }
        var used = new HashSet<string>();
        for (int trial = 0; trial < trials; trial++)
        {
            string what = FormattableString.Invariant($"{source}: trial {trial}");
            used.UnionWith(Tried(what, () => Of(trial)).Settings.Select(setting => setting.Key));
        }
        // What chance leaves out of so few trials is no mistake of the space.
        if (space.Ranges.FirstOrDefault(range => !used.Contains(range.Name) && !MayBeRead(range)) is { } unread)
        {
            string reader = Read([KeyValuePair.Create(unread.Name, unread.Ends.First())]).Reader ?? "other settings";
            throw new InputException($"{source}: \"{unread.Name}\" is for {reader}, and no trial has that; leave it out");
        }
    }

    // Whether a choice of another setting, or what all share, reads it.
    private bool MayBeRead(SettingRange range)
    {
        var value = KeyValuePair.Create(range.Name, range.Ends.First());
        IEnumerable<KeyValuePair<string, string>[]> beside = space.Ranges.Where(other => other.Name != range.Name)
            .SelectMany(other => other.Ends, (other, end) => new[] { KeyValuePair.Create(other.Name, end), value });
        return beside.Append([value]).Any(drawn => Read(drawn).Settings.Contains(value));
    }

    /// <summary>A trial.</summary>
    /// <param name="number">Which, from 0.</param>
    public SearchTrial Of(int number)
    {
        IReadOnlyList<KeyValuePair<string, string>> settings = Read(space.Draw(Shared.Seed, number)).Settings;
        ParseResult parsed = Parse(settings);
        return new SearchTrial(number, settings, OptionsOf(parsed))
        {
            RequiresEmbedding = _train.Settings.Training.EmbeddingIsGiven(parsed),
        };
    }

    /// <summary>The command that trains a trial to the end.</summary>
    /// <param name="settings">What was drawn for it.</param>
    /// <param name="epochs">The epochs of a whole training.</param>
    public string Training(IReadOnlyList<KeyValuePair<string, string>> settings, int epochs)
    {
        var whole = KeyValuePair.Create("epochs", FormattableString.Invariant($"{epochs}"));
        ParseResult parsed = Parse(Shared.Epochs is null ? [.. settings, whole] : settings);
        using JsonDocument json = JsonDocument.Parse(_train.Settings.ToJson(parsed, path => path));
        return RepeatingCommand.OfTraining(json.RootElement, ModelSearch.ModelName);
    }

    private static T Tried<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InputException e)
        {
            throw new InputException($"{what}: {e.Message}", e);
        }
    }

    // What nothing reads goes: seen from all that is drawn.
    private (IReadOnlyList<KeyValuePair<string, string>> Settings, string? Reader) Read(
        IReadOnlyList<KeyValuePair<string, string>> drawn)
    {
        ParseResult parsed = Parse(drawn);
        string? reader = null;
        var read = new List<KeyValuePair<string, string>>();
        foreach (KeyValuePair<string, string> setting in drawn)
        {
            Option option = _train.Settings.Flags.All.First(each => Flags.NameOf(each) == setting.Key);
            if (_train.Settings.Flags.IsRead(option, parsed, out string? needed))
                read.Add(setting);
            else
                reader ??= needed;
        }
        return (read, reader);
    }

    private ParseResult Parse(IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        ParseResult parsed = _train.Command.Parse(
            [data, .. shared, .. settings.Select(setting => $"--{setting.Key}={setting.Value}")], Options.Parser);
        return parsed.Errors.Count == 0 ? parsed : throw new InputException(parsed.Errors[0].Message.TrimEnd('.'));
    }

    private TrainingOptions OptionsOf(ParseResult parsed)
    {
        TrainingOptions options = _train.Settings.Training.Read(parsed, labels) with
        {
            WordVectorsFile = parsed.GetValue(_train.Settings.Vectors),
        };
        return options.Networks > 0
            ? options
            : throw new InputException(
                "--cell none has no network to train, and a search compares networks; choose another cell");
    }

    private static (RunSettings Settings, Command Command) CreateTrain()
    {
        var settings = new RunSettings();
        var command = new Command("train") { settings.Data };
        foreach (Option option in settings.Flags.All.Append(settings.Training.Threads))
            command.Add(option);
        return (settings, command);
    }
}
