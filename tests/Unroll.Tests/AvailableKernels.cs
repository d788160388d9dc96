using Unroll.Engine.Kernels;
using Xunit;

namespace Unroll.Tests;

/// <summary>
/// Runs a test with every set of kernels that the machine has; tests that force one never run at the same time.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class AvailableKernels
{
    public const string Name = "kernels";

    public static TheoryData<string> All() => [.. KernelRegistry.Available.Select(kernels => kernels.Name)];

    internal static IKernels Get(string name) => KernelRegistry.Available.Single(kernels => kernels.Name == name);

    /// <summary>Networks made until the result is disposed use these kernels.</summary>
    internal static IDisposable Force(string name)
    {
        KernelRegistry.Force(Get(name));
        return new Unforce();
    }

    private sealed class Unforce : IDisposable
    {
        public void Dispose() => KernelRegistry.Force(null);
    }
}
