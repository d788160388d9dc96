using System.Text;

namespace Unroll.Cli;

/// <summary>Standard error with <c>--quiet</c>: lines that are errors or warnings go through, all others are dropped.</summary>
/// <param name="inner">Where to.</param>
internal sealed class QuietWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }
        string line = _line.ToString();
        _line.Clear();
        if (line.StartsWith("error:", StringComparison.Ordinal) || line.StartsWith("warning:", StringComparison.Ordinal))
            inner.Write(line + "\n");
    }

    public override void Write(string? value)
    {
        foreach (char character in value ?? "")
            Write(character);
    }

    public override void Flush() => inner.Flush();
}
