using System.Globalization;
using System.Text;

namespace Unroll.Cli;

/// <summary>
/// A screen on which lines break between words. A line of JSON stays whole, so that it can be copied, and so does one that is
/// written in pieces, as a chart's.
/// </summary>
/// <param name="inner">Where to; left open.</param>
internal sealed class WrappingWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    // Whether a piece of a line was written and not its end.
    private bool _isWithin;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        string text = value ?? "";
        int end = text.LastIndexOf('\n');
        if (end < 0)
        {
            inner.Write(text);
            _isWithin |= text.Length > 0;
            return;
        }
        foreach (string line in text[..end].Split('\n'))
            WriteLine(line);
        Write(text[(end + 1)..]);
    }

    public override void WriteLine() => WriteLine("");

    public override void WriteLine(string? value)
    {
        foreach (string line in (value ?? "").Split('\n'))
        {
            if (_isWithin || line.StartsWith('{'))
                inner.WriteLine(line);
            else
                WriteWords(line);
            _isWithin = false;
        }
    }

    public override void Flush() => inner.Flush();

    private void WriteWords(string text)
    {
        foreach (string line in WordWrap.Lines(text, WordWrap.ScreenWidth))
            inner.WriteLine(line);
    }
}
