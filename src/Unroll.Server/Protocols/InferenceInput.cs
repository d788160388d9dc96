using System.Text.Json;

namespace Unroll.Server.Protocols;

/// <summary>Reads the body of an inference request.</summary>
internal static class InferenceInput
{
    /// <summary>The texts of its only input tensor.</summary>
    /// <param name="body">The body.</param>
    /// <exception cref="RequestException">It is not as the protocol says (400), or no texts (422).</exception>
    public static List<string> Texts(JsonElement body)
    {
        if (!body.TryGetProperty("inputs", out JsonElement inputs) || inputs.ValueKind != JsonValueKind.Array
            || inputs.GetArrayLength() != 1)
        {
            throw Wrong(
                "\"inputs\" is " + (body.TryGetProperty("inputs", out inputs) ? JsonBody.Describe(inputs) : "missing")
                    + ", expected a list of one tensor");
        }
        JsonElement tensor = inputs[0];
        if (tensor.ValueKind != JsonValueKind.Object)
            throw Wrong($"the input is {JsonBody.Describe(tensor)}, expected an object with name, shape, datatype and data");
        if (!tensor.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
            throw Wrong("the input has no name, expected \"name\": \"text\"");
        string found = !tensor.TryGetProperty("datatype", out JsonElement type) ? "missing"
            : type.ValueKind == JsonValueKind.String ? JsonBody.Text(type, "the input's datatype")
            : JsonBody.Describe(type);
        if (found != "BYTES")
            throw Wrong($"the input's datatype is {RequestException.Excerpt(found)}, expected BYTES");
        if (!tensor.TryGetProperty("data", out JsonElement data) || data.ValueKind != JsonValueKind.Array)
            throw Wrong("the input has no data, expected \"data\": [\"a text\", …]");
        var texts = new List<string>(data.GetArrayLength());
        Flatten(data, texts);
        RequireShape(tensor, texts.Count);
        return texts;
    }

    /// <summary>Which outputs are asked for; all if none is named.</summary>
    /// <param name="body">The body.</param>
    /// <param name="label">The name of the one.</param>
    /// <param name="probabilities">The name of the other.</param>
    /// <exception cref="RequestException">One that there is not is asked for.</exception>
    public static (bool Label, bool Probabilities) Outputs(JsonElement body, string label, string probabilities)
    {
        if (!body.TryGetProperty("outputs", out JsonElement outputs) || outputs.ValueKind == JsonValueKind.Null)
            return (true, true);
        if (outputs.ValueKind != JsonValueKind.Array)
            throw Wrong($"\"outputs\" is {JsonBody.Describe(outputs)}, expected a list");
        (bool isLabel, bool isProbabilities) = (false, false);
        foreach (JsonElement output in outputs.EnumerateArray())
        {
            string? name = output.ValueKind == JsonValueKind.Object && output.TryGetProperty("name", out JsonElement given)
                ? JsonBody.Text(given, "an output's name")
                : null;
            isLabel |= name == label;
            isProbabilities |= name == probabilities;
            if (name != label && name != probabilities)
                throw Wrong($"there is no output '{RequestException.Excerpt(name ?? "")}', expected {label} or {probabilities}");
        }
        return isLabel || isProbabilities ? (isLabel, isProbabilities) : (true, true);
    }

    // Data is a list, or lists in lists, row-major.
    private static void Flatten(JsonElement data, List<string> texts)
    {
        foreach (JsonElement element in data.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Array)
                Flatten(element, texts);
            else
                texts.Add(JsonBody.Text(element, FormattableString.Invariant($"text {texts.Count + 1}")));
        }
    }

    private static void RequireShape(JsonElement tensor, int count)
    {
        if (!tensor.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array)
            throw Wrong(FormattableString.Invariant($"the input has no shape, expected [{count}]"));
        double product = 1;
        foreach (JsonElement size in shape.EnumerateArray())
            product *= size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out long value) && value >= 0 ? value
                : double.NaN;
        if (shape.GetArrayLength() == 0 || product != count)
            throw Wrong(
                FormattableString.Invariant(
                    $"the input's shape is {RequestException.Excerpt(shape.GetRawText())}, and its data has {count} texts"));
    }

    private static RequestException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);
}
