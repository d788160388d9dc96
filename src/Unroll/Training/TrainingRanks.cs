using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Unroll.Engine.Networks;

namespace Unroll.Training;

/// <summary>
/// Ranks that train one model: what each must have as the others do, so that all take the same way. What is computed everywhere
/// alike is not exchanged; should it differ after all, the training ends.
/// </summary>
internal sealed class TrainingRanks
{
    private readonly RankAgreement _agreement;
    private readonly IReadOnlyList<Network> _networks;

    /// <summary>Compares what the ranks are to train.</summary>
    /// <param name="agreement">What they agree by.</param>
    /// <param name="run">A hash of all that decides how the training goes.</param>
    /// <param name="options">Resolved settings.</param>
    /// <param name="networks">The networks, with their first parameters.</param>
    /// <exception cref="InputException">The ranks have different rows, settings or machines.</exception>
    public TrainingRanks(
        RankAgreement agreement, string run, TrainingOptions options, IReadOnlyList<Network> networks)
    {
        (_agreement, _networks) = (agreement, networks);
        RequireSame(
            networks[0].KernelsName, "computes with other vector instructions than rank 0 and would round otherwise; give " +
            "every rank the same, such as UNROLL_KERNELS=vector256");
        RequireSame(run, "has other rows or other settings than rank 0; give every rank the same files and options");
        RequireSame(
            options.Checkpoint is null ? "no" : "yes",
            "has no TrainingOptions.Checkpoint where rank 0 has one, or the other way round; give it to all or none");
        MeasuresFlow = agreement.Any(options.GradientFlow is not null);
        RequireSameParameters();
    }

    /// <summary>Whether a rank is asked how gradients flow: all measure it then.</summary>
    public bool MeasuresFlow { get; }

    /// <summary>Whether a rank was asked to stop: all do then.</summary>
    /// <param name="cancellationToken">Asks this one.</param>
    public bool AreCancelled(CancellationToken cancellationToken) => _agreement.Any(cancellationToken.IsCancellationRequested);

    /// <summary>Compares the parameters of the ranks.</summary>
    /// <exception cref="InputException">They differ.</exception>
    public void RequireSameParameters()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Network network in _networks)
            hash.AppendData(MemoryMarshal.AsBytes(network.Parameters.Values));
        RequireSame(
            Convert.ToHexString(hash.GetHashAndReset()),
            "has other parameters than rank 0, so its machine computes otherwise; train on machines of one kind, from the last " +
            "checkpoint on");
    }

    // All of the same length, or one that differs in length differs in its hash.
    private void RequireSame(string value, string fault)
    {
        if (_agreement.FirstOther(SHA256.HashData(Encoding.UTF8.GetBytes(value))) is { } rank)
            throw new InputException($"rank {rank} {fault}");
    }
}
