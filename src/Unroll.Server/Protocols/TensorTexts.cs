using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Unroll.Server.Protocols.OpenInference;

namespace Unroll.Server.Protocols;

/// <summary>Texts in tensors of the protocol over gRPC: <c>BYTES</c>, as contents or raw.</summary>
internal static class TensorTexts
{
    private const int BytesOfLength = sizeof(int);
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The texts of the only input tensor.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="RequestException">It is not as the protocol says (400), or no texts (422).</exception>
    public static List<string> Of(ModelInferRequest request)
    {
        if (request.Inputs.Count != 1)
        {
            throw InferenceTensors.Wrong(FormattableString.Invariant(
                $"the request has {request.Inputs.Count} inputs, expected one tensor"));
        }
        ModelInferRequest.Types.InferInputTensor tensor = request.Inputs[0];
        InferenceTensors.RequireTexts(tensor.Datatype.Length == 0 ? "missing" : tensor.Datatype);
        IReadOnlyList<ByteString> given = tensor.Contents?.BytesContents ?? [];
        if (request.RawInputContents.Count > 0)
        {
            if (given.Count > 0 || request.RawInputContents.Count > 1)
            {
                throw InferenceTensors.Wrong(
                    "the input is given twice, expected either its contents or one entry of raw_input_contents");
            }
            given = Elements(request.RawInputContents[0]);
        }
        InferenceTensors.RequireShape([.. tensor.Shape.Select(size => (long?)size)], given.Count);
        return [.. given.Select((bytes, i) => Text(bytes, i + 1))];
    }

    /// <summary>Texts as one raw entry.</summary>
    /// <param name="texts">The texts.</param>
    public static ByteString Raw(IEnumerable<string> texts)
    {
        using var raw = new MemoryStream();
        Span<byte> length = stackalloc byte[BytesOfLength];
        foreach (string text in texts)
        {
            byte[] bytes = Strict.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            raw.Write(length);
            raw.Write(bytes);
        }
        return ByteString.CopyFrom(raw.ToArray());
    }

    /// <summary>Numbers as one raw entry.</summary>
    /// <param name="values">The numbers.</param>
    public static ByteString Raw(IReadOnlyCollection<float> values)
    {
        byte[] raw = new byte[values.Count * sizeof(float)];
        int at = 0;
        foreach (float value in values)
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(sizeof(float) * at++), value);
        return ByteString.CopyFrom(raw);
    }

    private static List<ByteString> Elements(ByteString raw)
    {
        var elements = new List<ByteString>();
        int at = 0;
        while (at < raw.Length)
        {
            int left = raw.Length - at - BytesOfLength;
            int length = left < 0 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(raw.Span[at..]);
            if (length < 0 || length > left)
            {
                throw InferenceTensors.Wrong(FormattableString.Invariant(
                    $"raw_input_contents ends inside text {elements.Count + 1}; send each after its length in 4 bytes"));
            }
            elements.Add(ByteString.CopyFrom(raw.Span.Slice(at + BytesOfLength, length)));
            at += BytesOfLength + length;
        }
        return elements;
    }

    private static string Text(ByteString bytes, int number)
    {
        try
        {
            return Strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            throw JsonBody.Unusable($"text {number} is no UTF-8 text; send it in UTF-8");
        }
    }
}
