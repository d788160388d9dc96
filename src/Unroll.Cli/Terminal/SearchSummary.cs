using System.Globalization;
using Unroll.Search;

namespace Unroll.Cli;

/// <summary>The end of a search: the best trial, its figures, and the command that trains it.</summary>
/// <param name="Progress">What stands in the journal.</param>
/// <param name="Command">The command that trains the best trial.</param>
/// <param name="ModelPath">Its model; null where it was not kept.</param>
/// <param name="HasOwnTest">Whether the test rows are a file of their own.</param>
internal sealed record SearchSummary(SearchProgress Progress, string Command, string? ModelPath, bool HasOwnTest)
{
    /// <summary>Writes it.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="json">Whether as one JSON object.</param>
    public void Write(Terminal terminal, bool json)
    {
        TextWriter output = terminal.Output;
        SearchOutcome outcome = Progress.Outcome!;
        TrialResult best = Progress.Results.Where(result => result.Trial == outcome.Trial).MaxBy(result => result.Rung)!;
        IReadOnlyList<KeyValuePair<string, string>> settings = Progress.Settings[outcome.Trial];
        if (json)
        {
            output.WriteLine(JsonOutput.Of(writer =>
            {
                writer.WriteNumber("trials", Progress.Begun.Count);
                writer.WriteNumber("best_trial", outcome.Trial);
                SearchDisplay.WriteSettings(writer, settings);
                writer.WriteNumber("epochs", best.Epochs);
                writer.WriteNumber("dev_accuracy", best.DevAccuracy!.Value);
                writer.WriteNumber("dev_macro_f1", best.DevMacroF1!.Value);
                writer.WriteNumber("dev_loss", best.DevLoss!.Value);
                writer.WriteNumber("test_rows", outcome.TestRows);
                writer.WriteNumber("test_accuracy", outcome.TestAccuracy);
                writer.WriteNumber("test_macro_f1", outcome.TestMacroF1);
                writer.WriteNumber("test_loss", outcome.TestLoss);
                writer.WriteNumber("searched_epochs", EpochsOf(Progress));
                writer.WriteString("command", Command);
            }));
            return;
        }
        output.WriteLine();
        output.WriteLine(Invariant($"Best of {Progress.Begun.Count} trials: trial {outcome.Trial}, ") + Invariant(
            $"dev accuracy {best.DevAccuracy:F4}, macro-F1 {best.DevMacroF1:F4}, loss {best.DevLoss:F4}"));
        int width = settings.Max(setting => setting.Key.Length);
        foreach ((string name, string value) in settings)
            output.WriteLine($"  {name.PadRight(width)}  {value}");
        output.WriteLine(Invariant($"On {outcome.TestRows} rows that no trial saw: accuracy {outcome.TestAccuracy:F4}, ") +
            Invariant($"macro-F1 {outcome.TestMacroF1:F4}, loss {outcome.TestLoss:F4}"));
        if (ModelPath is not null)
            output.WriteLine($"Its model is {ModelPath}");
        output.WriteLine(HasOwnTest ? "The command that trains it:" : "The command that trains it, on those rows too:");
        // To be copied: on a screen, too, it is one line.
        new EscapingWriter(terminal.RawOutput, linesAreWhole: false).WriteLine($"  {Command}");
    }

    /// <summary>What a search cost: the epochs of all its trials.</summary>
    public static long EpochsOf(SearchProgress progress) =>
        progress.Results.GroupBy(result => result.Trial).Sum(trial => (long)trial.Max(result => result.Epochs));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
