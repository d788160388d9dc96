using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Unroll.Evaluation;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>
/// K trainings, each measured on the fold it never saw. Dev rows for stopping and for keeping the best epoch are split off the
/// other folds, and vocabularies are built of those, so that a fold's figures are as honest as a test set's.
/// </summary>
/// <param name="corpus">Has the rows.</param>
/// <param name="options">Settings of each training.</param>
public sealed class CrossValidation(Corpus corpus, TrainingOptions options)
{
    /// <summary>K: how many folds there are, at most one a row.</summary>
    public required int Folds { get; init; }

    /// <summary>Trains and measures fold by fold, as results are asked for.</summary>
    /// <exception cref="InputException">
    /// There are more folds than rows, or a row is the only one with its label outside a fold's training rows.
    /// </exception>
    public IEnumerable<EvaluationResult> Run()
    {
        if (Folds > corpus.Count)
        {
            throw new InputException(
                $"CrossValidation.Folds is {Folds} for {corpus.Count} rows, expected at most one fold a row");
        }
        int[] labels = [.. Enumerable.Range(0, corpus.Count).Select(corpus.LabelOf)];
        IReadOnlyList<int[]> parts = StratifiedSplit.Folds(labels, Folds, new TorchGenerator(options.Seed));
        for (int fold = 0; fold < Folds; fold++)
            yield return RunFold(parts, fold);
    }

    private EvaluationResult RunFold(IReadOnlyList<int[]> parts, int fold)
    {
        int[] others = [.. parts.Where((_, part) => part != fold).SelectMany(rows => rows).Order()];
        var training = new ClassifierTraining(DevSplit.Of(corpus, others, options), options);
        training.Prepare();
        RequireKnownLabels(training.Classifier, parts[fold], fold);
        training.Fit();
        return training.Classifier.Evaluate(training.Classifier.Encode(corpus, parts[fold]), options.Threads);
    }

    private void RequireKnownLabels(SentenceClassifier classifier, int[] rows, int fold)
    {
        foreach (int row in rows)
        {
            string label = corpus.Labels[corpus.LabelOf(row)];
            if (classifier.Config.Labels.Contains(label))
                continue;
            throw new InputException(
                $"row {row + 1} is the only one with the label \"{label}\" outside fold {fold + 1}'s training rows; " +
                "give every label at least two rows, or leave out CrossValidation.Folds");
        }
    }
}
