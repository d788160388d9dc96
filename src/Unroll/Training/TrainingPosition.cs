using Unroll.Engine.Networks;

namespace Unroll.Training;

/// <summary>How far a training has come: all that decides how it goes on, but for parameters and optimizer.</summary>
internal sealed class TrainingPosition
{
    /// <summary>The epoch that runs, from 1.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>Steps of this epoch that are done.</summary>
    public int StepsInEpoch { get; set; }

    /// <summary>Steps of the whole training that are done.</summary>
    public long Steps { get; set; }

    /// <summary>
    /// The random numbers as they stood when the epoch began: they gave its order of rows. Null before the first.
    /// </summary>
    public byte[]? GeneratorAtEpoch { get; set; }

    /// <summary>The sum of the losses of the rows seen in this epoch.</summary>
    public double LossSum { get; set; }

    /// <summary>The sum of the gradient norms of the steps of this epoch.</summary>
    public double NormSum { get; set; }

    /// <summary>Rows seen in this epoch.</summary>
    public int Rows { get; set; }

    /// <summary>Tokens seen in this epoch.</summary>
    public long Tokens { get; set; }

    /// <summary>Steps of this epoch that were clipped.</summary>
    public int Clipped { get; set; }

    /// <summary>Seconds spent in this epoch before the process that runs.</summary>
    public double Seconds { get; set; }

    /// <summary>What was measured of the gradients of this epoch.</summary>
    public GradientFlowSums GradientFlow { get; } = new();

    /// <summary>The epochs that are done.</summary>
    public List<EpochReport> Reports { get; } = [];

    /// <summary>Whether no epoch is left.</summary>
    public bool Finished { get; set; }

    /// <summary>The best epoch so far; null before the first.</summary>
    public EpochReport? Best => Reports.LastOrDefault(report => report.IsBest);

    /// <summary>Begins the next epoch.</summary>
    public void NextEpoch()
    {
        Epoch++;
        (StepsInEpoch, LossSum, NormSum, Rows, Tokens, Clipped, Seconds) = (0, 0, 0, 0, 0, 0, 0);
        GeneratorAtEpoch = null;
        GradientFlow.Clear();
    }
}
