namespace Unroll.Cli;

/// <summary>Unlike <see cref="Progress{T}"/>, it reports on the training thread and in order.</summary>
internal sealed class OnTrainingThread<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
