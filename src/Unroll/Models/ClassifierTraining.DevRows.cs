using Unroll.Engine.Batches;
using Unroll.Training;

namespace Unroll.Models;

/// <content>Dev rows that were split off the training rows, and are learned in the end.</content>
public sealed partial class ClassifierTraining
{
    // Beyond it the networks' time is spent for nothing.
    private const double MostShareToLearn = 0.9;

    /// <summary>
    /// The model that was measured on the dev rows, after <see cref="Finish"/>: where these were split off the training rows,
    /// both parts learn them too in the end, when all is chosen.
    /// </summary>
    public SentenceClassifier? MeasuredOnDev { get; private set; }

    /// <summary>
    /// Whether the networks learn the dev rows in the end: where these were split off the training rows, and where networks have
    /// a tenth of the logits or more.
    /// </summary>
    public bool LearnsDevRows => MayLearnDevRows && _classifier is not { Config.LinearShare: > MostShareToLearn };

    private bool MayLearnDevRows => IsSplitOff && !LeavesDevRows && _options.FinalEpochs != 0 && _options.Networks > 0;

    private bool IsSplitOff => ReferenceEquals(_split.Train, _split.Dev) && _split.DevCount > 0;

    private (int Training, int Final) Plan => _options.Networks == 0 ? (0, 0) : _options.PlanEpochs(
        Prepared(_train).TokenCount, BatchOrder.BatchCount(Prepared(_train).Count, _options.BatchSize), MayLearnDevRows);

    // What was chosen stays. Should it diverge where the training itself did not, the networks stay as they were.
    private bool LearnDevRows(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        double temperature = Classifier.Config.Temperature;
        int[] rows = [.. RowsOf(_split.Train, _split.TrainRows), .. RowsOf(_split.Dev, _split.DevRows)];
        try
        {
            Classifier.Fit(
                Classifier.Encode(_split.Train, rows), _options.ForFinalEpochs(FinalEpochs), dev: null, progress,
                CreatePull(), cancellationToken);
            return true;
        }
        catch (TrainingDivergedException)
        {
            return false;
        }
        finally
        {
            Classifier.SetTemperature(temperature);
        }
    }
}
