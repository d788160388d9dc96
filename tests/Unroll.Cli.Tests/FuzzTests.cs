using Unroll.Bench.Fuzzing;
using Unroll.Tests;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>
/// Changed files are read or refused in one line, whatever reads them: a short run of what <c>fuzz</c> of
/// <c>bench/Unroll.Bench</c> does by the million.
/// </summary>
public class FuzzTests
{
    private const int FilesOfReader = 250;

    [Fact]
    public void Changed_files_are_read_or_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        using var targets = new FuzzTargets();
        FuzzResult[] results =
            [.. targets.All().Select(target => new Fuzzer(target, seed: 42, folder["faults"]).Run(FilesOfReader))];
        Assert.Empty(results.SelectMany(result => result.Faults.Select(fault => $"{result.Name}: {fault}")));
        Assert.All(results, result => Assert.True(result.Refused > 0, result.Name));
    }
}
