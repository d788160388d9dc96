using System.CommandLine;
using System.Text;
using Unroll.Data;
using Unroll.Search;
using Unroll.Storage;

namespace Unroll.Cli.Runs;

/// <summary>What decides how a search goes: settings that all trials share, and the space of those that are drawn.</summary>
internal sealed class SearchSettings
{
    /// <summary>The file of these settings in the folder of a search.</summary>
    public const string FileName = "search.json";

    /// <summary>The file of the space in that folder.</summary>
    public const string SpaceName = "space.json";

    /// <summary>What is drawn where no space is given.</summary>
    public const string UsualSpace = """
        {
          "lr": {"from": 0.0005, "to": 0.01, "log": true},
          "cell": ["gru", "lstm"],
          "hidden": [64, 128, 256],
          "embedding": [100, 200, 300],
          "pooling": ["max", "mean", "attention"],
          "dropout": {"from": 0, "to": 0.6},
          "word-dropout": {"from": 0, "to": 0.3},
          "weight-decay": {"from": 0.000001, "to": 0.001, "log": true},
          "batch": [16, 32, 64]
        }
        """;

    private const string UsualSource = "the space";

    private readonly Option[] _own;

    public SearchSettings()
    {
        Option[] unfit =
        [
            Run.Unlabelled, Run.From, Run.Old, Run.OldShare, Run.Pull, Run.NoBaselines, Run.CheckpointSteps,
            Run.CheckpointMinutes,
        ];
        Shared = [.. Run.Flags.All.Except(unfit)];
        _own = [Space, Trials, Eta, Rungs, TestShare];
        Run.Flags.AddPath(Space);
        Run.Flags.Add(Trials);
        Run.Flags.Add(Eta);
        Run.Flags.Add(Rungs);
        Run.Flags.Add(TestShare);
        Run.Flags.SetCondition(TestShare, parsed => parsed.GetValue(Run.Test) is null, "searches without --test");
    }

    /// <summary>The settings of a training.</summary>
    public RunSettings Run { get; } = new();

    /// <summary>Those of a training that all trials share where they are given.</summary>
    public IReadOnlyList<Option> Shared { get; }

    /// <summary>All options.</summary>
    public IEnumerable<Option> All => [.. _own, .. Shared];

    public Option<string?> Space { get; } = Options.Text(
        "--space", "Settings and the ranges they are drawn from, as JSON [default: see docs/search.md]", "FILE");

    public Option<int> Trials { get; } = Options.Integer("--trials", "How many settings are tried", 27, 1);

    public Option<int> Eta { get; } = Options.Integer("--eta", "One in N trials of a rung goes on to the next", 3, 2);

    public Option<int?> Rungs { get; } = Options.OptionalInteger(
        "--rungs", "Most rungs; 1 trains every trial to the end, which is random search [default: 2]",
        1);

    public Option<float> TestShare { get; } = Options.PositiveNumber(
        "--test-share", "Share of rows that no trial sees, split off where no --test is given", 0.2f);

    /// <summary>What the space is called in errors.</summary>
    public string SourceOf(ParseResult parsed) => parsed.GetValue(Space) ?? UsualSource;

    /// <summary>Reads the space.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="InputException">It cannot be read, or draws what cannot be drawn.</exception>
    public SearchSpace ReadSpace(ParseResult parsed)
    {
        if (parsed.GetResult(TestShare) is { Implicit: false } && parsed.GetValue(Run.Test) is not null)
            throw new InputException("--test-share is for searches without --test; leave one of them out");
        string source = SourceOf(parsed);
        if (parsed.GetValue(Space) is null)
        {
            SearchSpace usual = SearchSpace.Parse(Encoding.UTF8.GetBytes(UsualSpace), source, IsWhole);
            return new SearchSpace([.. usual.Ranges.Where(range => !IsFixed(range.Name, parsed))]);
        }
        SearchSpace space = SearchSpace.Load(source, IsWhole);
        foreach (SettingRange range in space.Ranges)
            RequireDrawable(range.Name, source, parsed);
        return space;
    }

    /// <summary>The settings as the folder keeps them: what was given, and the numbers of the search.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="folder">The folder; files are named as seen from there.</param>
    public byte[] ToJson(ParseResult parsed, string folder)
    {
        string json = JsonLine.Of(writer =>
        {
            if (parsed.GetValue(Run.Data) is { } data)
                writer.WriteString(SettingsFile.DataKey, RunPaths.Written(folder, data));
            writer.WriteString(Flags.NameOf(Space), SpaceName);
            Run.Flags.Write(
                writer, parsed, path => RunPaths.Written(folder, path),
                option => option != Space && (_own.Contains(option) || parsed.GetResult(option) is { Implicit: false }));
        });
        return [.. Encoding.UTF8.GetBytes(json), (byte)'\n'];
    }

    /// <summary>The words of a command line that give the settings which all trials share.</summary>
    public IReadOnlyList<string> SharedWords(ParseResult parsed) =>
    [
        .. Shared.Select(option => (option, parsed.GetResult(option))).Where(given => given.Item2 is { Implicit: false })
            .SelectMany(given => given.Item2!.Tokens.Count == 0
                ? [given.option.Name]
                : given.Item2!.Tokens.Select(token => $"{given.option.Name}={token.Value}")),
    ];

    // What rows there are, how long trainings last and who decides is the same for all trials, or they could not be compared.
    private void RequireDrawable(string name, string source, ParseResult parsed)
    {
        if (OptionOf(name) is not { } option)
        {
            string hint = NearestName.Of(name, Shared.Select(Flags.NameOf)) is { } near ? $"did you mean \"{near}\"? " : "";
            throw new InputException(
                $"{source}: unknown setting \"{name}\"; {hint}unroll search --help lists all, without the dashes");
        }
        string[] fixedNames =
        [
            "seed", "epochs", "dev-share", "final-epochs", "best", "precision", "tokens", "keep-case", "multi-label",
            "class-weights", "format", "text-column", "label-column", "delimiter", "no-header", .. Run.Flags.PathNames,
        ];
        if (fixedNames.Contains(name))
        {
            throw new InputException(
                $"{source}: \"{name}\" is the same for all trials; leave it out there, and give {option.Name} beside the space");
        }
        if (IsFixed(name, parsed))
            throw new InputException($"{source}: draws \"{name}\", and {option.Name} is given too; leave one of them out");
    }

    private bool IsWhole(string name) => OptionOf(name) is Option<int> or Option<int?>;

    private bool IsFixed(string name, ParseResult parsed) =>
        OptionOf(name) is { } option && parsed.GetResult(option) is { Implicit: false }
        // A file of vectors says how wide they are.
        || (name == "embedding" && parsed.GetValue(Run.Vectors) is not null);

    private Option? OptionOf(string name) => Shared.FirstOrDefault(option => Flags.NameOf(option) == name);
}
