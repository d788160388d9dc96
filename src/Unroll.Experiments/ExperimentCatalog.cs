namespace Unroll.Experiments;

/// <summary>Every experiment there is.</summary>
public static class ExperimentCatalog
{
    /// <summary>The experiments, in the order of the document that tells of them.</summary>
    public static IReadOnlyList<IExperiment> All { get; } =
    [
        new VanishingExperiment(), new ExplodingExperiment(), new MemoryExperiment(), new SequenceExperiment(new AddingTask()),
        new SequenceExperiment(new CopyTask()), new ChaosExperiment(), new OrderExperiment(), new SeedsExperiment(),
        new WordsExperiment(), new NegationExperiment(), new RecallExperiment(), new SelectExperiment(), new PositionExperiment(),
        new ContextExperiment(), new ForgetExperiment(), new WindowExperiment(), new RateExperiment(), new ScanExperiment(),
    ];
}
