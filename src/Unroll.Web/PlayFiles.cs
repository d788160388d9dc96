using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Unroll.Web;

/// <summary>The files of the live lab by their paths, such as <c>_framework/dotnet.js</c>, each compressed by Brotli.</summary>
public sealed class PlayFiles
{
    /// <summary>What to do where <see cref="IsBuilt"/> is false.</summary>
    public const string HowToBuild =
        "this build has no live lab; install Node 20.19 or newer, run dotnet build src/Unroll.Play/Play.proj, and build again";

    private const string Prefix = "play/";
    private const string Suffix = ".br";
    private const string Model = "model.zip";

    private readonly Dictionary<string, Func<Stream>> _files;

    private PlayFiles(Dictionary<string, Func<Stream>> files) => _files = files;

    /// <summary>The files in this assembly; none where it was built without them.</summary>
    public static PlayFiles Embedded { get; } = ReadEmbedded();

    /// <summary>Whether there is a page among them.</summary>
    public bool IsBuilt => _files.ContainsKey("index.html");

    /// <summary>The paths, sorted.</summary>
    public IReadOnlyList<string> Paths => [.. _files.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The files of a folder that <c>Play.proj</c> made.</summary>
    /// <param name="folder">The folder; each file has its Brotli form beside it.</param>
    public static PlayFiles Of(string folder)
    {
        var files = new Dictionary<string, Func<Stream>>(StringComparer.Ordinal);
        if (Directory.Exists(folder))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*" + Suffix, SearchOption.AllDirectories))
            {
                string path = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
                files[path[..^Suffix.Length]] = () => File.OpenRead(file);
            }
        }
        return new PlayFiles(files);
    }

    /// <summary>The same files with a model, which the page opens.</summary>
    /// <param name="archive">The model as one file.</param>
    public PlayFiles WithModel(byte[] archive)
    {
        string page = Encoding.UTF8.GetString(Whole("index.html") ?? throw new InvalidOperationException(HowToBuild));
        string name = $"<meta name=\"unroll-model\" content=\"{Model}\">";
        string named = page.Replace("</head>", $"{name}</head>", StringComparison.Ordinal);
        return new PlayFiles(new Dictionary<string, Func<Stream>>(_files, StringComparer.Ordinal)
        {
            ["index.html"] = OpenOf(Encoding.UTF8.GetBytes(named)),
            [Model] = OpenOf(archive),
        });

        static Func<Stream> OpenOf(byte[] content)
        {
            using var memory = new MemoryStream();
            using (var brotli = new BrotliStream(memory, CompressionLevel.Optimal))
                brotli.Write(content);
            byte[] compressed = memory.ToArray();
            return () => new MemoryStream(compressed, writable: false);
        }
    }

    /// <summary>A file in its Brotli form.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>Null where there is none.</returns>
    public byte[]? Compressed(string path)
    {
        if (!_files.TryGetValue(path, out Func<Stream>? open))
            return null;
        using Stream stream = open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>A file as it is.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>Null where there is none.</returns>
    public byte[]? Whole(string path)
    {
        if (!_files.TryGetValue(path, out Func<Stream>? open))
            return null;
        using Stream stream = open();
        using var brotli = new BrotliStream(stream, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        brotli.CopyTo(memory);
        return memory.ToArray();
    }

    private static PlayFiles ReadEmbedded()
    {
        Assembly assembly = typeof(PlayFiles).Assembly;
        return new PlayFiles(assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .ToDictionary(
                name => name[Prefix.Length..^Suffix.Length],
                name => (Func<Stream>)(() => assembly.GetManifestResourceStream(name)!),
                StringComparer.Ordinal));
    }
}
