using System.Runtime.CompilerServices;

namespace Unroll.Tests;

/// <summary>The folder of the repository that the tests were built from.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    private static string Find([CallerFilePath] string here = "")
    {
        DirectoryInfo? folder = new FileInfo(here).Directory;
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Unroll.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Unroll.slnx is not above " + here);
    }
}
