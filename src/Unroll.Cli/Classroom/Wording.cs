using System.Globalization;
using System.Text;

namespace Unroll.Cli.Classroom;

/// <summary>How remarks name things.</summary>
internal static class Wording
{
    private const int Longest = 300;

    /// <summary>"W", "W and U", "W, U and b".</summary>
    public static string Join(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}";

    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Marks(double marks) => marks.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Text from a sheet or a compiler: one line without control characters, not too long.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder();
        foreach (char c in text.Trim())
        {
            if (line.Length == Longest)
            {
                line.Append('…');
                break;
            }
            line.Append(char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c);
        }
        return line.ToString();
    }
}
