using System.IO.Compression;
using System.Text;
using Unroll.Cli.Data;
using Xunit;

namespace Unroll.Cli.Tests.Data;

/// <summary>Reads data in a test, from bytes on standard input or from a file.</summary>
internal static class Reading
{
    public static readonly DataFormat Auto = new();

    public static DataRow[] Input(string content, DataFormat? format = null) => Input(Encoding.UTF8.GetBytes(content), format);

    public static DataRow[] Input(byte[] content, DataFormat? format = null) => [.. Input(() => new MemoryStream(content), format)];

    public static IEnumerable<DataRow> Input(Func<Stream> open, DataFormat? format = null) =>
        DataFile.Read("-", format ?? Auto, Terminal() with { OpenInput = open });

    public static DataRow[] File(string path, DataFormat? format = null) => [.. DataFile.Read(path, format ?? Auto, Terminal())];

    public static byte[] Gzip(string content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(content));
        return compressed.ToArray();
    }

    public static string Error(Func<object> read)
    {
        string message = Assert.Throws<InputException>(read).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static Terminal Terminal() => new(TextReader.Null, TextWriter.Null, TextWriter.Null, false, false);
}
