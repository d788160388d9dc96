using System.Globalization;
using System.Text.Json;
using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Engine.Numerics;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>
/// K trainings, each measured on the fold it never saw. Dev rows for stopping and for keeping the best epoch are split off the other
/// folds, and vocabularies are built of those, so that a fold's figures are as honest as a test set's.
/// </summary>
internal sealed class CrossValidation(Corpus corpus, TrainingOptions options, Terminal terminal, bool json)
{
    /// <summary>Trains and measures.</summary>
    /// <returns>The exit code.</returns>
    public int Run(int folds)
    {
        if (folds > corpus.Count)
            throw new InputException($"--folds is {folds} for {corpus.Count} rows, expected at most one fold a row");
        int[] labels = [.. Enumerable.Range(0, corpus.Count).Select(corpus.LabelOf)];
        IReadOnlyList<int[]> parts = StratifiedSplit.Folds(labels, folds, new TorchGenerator(options.Seed));
        var results = new List<EvaluationResult>();
        for (int fold = 0; fold < folds; fold++)
        {
            results.Add(RunFold(parts, fold));
            Write(fold, results[^1]);
        }
        WriteMeans(results);
        return 0;
    }

    private EvaluationResult RunFold(IReadOnlyList<int[]> parts, int fold)
    {
        int[] others = [.. parts.Where((_, part) => part != fold).SelectMany(rows => rows).Order()];
        DevSplit split = DevSplit.Of(corpus, others, options);
        SentenceClassifier classifier = SentenceClassifier.CreateFor(corpus, split.TrainRows, options);
        RequireKnownLabels(classifier, parts[fold], fold);
        classifier.Fit(classifier.Encode(corpus, split.TrainRows), options, classifier.Encode(corpus, split.DevRows));
        return classifier.Evaluate(classifier.Encode(corpus, parts[fold]), options.Threads);
    }

    private void RequireKnownLabels(SentenceClassifier classifier, int[] rows, int fold)
    {
        foreach (int row in rows)
        {
            string label = corpus.Labels[corpus.LabelOf(row)];
            if (!classifier.Config.Labels.Contains(label))
                throw new InputException($"row {row + 1} is the only one with the label \"{label}\" outside fold {fold + 1}'s training rows; give every label at least two rows, or leave out --folds");
        }
    }

    private void Write(int fold, EvaluationResult result)
    {
        if (json)
            terminal.Output.WriteLine(JsonLine.Of(writer => WriteFields(writer, "fold", fold + 1, result.Accuracy, result.MacroF1, result.Loss)));
        else
            terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Fold {fold + 1}: accuracy {result.Accuracy:F4}, macro-F1 {result.MacroF1:F4}, loss {result.Loss:F4} ({result.Rows} rows)"));
    }

    private void WriteMeans(List<EvaluationResult> results)
    {
        (double accuracy, double accuracyDeviation) = MeanAndDeviation(results.Select(result => result.Accuracy));
        (double macroF1, double macroF1Deviation) = MeanAndDeviation(results.Select(result => result.MacroF1));
        if (!json)
        {
            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Mean of {results.Count} folds: accuracy {accuracy:F4} ± {accuracyDeviation:F4}, macro-F1 {macroF1:F4} ± {macroF1Deviation:F4}"));
            return;
        }
        terminal.Output.WriteLine(JsonLine.Of(writer =>
        {
            WriteFields(writer, "folds", results.Count, accuracy, macroF1, results.Average(result => result.Loss));
            writer.WriteNumber("accuracy_deviation", accuracyDeviation);
            writer.WriteNumber("macro_f1_deviation", macroF1Deviation);
        }));
    }

    private static void WriteFields(Utf8JsonWriter writer, string name, int value, double accuracy, double macroF1, double loss)
    {
        writer.WriteNumber(name, value);
        writer.WriteNumber("accuracy", accuracy);
        writer.WriteNumber("macro_f1", macroF1);
        writer.WriteNumber("loss", loss);
    }

    // The sample's deviation, over n - 1.
    private static (double Mean, double Deviation) MeanAndDeviation(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return (mean, Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1)));
    }
}
