using System.Globalization;
using System.Text;

namespace Unroll.Classroom;

/// <summary>How remarks write names, numbers, and text that comes from elsewhere.</summary>
internal static class Wording
{
    private const int MostCharacters = 300;

    /// <summary>"W", "W and U", "W, U and b".</summary>
    public static string Join(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}";

    /// <summary>A number with four digits.</summary>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Marks, which may be halves.</summary>
    public static string Marks(double marks) => marks.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Makes text from a sheet or a compiler safe to print: one line, no control characters, not too long.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder();
        foreach (char c in text.Trim())
        {
            if (line.Length == MostCharacters)
            {
                line.Append('…');
                break;
            }
            line.Append(char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c);
        }
        return line.ToString();
    }
}
