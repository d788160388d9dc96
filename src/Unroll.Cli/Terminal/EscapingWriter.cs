using System.Globalization;
using System.Text;

namespace Unroll.Cli;

/// <summary>
/// Shows control characters instead of sending them: what stands in files and names cannot steer the terminal. Tabs and ends of
/// lines stay; in what is written as one line, ends of lines are shown too where that is asked for.
/// </summary>
/// <param name="inner">Where to; left open.</param>
/// <param name="linesAreWhole">Whether <see cref="WriteLine(string)"/> gives one line, whatever stands in the text.</param>
internal sealed class EscapingWriter(TextWriter inner, bool linesAreWhole) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>A text with its control characters as escapes, ends of lines among them.</summary>
    public static string Escape(string text) => Escape(text, keepsLines: false);

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => inner.Write(Escape(value ?? "", keepsLines: true));

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(Escape(value ?? "", keepsLines: !linesAreWhole));

    public override void Flush() => inner.Flush();

    private static string Escape(string text, bool keepsLines) =>
        VisibleText.Escape(text, c => c != '\t' && !(keepsLines && c == '\n') && VisibleText.IsControl(c));
}
