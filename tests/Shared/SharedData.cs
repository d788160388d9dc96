using Xunit;

namespace Unroll.Tests;

/// <summary>The labelled sentences of the benchmarks, which stand beside the repository where they are present.</summary>
internal static class SharedData
{
    /// <summary>One of their files; the test is skipped where it is not.</summary>
    public static string File(string name)
    {
        string path = Path.Combine(RepositoryRoot.Path, "..", "shared", "data", name);
        if (!System.IO.File.Exists(path))
            Assert.Skip($"needs the labelled sentences of the benchmarks: {name} in ../shared/data");
        return path;
    }

    /// <summary>A file of a collected case; the test is skipped where it is not.</summary>
    public static string Case(string name)
    {
        string path = Path.Combine(RepositoryRoot.Path, "..", "shared", "cases", name);
        if (!System.IO.File.Exists(path))
            Assert.Skip($"needs the collected cases: {name} in ../shared/cases");
        return Path.GetFullPath(path);
    }
}
