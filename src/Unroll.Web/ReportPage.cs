using System.Buffers;
using System.Text;

namespace Unroll.Web;

/// <summary>
/// The page of <c>client/</c>: one HTML file with scripts, styles and data inside, which opens from disk and asks no network for
/// anything.
/// </summary>
public static class ReportPage
{
    /// <summary>What to do where <see cref="IsBuilt"/> is false.</summary>
    public const string HowToBuild = "this build has no page; install Node 20.19 or newer and build again";

    private const string ResourceName = "page.html";

    private static readonly Lazy<(byte[] Before, byte[] After)?> Page = new(Read);

    // Within JSON these stand in strings alone, so that each may be written as an escape: < could end the script element, and
    // U+2028 and U+2029 (E2 80 A8 and A9) end a line for JavaScript.
    private static readonly SearchValues<byte> Special = SearchValues.Create([(byte)'<', (byte)'>', (byte)'&', 0xE2]);

    private static ReadOnlySpan<byte> Placeholder => "__UNROLL_DATA__"u8;

    /// <summary>Whether Node was there when this assembly was built, and so the page is in it.</summary>
    public static bool IsBuilt => Page.Value is not null;

    /// <summary>Writes the page.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="json">
    /// What it shows: one JSON object with <c>title</c>, <c>runs</c> and <c>sentences</c> (client/src/data.ts has its form), in
    /// UTF-8.
    /// </param>
    /// <exception cref="InvalidOperationException">The page is not in this build.</exception>
    public static void Write(Stream output, ReadOnlySpan<byte> json)
    {
        (byte[] before, byte[] after) = Page.Value ?? throw new InvalidOperationException(HowToBuild);
        output.Write(before);
        WriteEscaped(output, json);
        output.Write(after);
    }

    /// <summary>Writes JSON so that it can stand in a script element.</summary>
    internal static void WriteEscaped(Stream output, ReadOnlySpan<byte> json)
    {
        for (int next; (next = json.IndexOfAny(Special)) >= 0;)
        {
            output.Write(json[..next]);
            json = json[next..];
            (byte[] written, int read) = json switch
            {
                [(byte)'<', ..] => ("\\u003c"u8.ToArray(), 1),
                [(byte)'>', ..] => ("\\u003e"u8.ToArray(), 1),
                [(byte)'&', ..] => ("\\u0026"u8.ToArray(), 1),
                [0xE2, 0x80, 0xA8, ..] => ("\\u2028"u8.ToArray(), 3),
                [0xE2, 0x80, 0xA9, ..] => ("\\u2029"u8.ToArray(), 3),
                _ => ((byte[])[json[0]], 1),
            };
            output.Write(written);
            json = json[read..];
        }
        output.Write(json);
    }

    private static (byte[] Before, byte[] After)? Read()
    {
        using Stream? resource = typeof(ReportPage).Assembly.GetManifestResourceStream(ResourceName);
        if (resource is null)
            return null;
        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        byte[] page = memory.ToArray();
        int place = page.AsSpan().IndexOf(Placeholder);
        if (place < 0 || page.AsSpan(place + 1).IndexOf(Placeholder) >= 0)
            throw new InvalidOperationException($"{ResourceName}: {Encoding.UTF8.GetString(Placeholder)} must stand in it once");
        return (page[..place], page[(place + Placeholder.Length)..]);
    }
}
