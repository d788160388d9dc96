using Unroll.Cli.Report;
using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>One training: from rows to a model and what is said about it.</summary>
internal sealed class TrainRun(TrainData data, TrainingOptions options, Terminal terminal, bool json)
{
    private RunFolder? _folder;

    /// <summary>A file of pre-trained word vectors; null for none.</summary>
    public string? Vectors { get; init; }

    /// <summary>Whether the width of the word vectors was asked for; if not, it is the file's.</summary>
    public bool EmbeddingIsGiven { get; init; }

    /// <summary>Whether simpler models are trained to compare with.</summary>
    public bool Baselines { get; init; } = true;

    /// <summary>The file with the dev rows, to read their texts once more at the end; null leaves <c>evaluation.json</c> out.</summary>
    public (string Path, DataFormat Format)? DevFile { get; init; }

    /// <summary>Saves the model and, while it is trained, its state.</summary>
    public void Save(RunFolder folder, CheckpointOptions checkpoint)
    {
        _folder = folder;
        options = options with
        {
            Checkpoint = checkpoint with { Failed = e => Warn("the checkpoint", e) },
            GradientFlow = new OnTrainingThread<GradientFlow>(flow => TryWrite("the epoch's gradients", () => folder.AddGradients(flow))),
        };
    }

    /// <summary>Trains, saves and reports.</summary>
    /// <returns>The exit code.</returns>
    public int Train()
    {
        (SentenceClassifier classifier, DevSplit split, EncodedTexts train, EncodedTexts dev) = Prepare();
        var display = new TrainingDisplay(terminal, json, AddMetrics);
        IReadOnlyList<EpochReport>? reports = Fit(classifier, train, dev, display);
        if (reports is null)
        {
            if (display.EpochsFinished == 0)
                terminal.Error.WriteLine("No epoch was finished; no model was saved");
            else
                Save(classifier, display.EpochsFinished);
            if (_folder is not null)
                terminal.Error.WriteLine($"Go on with unroll train --resume {_folder.Path}");
            return UnrollCommand.Interrupted;
        }
        var summary = new TrainSummary(reports.Last(report => report.IsBest));
        if (dev.Count > 0)
            summary.Calibration = classifier.Calibrate(dev, options.Threads);
        if (data.Test is { } test)
            summary.Test = classifier.Evaluate(classifier.Encode(test), options.Threads);
        if (Baselines)
            summary.MeasureBaselines(train, dev, data.Test is null ? null : classifier.Encode(data.Test), classifier.Config.Classes);
        summary.Write(terminal, json);
        Save(classifier, reports.Count);
        if (_folder is not null)
        {
            Measure(_folder, classifier, split, summary);
            _folder.Finish();
            RunPage.WriteInto(_folder.Path, terminal);
        }
        return 0;
    }

    /// <summary>Draws the loss against the learning rate.</summary>
    /// <returns>The exit code.</returns>
    public int FindLearningRate()
    {
        (SentenceClassifier classifier, _, EncodedTexts train, _) = Prepare();
        LearningRateSearch search = classifier.SearchLearningRate(train, options);
        LearningRateDisplay.Write(terminal, search, json);
        return 0;
    }

    private (SentenceClassifier Classifier, DevSplit Split, EncodedTexts Train, EncodedTexts Dev) Prepare()
    {
        var split = DevSplit.Of(data.Train, data.Dev, options);
        Report(split);
        WordVectors? vectors = ReadVectors(split);
        SentenceClassifier classifier = SentenceClassifier.CreateFor(data.Train, split.TrainRows, options);
        if (vectors is not null)
        {
            classifier.SetWordVectors(vectors);
            terminal.Error.WriteLine($"{(vectors.Found == 0 ? "warning: " : "")}{Vectors}: vectors of {vectors.Found} of {classifier.Vocabulary.Size - 2} words ({vectors.Coverage:P1})");
        }
        terminal.Error.WriteLine(
            $"{classifier.Config.Classes} labels, {classifier.Vocabulary.Size} tokens in the vocabulary, {classifier.Parameters.Length} parameters");
        return (classifier, split, classifier.Encode(data.Train, split.TrainRows), classifier.Encode(split.Dev, split.DevRows));
    }

    private void Report(DevSplit split)
    {
        List<CorpusPart> others = [];
        if (split.DevCount > 0)
            others.Add(new CorpusPart("dev", split.Dev, split.DevRows));
        if (data.Test is { } test)
            others.Add(new CorpusPart("test", test));
        var report = new DataReport(new CorpusPart("train", split.Train, split.TrainRows), others);
        terminal.Error.WriteLine(report.Brief());
        string line = JsonLine.Of(writer =>
        {
            writer.WritePropertyName("data");
            report.WriteTo(writer);
        });
        if (json)
            terminal.Output.WriteLine(line);
        _folder?.WriteData(line);
    }

    private WordVectors? ReadVectors(DevSplit split)
    {
        if (Vectors is null)
            return null;
        var vocabulary = Vocabulary.Build(data.Train, split.TrainRows, options.MinimumCount, options.MaximumVocabulary ?? int.MaxValue);
        WordVectors vectors = WordVectors.Read(Vectors, vocabulary);
        if (EmbeddingIsGiven && options.Embedding != vectors.Width)
            throw new InputException($"{Vectors}: vectors have {vectors.Width} numbers, but --embedding is {options.Embedding}; leave --embedding out");
        options = options with { Embedding = vectors.Width };
        return vectors;
    }

    // Ctrl-C and a polite kill stop between two steps; the state is saved there. Null when interrupted.
    private IReadOnlyList<EpochReport>? Fit(SentenceClassifier classifier, EncodedTexts train, EncodedTexts dev, TrainingDisplay display)
    {
        using var interrupted = new Interruption();
        try
        {
            IReadOnlyList<EpochReport> reports = [];
            display.Run(progress => reports = classifier.Fit(train, options, dev, progress, interrupted.Token));
            return reports;
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine($"Interrupted in epoch {display.EpochsFinished + 1} of {options.Epochs ?? TrainingOptions.EpochsFor(train.TokenCount)}");
            return null;
        }
    }

    // The model is saved by now; what goes wrong here costs a part of the report alone.
    private void Measure(RunFolder folder, SentenceClassifier classifier, DevSplit split, TrainSummary summary)
    {
        if (DevFile is not var (path, format) || split.DevCount == 0)
            return;
        try
        {
            string measured = new DevEvaluation(classifier, path, format, split.DevRows, options.Threads, terminal).Measure(split.DevCount, summary);
            TryWrite("what was measured on the dev rows", () => folder.WriteEvaluation(measured));
        }
        catch (InputException e)
        {
            terminal.Error.WriteLine($"warning: {FlagNames.Translate(e.Message, "train")}");
        }
    }

    private void AddMetrics(EpochReport report) => TryWrite("the epoch's metrics", () => _folder?.AddMetrics(report));

    private void TryWrite(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn(what, e);
        }
    }

    // A disk that is full now may have room when the model is saved.
    private void Warn(string what, Exception e) =>
        terminal.Error.WriteLine($"warning: {what} could not be written ({e.Message.TrimEnd('.')}); training goes on");

    private void Save(SentenceClassifier classifier, int epochs)
    {
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
            throw new IOException($"{_folder.Path}: the model could not be written ({e.Message.TrimEnd('.')}); make room, then unroll train --resume {_folder.Path}", e);
        }
        terminal.Error.WriteLine($"Saved the model after {epochs} epoch{(epochs == 1 ? "" : "s")} in {_folder.Path}");
    }
}
