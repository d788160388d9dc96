using System.Globalization;
using Unroll.Classroom;
using Unroll.Data;
using Unroll.Live.Sessions;
using Unroll.Live.Tasks;

namespace Unroll.Live;

/// <summary>A session as a command line: the lab's own, or a training of the same rows with the same settings.</summary>
public static class LiveCommand
{
    private const string EndOfRows = "END";

    /// <summary>The command, of several lines where rows have to be written first.</summary>
    public static string Of(LiveSession session) => IsLab(session)
        ? string.Create(CultureInfo.InvariantCulture, $"unroll lab{LabOptions(session)}")
        : WithRows(session);

    /// <summary>What the command does not do as the session did; null where it gives the same bits.</summary>
    public static string? DifferenceOf(LiveSession session)
    {
        if (IsLab(session))
            return null;
        bool isByHand = session.Journal.Any(action => action is not LiveAction.Train);
        return "The command trains the same rows with the same settings. Its vocabulary begins with two entries for padding and "
            + "unknown words, so its first weights are others."
            + (isByHand ? " What was changed by hand on the way has no option." : "");
    }

    private static bool IsLab(LiveSession session)
    {
        LiveSettings lab = new() { Seed = session.Settings.Seed, Hidden = session.Settings.Hidden };
        return session.Settings with { LearningRate = lab.LearningRate } == lab && session.NextSample == 0
            && session.Journal.All(action => action is LiveAction.Train);
    }

    private static string LabOptions(LiveSession session)
    {
        LiveSettings settings = session.Settings;
        string seed = settings.Seed == 42 ? "" : $" --seed {settings.Seed}";
        string epochs = session.Epoch is LabExercise.Epochs or 0 ? "" : $" --epochs {session.Epoch}";
        string rate = session.LearningRate == LabExercise.LearningRate ? "" : $" --lr {Numbers.Of(session.LearningRate)}";
        string hidden = settings.Hidden == LabExercise.Hidden ? "" : $" --hidden {settings.Hidden}";
        return seed + epochs + rate + hidden;
    }

    private static string WithRows(LiveSession session)
    {
        LiveSettings settings = session.Settings;
        string[] options =
        [
            $"--cell {RecurrentCells.NameOf(settings.Cell)}",
            .. session.Network.Layout.Cell.ReadsNonlinearity
                ? [$"--nonlinearity {settings.Nonlinearity.ToString().ToLowerInvariant()}"] : Array.Empty<string>(),
            $"--hidden {settings.Hidden}", "--embedding 0", "--bidirectional=false", "--pooling last", "--dropout 0",
            "--adversarial 0", "--linear=false", "--tokens whitespace", "--keep-case", "--batch 1", "--in-order",
            $"--optimizer {settings.Optimizer.ToString().ToLowerInvariant()}", $"--lr {Numbers.Of(session.LearningRate)}",
            $"--clip {(session.ClipNorm is { } norm ? Numbers.Of(norm) : "0")}", "--schedule constant",
            $"--epochs {Math.Max(1, session.Epoch)}", $"--init {settings.Initialization.ToString().ToLowerInvariant()}",
            $"--seed {settings.Seed}", "--dev rows.tsv", "--no-baselines",
        ];
        IEnumerable<string> rows = session.Samples.Select(Row);
        string[] lines =
        [
            $"cat > rows.tsv <<'{EndOfRows}'", "label\ttext", .. rows, EndOfRows,
            $"unroll train rows.tsv {string.Join(' ', options)}",
        ];
        return string.Join('\n', lines);
    }

    private static string Row(LabelledText sample) =>
        $"{sample.Label}\t{string.Join(' ', LiveTask.Tokens.Tokenize(sample.Text))}";
}
