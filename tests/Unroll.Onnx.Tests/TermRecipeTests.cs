using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Unroll.Models;
using Unroll.Terms;
using Unroll.Tests;
using Unroll.Text;
using Xunit;

namespace Unroll.Onnx.Tests;

/// <summary>
/// The way from tokens to the graph's <c>terms</c> that docs/files.md gives is the library's: in Python, as it stands there,
/// and in C#, as the other tests use it.
/// </summary>
public class TermRecipeTests
{
    private const string Driver =
        """

        import json, sys
        for kind, terms_txt, texts in json.load(sys.stdin):
            print(json.dumps([terms_of(tokens, kind, line_of_terms(terms_txt)) for tokens in texts]))
        """;

    private static readonly string[] Texts =
        [.. LinearCase.All[0].Texts, "not not not not a b c d e f", "😀 😀😀 図 ▁▁ ▁", "the\u001cfilm\u200b is", "x"];

    public static IEnumerable<TheoryDataRow<TokenKind>> Kinds =>
        Enum.GetValues<TokenKind>().Select(kind => new TheoryDataRow<TokenKind>(kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_steps_of_these_tests_find_the_terms_of_the_library(TokenKind kind)
    {
        (SentenceClassifier classifier, string[][] tokens) = Read(kind);
        var row = new TermRow();
        foreach (string[] text in tokens)
        {
            (long[] terms, float[] counts) = TermBatch.TermsOf(text, kind, classifier.Terms);
            AssertRow(classifier, text, row, terms, counts);
        }
    }

    [Fact]
    public void The_function_of_the_documentation_finds_the_terms_of_the_library()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "files.md"));
        int start = page.IndexOf("```python\n", StringComparison.Ordinal) + "```python\n".Length;
        string function = page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
        Assert.Contains("def terms_of(", function, StringComparison.Ordinal);
        TokenKind[] kinds = Enum.GetValues<TokenKind>();
        object[] given =
        [
            .. kinds.Select(kind => new object[]
            {
                kind.ToString().ToLowerInvariant(), string.Concat(Read(kind).Classifier.Terms.Select(term => term + "\n")),
                Read(kind).Tokens,
            }),
        ];
        string[] printed = Python(function + Driver, JsonSerializer.Serialize(given));
        Assert.Equal(kinds.Length, printed.Length);
        var row = new TermRow();
        for (int i = 0; i < kinds.Length; i++)
        {
            (SentenceClassifier classifier, string[][] tokens) = Read(kinds[i]);
            using JsonDocument found = JsonDocument.Parse(printed[i]);
            Assert.Equal(tokens.Length, found.RootElement.GetArrayLength());
            for (int text = 0; text < tokens.Length; text++)
            {
                JsonElement both = found.RootElement[text];
                long[] terms = [.. both[0].EnumerateArray().Select(term => term.GetInt64())];
                float[] counts = [.. both[1].EnumerateArray().Select(count => count.GetSingle())];
                Array.Sort(terms, counts);
                AssertRow(classifier, tokens[text], row, terms, counts);
            }
        }
    }

    private static (SentenceClassifier Classifier, string[][] Tokens) Read(TokenKind kind)
    {
        SentenceClassifier classifier =
            LinearCase.All.First(each => each.Kind == kind && each.Unknown == UnknownWords.Token).CreateModel();
        return (classifier, [.. Texts.Select(classifier.Config.Tokens.Tokenize)]);
    }

    // The library keeps what the counts become, (1 + log count) r at length 1.
    private static void AssertRow(
        SentenceClassifier classifier, string[] tokens, TermRow row, long[] terms, float[] counts)
    {
        string text = string.Join(' ', tokens);
        TermTable table = classifier.Linear!.Terms;
        table.Read(tokens, row);
        Assert.True(row.Columns.Select(column => (long)column).SequenceEqual(terms), $"other terms of \"{text}\"");
        double[] values = [.. terms.Select((term, i) => (1 + Math.Log(counts[i])) * table.Rarity.Span[(int)term])];
        double length = Math.Sqrt(values.Sum(value => value * value));
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(values[i] / length, row.Values[i], 1e-5);
    }

    internal static string[] Python(string program, string input)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("python3", ["-X", "utf8", "-c", program])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("needs Python: no program python3");
            throw;
        }
        using (process)
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"python3: {error.Result}"));
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }
}
