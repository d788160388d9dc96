using System.Diagnostics;
using Unroll.Data;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <summary>Shows a training as it goes, and keeps what comes of it in a run folder.</summary>
internal sealed partial class TrainRun(TrainData data, TrainingOptions options, Terminal terminal, bool json)
{
    private const string Verb = "train";

    private RunFolder? _folder;

    /// <summary>The file of rows without labels; null for none.</summary>
    public string? Unlabelled { get; init; }

    /// <summary>A file of pre-trained word vectors; null for none.</summary>
    public string? Vectors { get; init; }

    /// <summary>Whether the width of the word vectors was asked for; if not, it is the file's.</summary>
    public bool EmbeddingIsGiven { get; init; }

    /// <summary>The model that is trained further; null for a new one.</summary>
    public SentenceClassifier? From { get; init; }

    /// <summary>How strongly its parameters are pulled towards what they were.</summary>
    public float Pull { get; init; }

    /// <summary>Of labels of which a share of the rows is learned, that share; null for none.</summary>
    public IReadOnlyDictionary<string, double>? TakenShares { get; init; }

    /// <summary>Whether simpler models are trained to compare with.</summary>
    public bool Baselines { get; init; } = true;

    /// <summary>
    /// The file with the dev rows, to read their texts once more at the end; null leaves <c>evaluation.json</c> out.
    /// </summary>
    public (string Path, DataFormat Format)? DevFile { get; init; }

    /// <summary>The file to save the model in, without a run folder, and whether it may be replaced; null for none.</summary>
    public (string Path, bool Overwrite)? Archive { get; init; }

    /// <summary>Saves the model and, while it is trained, its state.</summary>
    /// <param name="folder">Where; null for a rank that leaves it to the first.</param>
    /// <param name="checkpoint">Where and how often the state is saved.</param>
    public void Save(RunFolder? folder, CheckpointOptions checkpoint)
    {
        _folder = folder;
        options = options with { Checkpoint = checkpoint with { Failed = e => Warn("the checkpoint", e) } };
        if (folder is null)
            return;
        options = options with
        {
            GradientFlow = new OnTrainingThread<GradientFlow>(
                flow => TryWrite("the epoch's gradients", () => folder.AddGradients(flow))),
        };
    }

    /// <summary>Trains, saves and reports.</summary>
    /// <returns>The exit code.</returns>
    public int Train()
    {
        if (PrepareUntilInterrupted() is not { } training)
            return ExitCode.Interrupted;
        var display = new TrainingDisplay(terminal, json, AddMetrics);
        if (Fit(training, display) is not { } epochs)
        {
            if (display.EpochsFinished == 0)
                terminal.Error.WriteLine("No epoch was finished; no model was saved");
            else if (HasExploded(training.Classifier.Config.Choices, display.EpochsFinished))
                terminal.Error.WriteLine("The loss has exploded; no model was saved");
            else
                Save(training.Classifier, display.EpochsFinished);
            TellHowToGoOn();
            return ExitCode.Interrupted;
        }
        WarnOfExplosion(epochs, training.Classifier.Config.Choices);
        if (Finish(training, epochs, display) is not { } summary)
            return ExitCode.Interrupted;
        if (json)
            terminal.Output.WriteLine(JsonOutput.Of(summary.WriteFields));
        else
        {
            if (terminal.OutputIsTerminal && epochs.Count > 2)
                LineChart.Write(terminal.Output, "Training loss", "epoch", "loss", [.. epochs.Select(epoch => epoch.TrainLoss)]);
            TrainingSummaryTable.Write(summary, terminal.Output);
        }
        if (training.SelfTraining?.FirstDevAccuracy is { } first && first > summary.Dev?.Accuracy)
        {
            terminal.Error.WriteLine(
                $"note: the first model, without the rows of {DataInput.NameOf(Unlabelled!)}, is better on the dev rows " +
                FormattableString.Invariant($"({first:F4}); leave --unlabelled out, or give more dev rows to tell"));
        }
        Save(training.Classifier, epochs.Count);
        if (_folder is not null)
            FinishFolder(_folder, Measure(_folder, training, summary));
        return ExitCode.Done;
    }

    /// <summary>
    /// Whether what a finished training's folder lacks is made by training again alone: a model that has learned its dev rows can
    /// no longer be measured on them.
    /// </summary>
    public bool IsMadeByTrainingAlone(RunFolder folder)
    {
        if (!folder.LacksEvaluation)
            return false;
        ClassifierTraining training = TrainingWith(options);
        training.TakeTrained(SentenceClassifier.Load(folder.Path));
        return training.LearnsDevRows;
    }

    /// <summary>Makes what a finished training's folder lacks: what was measured on the dev rows, and the page.</summary>
    /// <returns>The exit code.</returns>
    public int Complete(RunFolder folder)
    {
        if (folder.LacksEvaluation)
        {
            ClassifierTraining training = Prepare();
            training.TakeTrained(SentenceClassifier.Load(folder.Path));
            Measure(folder, training, training.Finish(folder.Epochs()));
        }
        RunPage.WriteInto(folder.Path, terminal);
        return ExitCode.Done;
    }

    // Files that could not be written are made by --resume, which needs the state for that.
    private void FinishFolder(RunFolder folder, bool measured)
    {
        if (RunPage.WriteInto(folder.Path, terminal) && measured)
            folder.Finish();
        else
            terminal.Error.WriteLine($"Make room, then make what is missing with unroll train --resume {folder.Path}");
    }

    /// <summary>Draws the loss against the learning rate.</summary>
    /// <returns>The exit code.</returns>
    public int FindLearningRate()
    {
        LearningRateDisplay.Write(terminal, Prepare().SearchLearningRate(), json);
        return ExitCode.Done;
    }

    private ClassifierTraining TrainingWith(TrainingOptions settings) =>
        new(DevSplit.Of(data.Train, data.Dev, settings), settings)
        {
            Test = data.Test,
            Unlabelled = data.Unlabelled,
            WordVectorsFile = Vectors,
            From = From,
            Pull = Pull,
            TakenShares = TakenShares,
            RequiresEmbedding = EmbeddingIsGiven,
            ComparesWithSimplerModels = Baselines,
        };

    // Training the first model can take long. Null when interrupted.
    private ClassifierTraining? PrepareUntilInterrupted()
    {
        if (Unlabelled is null)
            return Prepare();
        using var interrupted = new Interruption();
        try
        {
            ClassifierTraining training = Prepare(interrupted.Token);
            interrupted.Token.ThrowIfCancellationRequested();
            return training;
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine("Interrupted before the first epoch; no model was saved");
            TellHowToGoOn();
            return null;
        }
    }

    private void TellHowToGoOn()
    {
        if (_folder is not null)
            terminal.Error.WriteLine($"Go on with unroll train --resume {_folder.Path}");
    }

    private ClassifierTraining Prepare(CancellationToken cancellationToken = default)
    {
        ClassifierTraining training = TrainingWith(options);
        DataReport report = training.Report();
        Show(report);
        if (training.Split.DevCount == 0 && options.DevShare > 0)
        {
            string kept = options.Networks == 0 ? "the model is uncalibrated"
                : $"the last epoch is kept, uncalibrated{(options.Linear ? ", and without a linear part" : "")}";
            terminal.Error.WriteLine(FormattableString.Invariant(
                $"warning: no class has rows enough for dev rows, a share of {options.DevShare:G7}: {kept}; ")
                + "give a larger --dev-share, or --dev FILE");
        }
        if (Unlabelled is not null)
            terminal.Error.WriteLine("A first model learns the labelled rows, to label others");
        long started = Stopwatch.GetTimestamp();
        training.Prepare(cancellationToken);
        SentenceClassifier classifier = training.Classifier;
        Show(report, training.WordVectors, training.SelfTraining, Stopwatch.GetElapsedTime(started).TotalSeconds);
        terminal.Error.WriteLine(
            $"{classifier.Config.Classes} labels{(classifier.Config.MultiLabel ? ", each decided by itself" : "")}, " +
            $"{classifier.Vocabulary.Size} tokens in the vocabulary" +
            (classifier.ParameterCount > 0 ? $", {classifier.ParameterCount} parameters" : ""));
        return training;
    }

    // What the end costs is done again after a stop: the state is that of the last epoch. Null when interrupted.
    private TrainingSummary? Finish(
        ClassifierTraining training, IReadOnlyList<EpochReport> epochs, TrainingDisplay display)
    {
        using var interrupted = new Interruption();
        try
        {
            TrainingSummary? summary = null;
            display.RunEnd(progress => summary = training.Finish(epochs, progress, interrupted.Token));
            return summary;
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine("Interrupted while the network learned the dev rows in the end");
            Save(training.Classifier, epochs.Count);
            TellHowToGoOn();
            return null;
        }
    }

    // Ctrl-C and SIGTERM stop between two steps; the state is saved there. Null when interrupted.
    private IReadOnlyList<EpochReport>? Fit(ClassifierTraining training, TrainingDisplay display)
    {
        using var interrupted = new Interruption();
        try
        {
            IReadOnlyList<EpochReport> epochs = [];
            display.Run(progress => epochs = training.Fit(progress, interrupted.Token));
            return epochs;
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine($"Interrupted in epoch {display.EpochsFinished + 1} of {training.Epochs}");
            return null;
        }
    }

    // The model is saved by now; what goes wrong here costs a part of the report alone.
    private bool Measure(RunFolder folder, ClassifierTraining training, TrainingSummary summary)
    {
        DevSplit split = training.Split;
        if (DevFile is not var (path, format) || split.DevCount == 0)
            return true;
        try
        {
            SentenceClassifier measured = training.MeasuredOnDev ?? training.Classifier;
            var evaluation = new DevEvaluation(measured, path, format, split.DevRows, options.Threads, terminal);
            string scores = evaluation.Measure(split.DevCount, summary);
            return TryWrite("what was measured on the dev rows", () => folder.WriteEvaluation(scores));
        }
        catch (InputException e)
        {
            // Rows that are gone are gone; trying again helps nobody.
            terminal.Error.WriteLine($"warning: {FlagNames.Translate(e.Message, Verb)}");
            return true;
        }
    }

    private void Save(SentenceClassifier classifier, int epochs)
    {
        string after = epochs == 0 ? "" : $" after {epochs} epoch{(epochs == 1 ? "" : "s")}";
        if (Archive is var (path, overwrite))
        {
            classifier.Save(path, overwrite);
            terminal.Error.WriteLine($"Saved the model{after} in {path}");
            return;
        }
        if (_folder is null)
        {
            terminal.Error.WriteLine("The model was not saved; give --out DIR to save it");
            return;
        }
        try
        {
            _folder.Save(classifier);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{_folder.Path}: the model could not be written ({WriteFailure.ReasonOf(e)}); " +
                $"make room, then unroll train --resume {_folder.Path}",
                e);
        }
        terminal.Error.WriteLine($"Saved the model{after} in {_folder.Path}");
    }
}
