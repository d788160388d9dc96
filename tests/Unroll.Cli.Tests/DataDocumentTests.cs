using System.Text.RegularExpressions;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>The errors that docs/data.md shows are those the readers give.</summary>
public partial class DataDocumentTests
{
    [Fact]
    public void The_table_of_errors_is_true()
    {
        int examples = 0;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "docs", "data.md")))
        {
            if (Example().Match(line) is not { Success: true } row)
                continue;
            string content = Regex.Unescape(row.Groups["data"].Value);
            Assert.Equal($"error: {row.Groups["error"].Value}\n", CommandRun.With(content, onScreen: false, "train", "-").Error);
            examples++;
        }
        Assert.Equal(10, examples);
    }

    [GeneratedRegex(@"^\| `(?<data>[^`]+)` \| `(?<error>standard input:[^`]+)` \|$")]
    private static partial Regex Example();
}
