using System.IO.Compression;
using System.Text;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Data;

/// <summary>Reads data in a test, from bytes of a stream or from a file.</summary>
internal static class Reading
{
    public static LabelledText[] Input(string content, DataFormat? format = null) =>
        Input(Encoding.UTF8.GetBytes(content), format);

    public static LabelledText[] Input(byte[] content, DataFormat? format = null) =>
        [.. Input(() => new MemoryStream(content), format)];

    public static IEnumerable<LabelledText> Input(Func<Stream> open, DataFormat? format = null) =>
        DataFile.Read(open(), format, "standard input");

    public static Stream Stream(string content) => new MemoryStream(Encoding.UTF8.GetBytes(content));

    public static LabelledText[] File(string path, DataFormat? format = null) => [.. DataFile.Read(path, format)];

    public static byte[] Gzip(string content) => Gzip(Encoding.UTF8.GetBytes(content));

    public static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return compressed.ToArray();
    }

    public static string Error(Func<object> read)
    {
        string message = Assert.Throws<InputException>(read).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
