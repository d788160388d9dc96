using System.Globalization;
using System.Text;
using Unroll.Data;

namespace Unroll.Classroom.Sheets;

/// <summary>
/// A sheet's text as the grader builds it: the class <c>Report</c> is the template's, whatever the sheet made of it, and the
/// words of the two sentences come from <c>Report</c>, so that the sheet can be run again with others. Lines keep their numbers.
/// </summary>
/// <param name="Text">The text.</param>
/// <param name="Sentences">How many sentences stand in it that can be others.</param>
internal sealed record SheetSource(string Text, int Sentences)
{
    private const string GivenClass = "Report";
    private static readonly string[] Modifiers = ["static", "sealed", "public", "internal", "partial", "file"];

    // A text that something is compared with is not a sentence to read.
    private static readonly string[] Comparisons =
        ["SequenceEqual", "Equals", "Contains", "EndsWith", "StartsWith", "case", "is", "in"];

    /// <summary>Prepares a C# sheet.</summary>
    /// <param name="text">The sheet as it was handed in.</param>
    /// <param name="changesSentences">Whether its sentences shall be read from <c>Report</c>.</param>
    public static SheetSource OfCSharp(string text, bool changesSentences)
    {
        var source = new StringBuilder(text);
        IReadOnlyList<SourceToken> tokens = SourceTokens.Of(text, SheetLanguage.CSharp);
        List<(int Start, int End)> given = GivenDeclarations(tokens);
        // Blanks keep every place where it is.
        foreach ((int start, int end) in given)
            Blank(source, start, end);
        SourceToken[] own = [.. tokens.Where(token => !given.Any(part => token.Start >= part.Start && token.End <= part.End))];
        int sentences = changesSentences ? ReplaceSentences(source, own, "Report.Word", "Report.Sentence") : 0;
        return new SheetSource(source.ToString(), sentences);
    }

    /// <summary>Prepares a Python sheet.</summary>
    public static SheetSource OfPython(string text)
    {
        var source = new StringBuilder(text);
        SourceToken[] tokens = [.. SourceTokens.Of(text, SheetLanguage.Python)];
        int sentences = ReplaceSentences(source, tokens, "__import__('report').word", "__import__('report').sentence");
        return new SheetSource(source.ToString(), sentences);
    }

    /// <summary>Whether a sheet declares the class <c>Report</c>.</summary>
    public static bool DeclaresReport(string text) =>
        GivenDeclarations(SourceTokens.Of(text, SheetLanguage.CSharp)).Count > 0;

    // From the first modifier to the closing brace of each class that is given.
    private static List<(int Start, int End)> GivenDeclarations(IReadOnlyList<SourceToken> tokens)
    {
        var found = new List<(int, int)>();
        for (int i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i].Value != "class" || tokens[i + 1].Value != GivenClass)
                continue;
            int first = i;
            while (first > 0 && Modifiers.Contains(tokens[first - 1].Value))
                first--;
            int depth = 0;
            int last = i;
            do
            {
                last++;
                if (tokens[last] is { Kind: TokenKind.Sign, Value: "{" })
                    depth++;
                else if (tokens[last] is { Kind: TokenKind.Sign, Value: "}" } && --depth == 0)
                    break;
            }
            while (last + 1 < tokens.Count);
            found.Add((tokens[first].Start, tokens[last].End));
            i = last;
        }
        return found;
    }

    private static void Blank(StringBuilder source, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (source[i] != '\n')
                source[i] = ' ';
        }
    }

    // Puts calls in place of the sentences' words, and returns how many sentences there were.
    private static int ReplaceSentences(StringBuilder source, SourceToken[] tokens, string word, string sentence)
    {
        var replacements = new List<(SourceToken Token, string Call)>();
        int count = 0;
        foreach (LabelledText sample in LabExercise.Samples)
        {
            string[] words = sample.Text.Split(' ');
            int label = LabExercise.LabelOf(sample);
            for (int i = 0; i < tokens.Length; i++)
            {
                if (tokens[i].Kind != TokenKind.Text || IsCompared(tokens, i))
                    continue;
                if (tokens[i].Value == sample.Text)
                {
                    replacements.Add((tokens[i], Call(sentence, label, null, sample.Text)));
                    count++;
                }
                else if (IsSentence(tokens, i, words))
                {
                    for (int k = 0; k < words.Length; k++)
                        replacements.Add((tokens[i + 2 * k], Call(word, label, k, words[k])));
                    count++;
                }
            }
        }
        foreach ((SourceToken token, string call) in replacements.OrderByDescending(replacement => replacement.Token.Start))
            source.Remove(token.Start, token.End - token.Start).Insert(token.Start, call);
        return count;
    }

    private static string Call(string function, int label, int? place, string text)
    {
        string position = place is { } number ? $"{number.ToString(CultureInfo.InvariantCulture)}, " : "";
        return $"{function}({label.ToString(CultureInfo.InvariantCulture)}, {position}\"{text}\")";
    }

    // ["The", "movie", "is", "good"], in any kind of brackets, with these words alone.
    private static bool IsSentence(SourceToken[] tokens, int first, string[] words)
    {
        int last = first + 2 * (words.Length - 1);
        if (first == 0 || last + 1 >= tokens.Length || !"[({".Contains(tokens[first - 1].Value, StringComparison.Ordinal))
            return false;
        for (int k = 0; k < words.Length; k++)
        {
            SourceToken token = tokens[first + 2 * k];
            bool isWord = token.Kind == TokenKind.Text && token.Value == words[k];
            if (!isWord || (k > 0 && tokens[first + 2 * k - 1].Value != ","))
                return false;
        }
        int end = tokens[last + 1].Value == "," && last + 2 < tokens.Length ? last + 2 : last + 1;
        return "])}".Contains(tokens[end].Value, StringComparison.Ordinal);
    }

    private static bool IsCompared(SourceToken[] tokens, int i)
    {
        string before = i > 0 ? tokens[i - 1].Value : "";
        string beforeThat = i > 1 ? tokens[i - 2].Value : "";
        string after = i + 1 < tokens.Length ? tokens[i + 1].Value : "";
        string afterThat = i + 2 < tokens.Length ? tokens[i + 2].Value : "";
        return Comparisons.Contains(before) || (before is "(" or "[" && Comparisons.Contains(beforeThat))
            || (before == "=" && beforeThat is "=" or "!") || (after is "=" or "!" && afterThat == "=") || after is ":" or "=>";
    }
}
