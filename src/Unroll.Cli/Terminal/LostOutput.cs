using System.Globalization;
using System.Text;

namespace Unroll.Cli;

/// <summary>A standard output that was closed: it drops what is written, and says whether there was anything.</summary>
internal sealed class LostOutput() : TextWriter(CultureInfo.InvariantCulture)
{
    /// <summary>Whether anything was written.</summary>
    public bool HasLost { get; private set; }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => HasLost = true;
}
