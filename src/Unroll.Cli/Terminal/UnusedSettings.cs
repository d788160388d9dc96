using Unroll.Training;

namespace Unroll.Cli;

/// <summary>Settings that were changed and that nothing in this training reads.</summary>
internal static class UnusedSettings
{
    private static readonly TrainingOptions Usual = new();

    /// <summary>Tells of them, a line each.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="options">The settings.</param>
    /// <param name="hasDev">Whether there are dev rows.</param>
    /// <param name="hasVectors">Whether there are pre-trained word vectors.</param>
    public static void Warn(Terminal terminal, TrainingOptions options, bool hasDev, bool hasVectors)
    {
        if (options.Precision is not null && !hasDev)
        {
            terminal.Error.WriteLine(
                "warning: --precision has no effect here, it is for dev rows; leave it out, or give --dev FILE");
        }
        bool isSgd = options.Optimizer == OptimizerKind.Sgd;
        bool isStep = options.Schedule.Kind == ScheduleKind.Step;
        if (options.Networks == 0)
        {
            WarnOfNetwork(terminal, options);
            return;
        }
        (string Name, bool IsChanged, bool IsRead, string Reader)[] all =
        [
            ("--momentum", options.Momentum != Usual.Momentum, isSgd, "--optimizer sgd"),
            ("--dense-updates", options.DenseUpdates != Usual.DenseUpdates, !isSgd || options.Momentum > 0,
                "--optimizer adam or adamw, and --momentum"),
            ("--beta1", options.Beta1 != Usual.Beta1, !isSgd, "--optimizer adam or adamw"),
            ("--beta2", options.Beta2 != Usual.Beta2, !isSgd, "--optimizer adam or adamw"),
            ("--epsilon", options.Epsilon != Usual.Epsilon, !isSgd, "--optimizer adam or adamw"),
            ("--step-size", options.Schedule.StepSize != Usual.Schedule.StepSize, isStep, "--schedule step"),
            ("--gamma", options.Schedule.Gamma != Usual.Schedule.Gamma, isStep, "--schedule step"),
            ("--vectors-scale", options.VectorScale != Usual.VectorScale, hasVectors, "--vectors"),
            ("--best", options.Best != Usual.Best, hasDev, "dev rows"),
            ("--patience", options.Patience != Usual.Patience, hasDev, "dev rows"),
        ];
        foreach ((string name, _, _, string reader) in all.Where(setting => setting.IsChanged && !setting.IsRead))
            terminal.Error.WriteLine($"warning: {name} has no effect here, it is for {reader}; leave it out");
    }

    // All but what the linear part, its rows and its seed are made of.
    private static void WarnOfNetwork(Terminal terminal, TrainingOptions options)
    {
        TrainingOptions read = Usual with
        {
            Networks = options.Networks,
            Tokens = options.Tokens,
            Lowercase = options.Lowercase,
            MinimumCount = options.MinimumCount,
            MaximumVocabulary = options.MaximumVocabulary,
            DevShare = options.DevShare,
            Precision = options.Precision,
            WordNgrams = options.WordNgrams,
            CharNgrams = options.CharNgrams,
            Seed = options.Seed,
            Threads = options.Threads,
            Checkpoint = options.Checkpoint,
            Cell = options.Cell,
        };
        if (options != read)
        {
            terminal.Error.WriteLine(
                "warning: --cell none has no network, so settings of a network and of its training have no effect; " +
                "leave them out");
        }
    }
}
