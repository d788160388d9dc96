using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;

namespace Unroll.Cli;

/// <summary>
/// Help as it is read: choices as they are typed (<c>gru</c>, not <c>Gru</c>), and where a verb has many options these in groups,
/// the frequent ones first.
/// </summary>
internal static partial class HelpPages
{
    private const string OptionsHeading = "Options:";

    /// <summary>Options of <c>train</c> by what they are about; what is in no group comes last.</summary>
    private static readonly (string Heading, string[] Names)[] TrainGroups =
    [
        (
            "Often",
            ["--out", "--overwrite", "--dev", "--test", "--cell", "--epochs", "--seed", "--threads", "--from", "--precision",
                "--json", "--quiet", "--help"]
        ),
        (
            "Rows",
            ["--unlabelled", "--dev-share", "--format", "--label-column", "--text-column", "--delimiter", "--no-header",
                "--multi-label", "--tokens", "--keep-case", "--min-count", "--max-vocabulary", "--old", "--old-share"]
        ),
        (
            "The model",
            ["--ensemble", "--embedding", "--subwords", "--vectors", "--vectors-scale", "--hidden", "--layers", "--bidirectional",
                "--pooling", "--nonlinearity", "--linear", "--word-ngrams", "--char-ngrams"]
        ),
        ("A Transformer", ["--heads", "--feed-forward", "--positions", "--max-positions", "--norm"]),
        (
            "Learning",
            ["--batch", "--lr", "--optimizer", "--schedule", "--warm-up", "--step-size", "--gamma", "--momentum", "--nesterov",
                "--dense-updates", "--beta1", "--beta2", "--epsilon", "--clip", "--clip-value", "--in-order", "--init",
                "--embedding-deviation", "--recurrent-init", "--forget-bias", "--truncate", "--stretch", "--pull"]
        ),
        (
            "Against learning by heart, and for rare labels",
            ["--dropout", "--word-dropout", "--adversarial", "--weight-decay", "--label-smoothing", "--class-weights"]
        ),
        (
            "The run",
            ["--best", "--patience", "--final-epochs", "--folds", "--seeds", "--find-lr", "--no-baselines", "--config",
                "--print-config", "--resume", "--checkpoint-steps", "--checkpoint-minutes"]
        ),
    ];

    /// <summary>Options of <c>search</c>: those that all trials may share are as in <c>train</c>.</summary>
    private static readonly (string Heading, string[] Names)[] SearchGroups =
    [
        (
            "Often",
            ["--space", "--trials", "--epochs", "--out", "--resume", "--workers", "--threads", "--dev", "--test", "--test-share",
                "--seed", "--json", "--quiet", "--help"]
        ),
        ("The search", ["--best", "--eta", "--rungs", "--config"]),
        .. TrainGroups[1..^1].Select(group => (group.Heading + ", of all trials", group.Names)),
    ];

    /// <summary>Makes the help of a command readable.</summary>
    /// <param name="help">As it was written.</param>
    /// <param name="command">The command.</param>
    public static string Of(string help, Command command)
    {
        string typed = DefaultChoice().Replace(help, match => match.Value.ToLowerInvariant());
        return command.Name switch
        {
            "train" => Grouped(typed, TrainGroups),
            "search" => Grouped(typed, SearchGroups),
            _ => typed,
        };
    }

    // An option begins a line with two blanks and a dash; what belongs to it is indented further.
    private static string Grouped(string help, (string Heading, string[] Names)[] groups)
    {
        string[] lines = help.ReplaceLineEndings("\n").Split('\n');
        int start = Array.IndexOf(lines, OptionsHeading);
        if (start < 0)
            return help;
        int end = Array.FindIndex(lines, start + 1, line => line.Length == 0);
        end = end < 0 ? lines.Length : end;
        var blocks = new List<(string Name, List<string> Lines)>();
        foreach (string line in lines[(start + 1)..end])
        {
            if (line.StartsWith("  -", StringComparison.Ordinal))
                blocks.Add((Name().Match(line).Value, [line]));
            else if (blocks.Count > 0)
                blocks[^1].Lines.Add(line);
        }
        var text = new StringBuilder();
        foreach (string line in lines[..start])
            text.Append(line).Append('\n');
        foreach ((string heading, string[] names) in groups)
            Write($"{heading}:", names.SelectMany(name => blocks.Where(block => block.Name == name)));
        Write("Others:", blocks.Where(block => !groups.Any(group => group.Names.Contains(block.Name))));
        text.Append(string.Join('\n', lines[Math.Min(end + 1, lines.Length)..]));
        return text.ToString();

        void Write(string heading, IEnumerable<(string Name, List<string> Lines)> options)
        {
            string[] written = [.. options.SelectMany(option => option.Lines)];
            if (written.Length == 0)
                return;
            text.Append(heading).Append('\n');
            foreach (string line in written)
                text.Append(line).Append('\n');
            text.Append('\n');
        }
    }

    [GeneratedRegex(@"\[default: [A-Z]\w*\]")]
    private static partial Regex DefaultChoice();

    [GeneratedRegex(@"--[a-z][a-z0-9-]*")]
    private static partial Regex Name();
}
