namespace Unroll.Tests;

/// <summary>A folder of its own for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("unroll-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(this[name], content);
        return this[name];
    }

    /// <summary>Makes a pipe with a name, on Linux.</summary>
    public string WritePipe(string name)
    {
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [this[name]]);
        mkfifo.WaitForExit();
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
