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
            throw InferenceTensors.Wrong(
                "\"inputs\" is " + (body.TryGetProperty("inputs", out inputs) ? JsonBody.Describe(inputs) : "missing")
                    + ", expected a list of one tensor");
        }
        JsonElement tensor = inputs[0];
        if (tensor.ValueKind != JsonValueKind.Object)
        {
            throw InferenceTensors.Wrong(
                $"the input is {JsonBody.Describe(tensor)}, expected an object with name, shape, datatype and data");
        }
        if (!tensor.TryGetProperty("name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
            throw InferenceTensors.Wrong("the input has no name, expected \"name\": \"text\"");
        string found = !tensor.TryGetProperty("datatype", out JsonElement type) ? "missing"
            : type.ValueKind == JsonValueKind.String ? JsonBody.Text(type, "the input's datatype")
            : JsonBody.Describe(type);
        InferenceTensors.RequireTexts(found);
        if (!tensor.TryGetProperty("data", out JsonElement data) || data.ValueKind != JsonValueKind.Array)
            throw InferenceTensors.Wrong("the input has no data, expected \"data\": [\"a text\", …]");
        var texts = new List<string>(data.GetArrayLength());
        Flatten(data, texts);
        RequireShape(tensor, texts.Count);
        return texts;
    }

    /// <summary>Which outputs are asked for; all if none is named.</summary>
    /// <param name="body">The body.</param>
    /// <exception cref="RequestException">One that there is not is asked for.</exception>
    public static (bool Label, bool Probabilities) Outputs(JsonElement body)
    {
        if (!body.TryGetProperty("outputs", out JsonElement outputs) || outputs.ValueKind == JsonValueKind.Null)
            return InferenceTensors.Chosen([]);
        if (outputs.ValueKind != JsonValueKind.Array)
            throw InferenceTensors.Wrong($"\"outputs\" is {JsonBody.Describe(outputs)}, expected a list");
        return InferenceTensors.Chosen(outputs.EnumerateArray().Select(
            output => output.ValueKind == JsonValueKind.Object && output.TryGetProperty("name", out JsonElement name)
                ? JsonBody.Text(name, "an output's name")
                : null));
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
            throw InferenceTensors.Wrong(FormattableString.Invariant($"the input has no shape, expected [{count}]"));
        InferenceTensors.RequireShape([.. shape.EnumerateArray().Select(SizeOf)], count);

        static long? SizeOf(JsonElement size) =>
            size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out long value) ? value : null;
    }
}
