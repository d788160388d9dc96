using Unroll.Training;

namespace Unroll.Search;

/// <summary>A trial: one training that a search compares with others.</summary>
/// <param name="Number">Which trial, from 0.</param>
/// <param name="Settings">What was drawn for it, as names and values of a settings file.</param>
/// <param name="Options">All its settings. Seed, epochs and dev share are the same for all trials.</param>
public sealed record SearchTrial(int Number, IReadOnlyList<KeyValuePair<string, string>> Settings, TrainingOptions Options)
{
    /// <summary>Whether the width of pre-trained word vectors must be <see cref="TrainingOptions.Embedding"/>.</summary>
    public bool RequiresEmbedding { get; init; }
}
