using System.Text.RegularExpressions;

namespace Unroll.Tests.Architecture;

/// <summary>A source file as text, without comments: what it says of itself and of others.</summary>
internal sealed partial class SourceFile
{
    private SourceFile(string path)
    {
        Path = path;
        // References in comments point where the reader shall look, and that may be anywhere.
        Code = string.Join(
            '\n', File.ReadLines(path).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
        Declared = [.. Declaration().Matches(Code).Select(match => match.Groups[1].Value).Distinct()];
        // Names of namespaces and what messages say are no uses of a type.
        string uses = Text().Replace(Using().Replace(Code, ""), match => string.Concat(Hole().Matches(match.Value)));
        Words = Word().Matches(uses).Select(match => match.Value).ToHashSet();
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public string Code { get; }

    /// <summary>Types that the file declares at its top level.</summary>
    public IReadOnlyList<string> Declared { get; }

    /// <summary>Every identifier in it.</summary>
    public IReadOnlySet<string> Words { get; }

    /// <summary>The C# files below a folder, but for what the build makes.</summary>
    public static IReadOnlyList<SourceFile> In(string folder)
    {
        char separator = System.IO.Path.DirectorySeparatorChar;
        return
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Contains($"{separator}obj{separator}") && !path.Contains($"{separator}bin{separator}"))
                .Order(StringComparer.Ordinal).Select(path => new SourceFile(path)),
        ];
    }

    [GeneratedRegex(
        @"^(?:public|internal)[\w ]* (?:class|struct|record|interface|enum)\s+(?!struct\b|class\b)(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^using [\w.]+;", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex("""
        "(?:[^"\\\n]|\\.)*"
        """)]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Word();
}
