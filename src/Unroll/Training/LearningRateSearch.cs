using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Threading;
using Unroll.Storage;

namespace Unroll.Training;

/// <summary>The loss of a step at one learning rate.</summary>
/// <param name="LearningRate">The rate.</param>
/// <param name="Loss">The batch's loss before the update, in nats.</param>
/// <param name="SmoothedLoss">The losses so far, the last ones counting most.</param>
public readonly record struct LearningRateTrial(double LearningRate, double Loss, double SmoothedLoss);

/// <summary>
/// A learning rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): a few steps whose rate grows
/// from step to step until the loss flies off.
/// </summary>
/// <param name="Trials">Every step.</param>
/// <param name="Suggestion">A tenth of the rate at which the smoothed loss was smallest.</param>
public sealed record LearningRateSearch(IReadOnlyList<LearningRateTrial> Trials, double Suggestion)
{
    private const double Smallest = 1e-6;
    private const double Largest = 10;
    private const int StepsPerDecade = 20;
    private const double Smoothing = 0.9;
    private const double FlownOff = 4;

    /// <summary>A line of JSON for each step, then one with the suggestion.</summary>
    public IEnumerable<string> JsonLines()
    {
        foreach (LearningRateTrial trial in Trials)
        {
            yield return JsonLine.Of(json =>
            {
                json.WriteNumber("learning_rate", trial.LearningRate);
                json.WriteNumber("loss", trial.Loss);
                json.WriteNumber("smoothed_loss", trial.SmoothedLoss);
            });
        }
        yield return JsonLine.Of(json => json.WriteNumber("suggestion", Suggestion));
    }

    /// <summary>Runs the test; the network's parameters are afterwards as they were.</summary>
    /// <param name="network">A network with fresh parameters.</param>
    /// <param name="unknownId">The id of unknown words; null for a closed vocabulary.</param>
    /// <param name="train">Rows to train on.</param>
    /// <param name="options">Resolved settings of the training; learning rate, schedule and epochs are not looked at.</param>
    /// <exception cref="TrainingDivergedException">The loss is not finite from the start.</exception>
    internal static LearningRateSearch Run(Network network, int? unknownId, EncodedTexts train, TrainingOptions options)
    {
        using var pool = new WorkerPool(options.Threads ?? Environment.ProcessorCount);
        var step = new TrainingStep(network, options.ToStepSettings(unknownId, train.Sets), pool);
        Parameters before = network.Parameters.Clone();
        var trials = new List<LearningRateTrial>();
        try
        {
            Climb(step, train, options, trials);
        }
        finally
        {
            network.Parameters.CopyFrom(before.Values);
            network.Pack();
        }
        if (trials.Count == 0)
        {
            throw new TrainingDivergedException(
                "the loss of the first step is not finite, before any rate was tried; try smaller first values or shorter texts");
        }
        return new LearningRateSearch(trials, trials.MinBy(trial => trial.SmoothedLoss).LearningRate / 10);
    }

    private static void Climb(TrainingStep step, EncodedTexts train, TrainingOptions options, List<LearningRateTrial> trials)
    {
        int count = (int)Math.Round(Math.Log10(Largest / Smallest) * StepsPerDecade) + 1;
        var generator = new TorchGenerator(options.Seed);
        var batches = new Queue<int[]>();
        double average = 0;
        double best = double.PositiveInfinity;
        for (int i = 0; i < count; i++)
        {
            if (batches.Count == 0)
                batches = new Queue<int[]>(BatchOrder.Shuffled(train, options.BatchSize, generator));
            double rate = Smallest * Math.Pow(10, (double)i / StepsPerDecade);
            double loss = step.Run(train, batches.Dequeue(), (float)rate).Loss;
            average = Smoothing * average + (1 - Smoothing) * loss;
            double smoothed = average / (1 - Math.Pow(Smoothing, i + 1));
            if (!double.IsFinite(smoothed) || smoothed > FlownOff * best)
                return;
            best = Math.Min(best, smoothed);
            trials.Add(new LearningRateTrial(rate, loss, smoothed));
        }
    }
}
