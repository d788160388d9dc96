using System.Text.RegularExpressions;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>The examples of tokens in docs/data.md are what the tokenizer gives.</summary>
public partial class DataDocumentTests
{
    [Fact]
    public void The_table_of_tokens_is_true()
    {
        int examples = 0;
        foreach (string line in File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "data.md")))
        {
            if (Example().Match(line) is not { Success: true } row)
                continue;
            var kind = Enum.Parse<TokenKind>(row.Groups["kind"].Value, ignoreCase: true);
            string[] expected = [.. row.Groups["token"].Captures.Select(token => token.Value)];
            Assert.Equal(expected, new Tokenizer(kind, Lowercase: false).Tokenize(row.Groups["text"].Value));
            examples++;
        }
        Assert.Equal(11, examples);
    }

    [GeneratedRegex(@"^\| `(?<kind>whitespace|word|char)` \| `(?<text>[^`]+)` \|(?: `(?<token>[^`]+)`)+ \|$")]
    private static partial Regex Example();
}
