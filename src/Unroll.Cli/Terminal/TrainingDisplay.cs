using System.Globalization;
using Spectre.Console;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary>A line an epoch on standard output and, where a person looks on, a progress bar on standard error.</summary>
internal sealed class TrainingDisplay(Terminal terminal, bool json, Action<EpochReport> finished)
{
    /// <summary>How many epochs were reported whole.</summary>
    public int EpochsFinished { get; private set; }

    /// <summary>Runs the training under the display.</summary>
    public void Run(Action<IProgress<TrainingProgress>> train)
    {
        if (!terminal.ErrorIsTerminal)
        {
            train(new OnTrainingThread<TrainingProgress>(progress => Finish(progress, terminal.Output.WriteLine)));
            return;
        }
        IAnsiConsole console = ErrorConsole();
        Bar(console)
            .Start(context =>
            {
                ProgressTask task = context.AddTask("starting");
                // On one screen, lines must go through the console that redraws the bar below them.
                Action<string> writeLine = terminal.OutputIsTerminal ? console.WriteLine : terminal.Output.WriteLine;
                train(new OnTrainingThread<TrainingProgress>(progress =>
                {
                    Show(progress, task, "");
                    Finish(progress, writeLine);
                }));
            });
    }

    /// <summary>Runs what comes after the last epoch, under a bar where a person looks on. It writes no lines.</summary>
    public void RunEnd(Action<IProgress<TrainingProgress>?> finish)
    {
        if (!terminal.ErrorIsTerminal)
        {
            finish(null);
            return;
        }
        Bar(ErrorConsole())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("the linear part learns");
                task.IsIndeterminate = true;
                finish(new OnTrainingThread<TrainingProgress>(progress =>
                {
                    task.IsIndeterminate = false;
                    Show(progress, task, "the dev rows are learned too: ");
                }));
            });
    }

    private IAnsiConsole ErrorConsole() =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.RawError) });

    private static Progress Bar(IAnsiConsole console) => console.Progress()
        .Columns(
            new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left })
        .AutoClear(true);

    private static void Show(TrainingProgress progress, ProgressTask task, string before)
    {
        task.MaxValue = (double)progress.Epochs * progress.Rows;
        task.Value = (double)(progress.Epoch - 1) * progress.Rows + progress.RowsDone;
        task.Description = before
            + Invariant($"epoch {progress.Epoch}/{progress.Epochs}  loss {progress.MeanLoss:F4}  ")
            + Invariant($"{progress.TokensPerSecond:N0} tokens/s");
    }

    private void Finish(TrainingProgress progress, Action<string> writeLine)
    {
        // A resumed training begins with epochs that were finished before.
        EpochsFinished = progress.Finished?.Epoch ?? progress.Epoch - 1;
        if (progress.Finished is not { } report)
            return;
        finished(report);
        if (json)
        {
            writeLine(JsonOutput.Versioned(EpochReportJson.Line(report)));
            return;
        }
        string best = report.IsBest ? " *" : "";
        string dev = report.DevAccuracy is { } accuracy
            ? Invariant($", dev loss {report.DevLoss:F4}, accuracy {accuracy:F4}, macro-F1 {report.DevMacroF1:F4}{best}")
            : "";
        // It fits 80 columns.
        writeLine(Invariant($"Epoch {report.Epoch}/{progress.Epochs}: loss {report.TrainLoss:F4}{dev}"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
