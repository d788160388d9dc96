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

    /// <summary>The sum of the losses of the rows seen in this epoch.</summary>
    public double LossSum { get; set; }

    /// <summary>The sum of the gradient norms of the steps of this epoch.</summary>
    public double NormSum { get; set; }

    /// <summary>Rows seen in this epoch.</summary>
    public int Rows { get; set; }

    /// <summary>Tokens seen in this epoch, of all networks.</summary>
    public long Tokens { get; set; }

    /// <summary>Steps of this epoch that were clipped, of all networks.</summary>
    public int Clipped { get; set; }

    /// <summary>Seconds spent in this epoch before the process that runs.</summary>
    public double Seconds { get; set; }

    /// <summary>How far each network has come.</summary>
    public required IReadOnlyList<NetworkPosition> Networks { get; init; }

    /// <summary>What was measured of the gradients of this epoch.</summary>
    public GradientFlowSums GradientFlow { get; } = new();

    /// <summary>The epochs that are done.</summary>
    public List<EpochReport> Reports { get; } = [];

    /// <summary>Whether no epoch is left.</summary>
    public bool Finished { get; set; }

    /// <summary>The best epoch so far; null before the first.</summary>
    public EpochReport? Best => Reports.LastOrDefault(report => report.IsBest);

    /// <summary>What no training can have written, for a position that was read; null if nothing is wrong.</summary>
    /// <param name="epochs">Epochs that are planned.</param>
    /// <param name="batches">Steps of an epoch.</param>
    /// <param name="rows">Rows to train on.</param>
    /// <param name="hasDev">Whether epochs are measured on dev rows.</param>
    /// <param name="networks">Networks that are trained.</param>
    public string? FaultIn(int epochs, int batches, int rows, bool hasDev, int networks)
    {
        bool began = Steps > 0;
        return Networks.Count != networks ? $"{Networks.Count} networks of {networks}"
            : Epoch < 1 || Epoch > epochs + 1 ? $"epoch {Epoch} of {epochs}"
            : StepsInEpoch < 0 || StepsInEpoch > batches ? $"step {StepsInEpoch} of {batches}"
            : Steps != (long)(Epoch - 1) * batches + StepsInEpoch ? $"{Steps} steps in epoch {Epoch}"
            : Rows < StepsInEpoch || Rows > rows || Tokens < 0 || Clipped < 0 || Clipped > (long)StepsInEpoch * networks
                ? "counts of the epoch"
            : !IsTime(Seconds) || !double.IsFinite(LossSum + NormSum) ? "sums of the epoch"
            : Networks.Select(network => network.FaultIn(began)).FirstOrDefault(fault => fault is not null) is { } fault ? fault
            : Epoch > epochs && !Finished ? "an end that is none"
            : Reports.Count != Epoch - 1 || Reports.Where((report, i) => report.Epoch != i + 1).Any() ? "reports of the epochs"
            : Reports.Count > 0 && !Reports[0].IsBest ? "no best epoch"
            : Reports.Any(report => !IsTime(report.TrainSeconds) || !double.IsFinite(report.TrainLoss + report.GradientNorm))
                ? "numbers of the epochs"
            : Reports.Any(report => (report.DevLoss is null || report.DevAccuracy is null || report.DevMacroF1 is null) == hasDev)
                ? "scores of the epochs"
            : null;
    }

    // In seconds, and no more than a life.
    private static bool IsTime(double seconds) => seconds is >= 0 and < 3e9;

    /// <summary>Begins the next epoch.</summary>
    public void NextEpoch()
    {
        Epoch++;
        (StepsInEpoch, LossSum, NormSum, Rows, Tokens, Clipped, Seconds) = (0, 0, 0, 0, 0, 0, 0);
        foreach (NetworkPosition network in Networks)
            network.GeneratorAtEpoch = null;
        GradientFlow.Clear();
    }
}
