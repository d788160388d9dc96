using System.Text.Json;

namespace Unroll.Data;

/// <summary>
/// Files of settings that people write as one JSON object: comments and a last comma are fine, a key twice is not.
/// </summary>
public static class JsonSettings
{
    private static readonly JsonDocumentOptions Forgiving = new()
    {
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The text of a file, without the mark at its beginning that Notepad and PowerShell write.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name.</param>
    /// <param name="advice">What to give for a file that is something else, such as a model.</param>
    /// <exception cref="InputException">It is no text in UTF-8.</exception>
    public static ReadOnlyMemory<byte> RequireText(byte[] bytes, string path, string advice)
    {
        const string expected = "expected settings as JSON in UTF-8";
        if (ForeignFile.Of(bytes) is { } foreign)
        {
            string todo = foreign.AdviceOnTheWay(isText: true, readsGzip: false) ?? advice;
            throw new InputException($"{path}: is {foreign.Name}, {expected}; {todo}");
        }
        // UTF-16 without a byte-order mark.
        if (bytes is [(byte)'{', 0, ..] or [0, (byte)'{', ..])
        {
            string order = bytes[0] == 0 ? "BE" : "LE";
            throw new InputException($"{path}: is UTF-16, {expected}; save it as UTF-8 (iconv -f UTF-16{order} -t UTF-8)");
        }
        return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes;
    }

    /// <summary>Reads the object.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">The file's name, for errors.</param>
    /// <param name="example">An object that is right.</param>
    /// <param name="read">Reads what it holds.</param>
    /// <exception cref="InputException">It is no JSON object, or <paramref name="read"/> refuses it.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, string path, string example, Func<JsonElement, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Forgiving);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : throw new InputException(
                    $"{path}: holds a JSON {KindOf(document.RootElement)}, expected an object such as {example}");
        }
        // Only a key that stands twice has no place.
        catch (JsonException e) when (e.LineNumber is null)
        {
            throw new InputException($"{path}: {e.Message.TrimEnd('.')}; expected each key once", e);
        }
        // Bytes that are no UTF-8, or half a surrogate pair.
        catch (InvalidOperationException e)
        {
            throw new InputException($"{path}: has a string that is no Unicode; save it as UTF-8", e);
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{path}:{e.LineNumber + 1}: not JSON at byte {e.BytePositionInLine + 1}; expected an object such as {example}",
                e);
        }
    }

    /// <summary>What a value is, such as <c>array</c>.</summary>
    /// <param name="value">The value.</param>
    public static string KindOf(JsonElement value) => value.ValueKind.ToString().ToLowerInvariant();
}
