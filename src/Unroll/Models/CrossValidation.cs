using Unroll.Data;
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
    private IReadOnlyList<int[]>? _parts;

    /// <summary>K: how many folds there are, at most one a row.</summary>
    public required int Folds { get; init; }

    /// <inheritdoc cref="ClassifierTraining.ComparesWithSimplerModels"/>
    public bool ComparesWithSimplerModels { get; init; }

    /// <inheritdoc cref="ClassifierTraining.Unlabelled"/>
    public Corpus? Unlabelled { get; init; }

    /// <summary>Trains and measures fold by fold, as results are asked for.</summary>
    /// <exception cref="InputException">
    /// There are more folds than rows, or a row is the only one with its label: the fold that has it could not be trained for.
    /// </exception>
    public IEnumerable<PartScores> Run()
    {
        for (int fold = 0; fold < Folds; fold++)
            yield return Run(fold);
    }

    /// <summary>Trains on the other folds and measures on one.</summary>
    /// <param name="fold">Which fold, from 0.</param>
    /// <param name="checkpoint">Where the training's state is saved, to go on from; null for nowhere.</param>
    /// <exception cref="InputException">As for <see cref="Run()"/>.</exception>
    public PartScores Run(int fold, CheckpointOptions? checkpoint = null)
    {
        IReadOnlyList<int[]> parts = _parts ??= Split();
        int[] others = [.. parts.Where((_, part) => part != fold).SelectMany(rows => rows).Order()];
        var training = new ClassifierTraining(DevSplit.Of(corpus, others, options), options with { Checkpoint = checkpoint })
        {
            ComparesWithSimplerModels = ComparesWithSimplerModels,
            Unlabelled = Unlabelled,
        };
        training.Prepare();
        training.Finish(training.Fit());
        return training.Measure(corpus, parts[fold]);
    }

    private IReadOnlyList<int[]> Split()
    {
        if (Folds > corpus.Count)
        {
            throw new InputException(
                $"CrossValidation.Folds is {Folds} for {corpus.Count} rows, expected at most one fold a row");
        }
        int[] labels = LabelStrata.Of(corpus, [.. Enumerable.Range(0, corpus.Count)]);
        // Of several labels one may be unknown where it is measured.
        if (!corpus.HasSeveral)
            RequireTwoRows(labels);
        return StratifiedSplit.Folds(labels, Folds, new TorchGenerator(options.Seed));
    }

    // Dealt one after the other, two rows of a label are in two folds, and each fold is trained on the others.
    private void RequireTwoRows(int[] labels)
    {
        int[] lonely = [.. labels.CountBy(label => label).Where(entry => entry.Value == 1).Select(entry => entry.Key)];
        if (lonely.Length == 0)
            return;
        string others = lonely.Length > 1 ? $", and so is one of {lonely.Length - 1} more labels" : "";
        throw new InputException(
            $"row {Array.IndexOf(labels, lonely[0]) + 1} is the only one with the label {Excerpt.Of(corpus.Labels[lonely[0]])}" +
            $"{others}; give every label at least two rows, or leave out CrossValidation.Folds");
    }
}
