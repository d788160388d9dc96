using System.Text;
using Unroll.Storage;
using Xunit;

namespace Unroll.Tests.Formats;

public class SafetensorsTests
{
    private const string One = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Fact]
    public void What_is_written_reads_back()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            [
                new NamedTensor("matrix", [2, 3], new float[] { 1, 2, 3, 4, 5, float.NaN }),
                new NamedTensor("scalar", [], new float[] { -0f }),
                new NamedTensor("empty", [0, 4], Array.Empty<float>()),
            ],
            new Dictionary<string, string> { ["key"] = "välue" });
        byte[] bytes = stream.ToArray();
        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
        SafetensorsFile file = SafetensorsFile.Parse(bytes, "x");
        Assert.Equal("välue", file.Metadata["key"]);
        Assert.Equal([1, 2, 3, 4, 5, float.NaN], file.ReadSingles("matrix"));
        Assert.Equal([2L, 3L], file.Tensors["matrix"].Shape);
        Assert.True(float.IsNegative(file.ReadSingles("scalar")[0]));
        Assert.Empty(file.ReadSingles("empty"));
        file.Require("matrix", [2, 3]);
        Assert.Contains(
            "F32 [2,3], expected F32 [3,2]", Assert.Throws<InputException>(() => file.Require("matrix", [3, 2])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no tensor other", Assert.Throws<InputException>(() => file.Require("other", [1])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(One, 8)]
    [InlineData("  \n" + One + "   ", 8)]
    [InlineData("{}", 0)]
    [InlineData("""{"__metadata__":{},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", 8)]
    public void Legal_files_are_read(string header, int dataLength) => Parse(header, dataLength);

    [Theory]
    [InlineData(One, 7)]
    [InlineData(One, 9)]
    [InlineData("[]", 0)]
    [InlineData("{", 0)]
    [InlineData("", 0)]
    [InlineData("""{"a":1}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"X","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12)]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0)]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16)]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12)]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""", 20)]
    [InlineData("""{"__metadata__":{"a":1}}""", 0)]
    public void Files_that_break_a_rule_are_refused(string header, int dataLength)
    {
        InputException e = Assert.Throws<InputException>(() => Parse(header, dataLength));
        Assert.StartsWith("x: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    /// <summary>In our words, not in those of a JSON reader.</summary>
    [Theory]
    [InlineData("[]", "a header of JSON's type Array, expected an object of tensors")]
    [InlineData("""{"a":"b"}""", "a of JSON's type String, expected an object of dtype, shape and data_offsets")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", "a with shape [1.0], expected a list of whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", "a with shape 1, expected a list of whole numbers")]
    [InlineData("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""", "a with dtype 7, expected a string")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":["0",4]}}""", "a with data_offsets [\"0\",4], expected a list")]
    public void A_wrong_type_in_the_header_is_named(string header, string expected) =>
        Assert.StartsWith(
            $"x: {expected}", Assert.Throws<InputException>(() => Parse(header, 4)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        byte[] whole = Bytes(One, 8);
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<InputException>(() => SafetensorsFile.Parse(whole[..length], "x"));
    }

    [Fact]
    public void A_header_longer_than_the_format_allows_is_refused() =>
        Assert.Throws<InputException>(
            () => SafetensorsFile.Parse([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, (byte)'{'], "x"));

    private static SafetensorsFile Parse(string header, int dataLength) => SafetensorsFile.Parse(Bytes(header, dataLength), "x");

    private static byte[] Bytes(string header, int dataLength)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[dataLength]];
    }
}
