using Xunit;

namespace Unroll.Tests.Architecture;

/// <summary>Lines of code end at 130 characters, so that two files fit beside each other.</summary>
public class LineWidthTests
{
    private const int Most = 130;

    [Theory]
    [InlineData("src", "*.cs")]
    [InlineData("src/Unroll.Web/client/src", "*.ts")]
    [InlineData("tests", "*.cs")]
    [InlineData("bench", "*.cs")]
    [InlineData("lab", "*.cs")]
    public void Lines_end_at_130_characters(string folder, string pattern)
    {
        char separator = Path.DirectorySeparatorChar;
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, folder), pattern, SearchOption.AllDirectories)
                .Where(path => !path.Contains($"{separator}obj{separator}") && !path.Contains($"{separator}bin{separator}"))
                .Where(path => !path.Contains($"{separator}node_modules{separator}")),
        ];
        Assert.NotEmpty(files);
        IEnumerable<string> longer = files.SelectMany(file => File.ReadLines(file)
            .Select((line, i) => (Line: line, Number: i + 1))
            .Where(line => line.Line.Length > Most)
            .Select(line => $"{Path.GetRelativePath(RepositoryRoot.Path, file)}:{line.Number} has {line.Line.Length}"));
        Assert.Empty(longer);
    }
}
