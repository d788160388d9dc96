using System.CommandLine;
using System.Runtime.InteropServices;
using Unroll.Layers;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary><c>unroll train</c>: from a file of labelled texts to a model folder.</summary>
internal static class TrainCommand
{
    private static readonly TrainingOptions Defaults = new();

    public static Command Create(Terminal terminal)
    {
        var data = new Argument<string>("DATA") { Description = "Rows to train on: a TSV file with the header label<TAB>text" };
        var dev = new Option<string?>("--dev") { Description = "Rows to measure on after every epoch", HelpName = "FILE" };
        Option<string?> output = Options.Output();
        Option<bool> overwrite = Options.Overwrite();
        Option<Cell> cell = Options.Choice("--cell", "Recurrent layer", Defaults.Cell);
        Option<int> layers = Options.Integer("--layers", "Recurrent layers, one upon the other", Defaults.Layers, 1);
        var bidirectional = new Option<bool>("--bidirectional") { Description = "Also read from the last word to the first" };
        Option<Pooling> pooling = Options.Choice("--pooling", "How hidden states become one vector", Defaults.Pooling);
        Option<float?> dropout = Options.OptionalNumber("--dropout", "Share of values a step sets to zero");
        Option<OptimizerKind> optimizer = Options.Choice("--optimizer", "How gradients become updates", Defaults.Optimizer);
        Option<float?> momentum = Options.OptionalNumber("--momentum", "Momentum of SGD");
        Option<float?> weightDecay = Options.OptionalNumber("--weight-decay", "How much parameters shrink");
        Option<float?> clip = Options.OptionalNumber("--clip", "Largest global norm of the gradients; 0 for none [default: 1]");
        Option<ScheduleKind> schedule = Options.Choice("--schedule", "How the learning rate changes", Defaults.Schedule.Kind);
        Option<int> warmUp = Options.Integer("--warm-up", "Steps in which the learning rate rises to its value", 0, 0);
        Option<float?> labelSmoothing = Options.OptionalNumber("--label-smoothing", "Share of the target spread over all labels");
        Option<RecurrentInitialization> recurrentInit = Options.Choice(
            "--recurrent-init", "How recurrent weights are drawn", Defaults.RecurrentInitialization);
        var truncate = new Option<int?>("--truncate")
        {
            Description = "Steps that gradients go back from a sentence's last word (truncated back-propagation)",
            HelpName = "N",
        };
        Option<int> threads = Options.Integer("--threads", "Threads; the result does not depend on it", Environment.ProcessorCount, 1);
        Option<Nonlinearity> nonlinearity = Options.Choice("--nonlinearity", "Function of the RNN", Defaults.Nonlinearity);
        Option<int> embedding = Options.Integer("--embedding", "Width of the word vectors; 0 is one-hot", Defaults.Embedding, 0);
        Option<int> hidden = Options.Integer("--hidden", "Width of the hidden state", Defaults.Hidden, 1);
        Option<int> epochs = Options.Integer("--epochs", "How often every row is seen", Defaults.Epochs, 1);
        Option<int> batch = Options.Integer("--batch", "Rows a step", Defaults.BatchSize, 1);
        Option<float> learningRate = Options.PositiveNumber("--lr", "Learning rate", Defaults.LearningRate);
        Option<ulong> seed = Options.Seed();
        var keepCase = new Option<bool>("--keep-case") { Description = "Do not lower-case the texts" };
        Option<bool> json = Options.Json("Print one JSON object an epoch");
        var command = new Command("train", "Train a classifier on labelled sentences and save it")
        {
            data, dev, output, overwrite, cell, nonlinearity, embedding, hidden, layers, bidirectional, pooling, dropout, epochs, batch,
            optimizer, learningRate, momentum, weightDecay, clip, schedule, warmUp, labelSmoothing, recurrentInit, truncate, threads, seed,
            keepCase, json,
        };
        command.SetAction(parsed =>
        {
            string? folder = parsed.GetValue(output);
            bool mayReplace = parsed.GetValue(overwrite);
            if (folder is not null)
                SentenceClassifier.RequireSavePath(folder, mayReplace);
            (IReadOnlyList<LabelledText> rows, IReadOnlyList<LabelledText>? devRows) = ReadRows(
                parsed.GetRequiredValue(data), parsed.GetValue(dev));
            var options = new TrainingOptions
            {
                Cell = parsed.GetValue(cell),
                Nonlinearity = parsed.GetValue(nonlinearity),
                Embedding = parsed.GetValue(embedding),
                Hidden = parsed.GetValue(hidden),
                Layers = parsed.GetValue(layers),
                Bidirectional = parsed.GetValue(bidirectional),
                Pooling = parsed.GetValue(pooling),
                Dropout = parsed.GetValue(dropout) ?? Defaults.Dropout,
                Optimizer = parsed.GetValue(optimizer),
                Momentum = parsed.GetValue(momentum) ?? Defaults.Momentum,
                WeightDecay = parsed.GetValue(weightDecay) ?? Defaults.WeightDecay,
                ClipNorm = parsed.GetValue(clip) switch { null => Defaults.ClipNorm, 0 => null, float most => most },
                Schedule = Defaults.Schedule with { Kind = parsed.GetValue(schedule), WarmUpSteps = parsed.GetValue(warmUp) },
                LabelSmoothing = parsed.GetValue(labelSmoothing) ?? Defaults.LabelSmoothing,
                RecurrentInitialization = parsed.GetValue(recurrentInit),
                TruncateSteps = parsed.GetValue(truncate),
                Threads = parsed.GetValue(threads),
                Epochs = parsed.GetValue(epochs),
                BatchSize = parsed.GetValue(batch),
                LearningRate = parsed.GetValue(learningRate),
                Seed = parsed.GetValue(seed),
                Lowercase = !parsed.GetValue(keepCase),
            };
            SentenceClassifier classifier = SentenceClassifier.CreateFor(rows, options);
            terminal.Error.WriteLine(
                $"{rows.Count} rows, {classifier.Config.Classes} labels, {classifier.Vocabulary.Size} tokens in the vocabulary, {classifier.Parameters.Length} parameters");
            var display = new TrainingDisplay(terminal, parsed.GetValue(json));
            int exitCode = Train(classifier, rows, devRows, options, display, terminal);
            if (folder is null)
                terminal.Error.WriteLine("The model was not saved; give --out DIR to save it");
            else if (display.EpochsFinished == 0)
                terminal.Error.WriteLine("No epoch was finished; nothing was saved");
            else
                Save(classifier, folder, mayReplace, display.EpochsFinished, terminal);
            return exitCode;
        });
        return command;
    }

    private static (IReadOnlyList<LabelledText> Rows, IReadOnlyList<LabelledText>? DevRows) ReadRows(string data, string? dev)
    {
        IReadOnlyList<LabelledText> rows = LabelledTextReader.ReadTsv(data);
        IReadOnlyList<string> labels = LabelledTextReader.DistinctLabels(rows, data);
        if (dev is null)
            return (rows, null);
        IReadOnlyList<LabelledText> devRows = LabelledTextReader.ReadTsv(dev);
        for (int i = 0; i < devRows.Count; i++)
        {
            if (!labels.Contains(devRows[i].Label))
            {
                throw new InputException(
                    $"{dev}:{i + LabelledTextReader.FirstRowLine}: label \"{devRows[i].Label}\" is not in {data}, expected one of {string.Join(", ", labels)}");
            }
        }
        return (rows, devRows);
    }

    // Ctrl-C and a polite kill stop between two steps; what the last whole epoch gave is kept.
    private static int Train(
        SentenceClassifier classifier, IReadOnlyList<LabelledText> rows, IReadOnlyList<LabelledText>? devRows,
        TrainingOptions options, TrainingDisplay display, Terminal terminal)
    {
        using var interrupted = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            display.Run(progress => classifier.Fit(rows, options, devRows, progress, interrupted.Token));
            return 0;
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine($"Interrupted in epoch {display.EpochsFinished + 1} of {options.Epochs}");
            return 130;
        }

        void Stop(PosixSignalContext context)
        {
            // The first signal asks; a second one ends the process at once.
            context.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        }
    }

    private static void Save(SentenceClassifier classifier, string folder, bool mayReplace, int epochs, Terminal terminal)
    {
        classifier.Save(folder, mayReplace);
        terminal.Error.WriteLine($"Saved the model after {epochs} epoch{(epochs == 1 ? "" : "s")} in {folder}");
    }
}
