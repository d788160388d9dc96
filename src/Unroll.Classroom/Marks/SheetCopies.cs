using System.Text;
using System.Text.Json;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// Tells which sheets of a class are alike but for names, comments and white space. It says so and takes no marks: which of them
/// was first, a file does not show.
/// </summary>
internal static class SheetCopies
{
    private const int MostNames = 5;
    private const int FewestTokens = 50;

    /// <summary>Adds a remark to each sheet that is like another.</summary>
    public static void Tell(IReadOnlyList<SheetScore> scores)
    {
        var alike = scores
            .Where(score => score.Status is not (SheetStatus.Untouched or SheetStatus.Unreadable))
            .Select(score => (Score: score, Shape: ShapeOf(score.Sheet)))
            .Where(sheet => sheet.Shape is not null)
            .GroupBy(sheet => sheet.Shape)
            .Where(group => group.Count() > 1);
        foreach (var group in alike)
        {
            foreach ((SheetScore score, _) in group)
            {
                IEnumerable<SheetScore> rest = group.Select(other => other.Score).Where(other => other != score);
                string[] others = [.. rest.Select(other => Wording.OneLine(other.Sheet))];
                string more = others.Length > MostNames ? $" and {others.Length - MostNames} more" : "";
                score.AddRemark(
                    Criterion.Sheet,
                    $"alike but for names, comments and white space: {string.Join(", ", others.Take(MostNames))}{more}");
            }
        }
    }

    /// <summary>A program's tokens, each name replaced by the number of its first place; null if there are few.</summary>
    internal static string? Shape(string text, SheetLanguage language)
    {
        var names = new Dictionary<string, int>();
        var shape = new StringBuilder();
        IReadOnlyList<SourceToken> tokens = SourceTokens.Of(text, language);
        foreach (SourceToken token in tokens)
        {
            if (token.Kind == TokenKind.Word)
            {
                if (!names.TryGetValue(token.Value, out int number))
                    names[token.Value] = number = names.Count;
                shape.Append('n').Append(number);
            }
            else if (token.Kind == TokenKind.Text && text[token.Start] is not ('"' or '\''))
                shape.Append("'filled in'"); // an interpolated text holds names
            else
                shape.Append(token.Kind == TokenKind.Text ? "'" : "").Append(token.Value);
            shape.Append(' ');
        }
        return tokens.Count < FewestTokens ? null : shape.ToString();
    }

    private static string? ShapeOf(string sheet)
    {
        try
        {
            bool isPython = PythonInterpreter.Takes(sheet);
            return isPython
                ? Shape(PythonInterpreter.TextOf(sheet), SheetLanguage.Python)
                : Shape(File.ReadAllText(sheet), SheetLanguage.CSharp);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException
            or KeyNotFoundException)
        {
            return null;
        }
    }
}
