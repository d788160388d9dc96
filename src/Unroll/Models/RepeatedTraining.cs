using Unroll.Evaluation;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Models;

/// <summary>A training of one of several seeds.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Summary">How it ended.</param>
public sealed record SeedResult(ulong Seed, TrainingSummary Summary)
{
    /// <summary>The pre-trained word vectors that it began with; null for none.</summary>
    public WordVectors? WordVectors { get; init; }

    /// <summary>What became of its rows without labels; null for none.</summary>
    public SelfTrainingReport? SelfTraining { get; init; }

    /// <summary>
    /// Every figure by its key in JSON: loss, accuracy and F1 on the dev rows and on the test rows, of the model and of
    /// simpler ones. The dev loss is the calibrated one.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, double>> Figures()
    {
        (string Key, double? Value)[] all =
        [
            ("dev_accuracy", Summary.Dev?.Accuracy),
            ("dev_macro_f1", Summary.Dev?.MacroF1),
            ("dev_micro_f1", MicroF1(Summary.Dev)),
            ("dev_loss", Summary.Calibration?.LossAfter),
            ("test_accuracy", Summary.Test?.Accuracy),
            ("test_macro_f1", Summary.Test?.MacroF1),
            ("test_micro_f1", MicroF1(Summary.Test)),
            ("test_loss", Summary.Test?.Loss),
            ("test_ece", Summary.Test?.CalibrationError),
            .. Summary.SimplerModels.SelectMany(model => new (string, double?)[]
            {
                ($"{model.Key}_dev_accuracy", model.Dev?.Accuracy),
                ($"{model.Key}_test_accuracy", model.Test?.Accuracy),
            }),
        ];
        return
        [
            .. all.Where(figure => figure.Value is not null)
                .Select(figure => KeyValuePair.Create(figure.Key, figure.Value!.Value)),
        ];

        // Where every row has one label it is the accuracy.
        static double? MicroF1(EvaluationResult? result) => result is { IsMultiLabel: true } ? result.MicroF1 : null;
    }
}

/// <summary>
/// N trainings on the same rows that differ in their seed alone: how much of a figure is chance. The seed decides first
/// parameters, order of rows, dropout and, where no dev rows are given, which rows are split off as such.
/// </summary>
/// <param name="options">Settings of each training, with the first seed.</param>
/// <param name="trainingWith">Makes a training of such settings.</param>
public sealed class RepeatedTraining(TrainingOptions options, Func<TrainingOptions, ClassifierTraining> trainingWith)
{
    /// <summary>N: how many seeds there are, one after the other from <see cref="TrainingOptions.Seed"/> on.</summary>
    public required int Seeds { get; init; }

    /// <summary>Trains and measures seed by seed, as results are asked for.</summary>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss of a training became NaN or infinite, or exploded.</exception>
    public IEnumerable<SeedResult> Run()
    {
        for (int i = 0; i < Seeds; i++)
            yield return Run(i);
    }

    /// <summary>Trains and measures with one of the seeds.</summary>
    /// <param name="place">Which of them, from 0.</param>
    /// <param name="checkpoint">Where the training's state is saved, to go on from; null for nowhere.</param>
    /// <exception cref="InputException">The rows or a setting cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, or exploded.</exception>
    public SeedResult Run(int place, CheckpointOptions? checkpoint = null)
    {
        if ((ulong)Seeds - 1 > ulong.MaxValue - options.Seed)
        {
            ulong most = ulong.MaxValue - (ulong)Seeds + 1;
            throw new InputException($"TrainingOptions.Seed is {options.Seed} for {Seeds} seeds, expected at most {most}");
        }
        TrainingOptions ofSeed = options with { Seed = options.Seed + (ulong)place, Checkpoint = checkpoint };
        ClassifierTraining training = trainingWith(ofSeed);
        RequireRowsToMeasureOn(training);
        training.Prepare();
        return new SeedResult(ofSeed.Seed, training.Finish(training.Fit()))
        {
            WordVectors = training.WordVectors,
            SelfTraining = training.SelfTraining,
        };
    }

    /// <summary>What there is to know about the rows before they are trained on, split by the first seed.</summary>
    public DataReport Report() => trainingWith(options).Report();

    private void RequireRowsToMeasureOn(ClassifierTraining training)
    {
        if (training.Test is not null || training.Split.DevCount > 0)
            return;
        throw new InputException(
            FormattableString.Invariant($"TrainingOptions.DevShare is {options.DevShare:G7}, ") +
            $"which takes no dev rows from {training.Split.Train.Count} rows, " +
            "expected dev or test rows to measure each seed on; give a larger TrainingOptions.DevShare, or test rows");
    }
}
