using Unroll.Models;
using Unroll.Text;

namespace Unroll.Cli.Runs;

/// <content>Several trainings, of seeds or folds.</content>
internal sealed partial class TrainRun
{
    /// <summary>Trains with several seeds, shows every figure of each and their means, and keeps none.</summary>
    /// <param name="seeds">How many, from the settings' seed on.</param>
    /// <param name="shared">The folder that shares them among processes; null to train all of them here.</param>
    /// <returns>The exit code.</returns>
    public int TrainSeeds(int seeds, RepeatedFolder? shared)
    {
        var training = new RepeatedTraining(options, TrainingWith) { Seeds = seeds };
        DataReport report = training.Report();
        Show(report);
        IEnumerable<SeedFigures> results = shared is null
            ? training.Run().Select(Told)
            : shared.Run(seeds, (place, checkpoint) => Told(training.Run(place, checkpoint)).ToJson(), SeedFigures.Read);
        SeedsDisplay.Write(terminal, results, json);
        return ExitCode.Done;

        SeedFigures Told(SeedResult result)
        {
            if (result.Seed == options.Seed)
                Show(report, result.WordVectors, result.SelfTraining, seconds: null);
            PartReport rows = report.Parts[0];
            WarnOfExplosion(
                result.Summary.Epochs, rows.HasSeveralLabels || options.MultiLabel ? 2 : rows.Labels.Count,
                FormattableString.Invariant($"seed {result.Seed}: "));
            return SeedFigures.Of(result);
        }
    }

    /// <summary>Cross-validates, shows every fold and their mean, and keeps no model.</summary>
    /// <param name="folds">How many folds.</param>
    /// <param name="shared">The folder that shares them among processes; null to train all of them here.</param>
    /// <returns>The exit code.</returns>
    public int TrainFolds(int folds, RepeatedFolder? shared)
    {
        var validation = new CrossValidation(data.Train, options)
        {
            Folds = folds,
            ComparesWithSimplerModels = Baselines,
            Unlabelled = data.Unlabelled,
        };
        IEnumerable<FoldFigures> results = shared is null
            ? validation.Run().Select(FoldFigures.Of)
            : shared.Run(
                folds, (fold, checkpoint) => FoldFigures.Of(validation.Run(fold, checkpoint)).ToJson(), FoldFigures.Read);
        FoldsDisplay.Write(terminal, results, json);
        return ExitCode.Done;
    }
}
