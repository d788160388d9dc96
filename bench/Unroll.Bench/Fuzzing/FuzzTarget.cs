namespace Unroll.Bench.Fuzzing;

/// <summary>A reader that is given changed files.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Seeds">Whole files that it reads.</param>
/// <param name="Read">
/// Reads one file: returns if it is read, throws <see cref="InputException"/> if it is refused; anything else is a fault.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read);

/// <summary>What came of a target.</summary>
/// <param name="Name">The target.</param>
/// <param name="Read">Files that were read.</param>
/// <param name="Refused">Files that were refused in one line.</param>
/// <param name="Faults">What should not have happened, with the place of the file.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record FuzzResult(string Name, int Read, int Refused, IReadOnlyList<string> Faults, double Seconds);
