using System.Text.Json;
using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Models;

namespace Unroll.Server.Protocols;

/// <summary>The classify route of language model servers, <c>/v1/classify</c>, and the list of models beside it.</summary>
/// <param name="store">The models.</param>
/// <param name="classification">Classifies.</param>
/// <param name="clock">Tells when.</param>
internal sealed class ClassifyRoutes(ModelStore store, Classification classification, TimeProvider clock)
{
    /// <summary>Adds them.</summary>
    public void Add(Routes routes)
    {
        routes.Post(Dialect.Classify, "/v1/classify", ClassifyAsync);
        routes.Post(Dialect.Classify, "/classify", ClassifyAsync);
        routes.Get(Dialect.Classify, "/v1/models", context => JsonBody.WriteAsync(context, 200, WriteModels));
    }

    private async Task ClassifyAsync(HttpContext context)
    {
        using JsonDocument body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        ModelSlot slot = body.RootElement.TryGetProperty("model", out JsonElement name) && name.ValueKind != JsonValueKind.Null
            ? store.Find(JsonBody.Text(name, "\"model\""))
            : store.Default;
        JsonElement input = JsonBody.Property(body.RootElement, "input");
        List<string> texts = input.ValueKind switch
        {
            JsonValueKind.String => [JsonBody.Text(input, "\"input\"")],
            JsonValueKind.Array =>
                [.. input.EnumerateArray().Select(
                    (text, i) => JsonBody.Text(text, FormattableString.Invariant($"input {i + 1}")))],
            _ => throw JsonBody.Unusable($"\"input\" is {JsonBody.Describe(input)}, expected a text or a list of texts"),
        };
        (LoadedModel model, Prediction[] predictions) =
            await classification.RunAsync(slot, texts, context).ConfigureAwait(false);
        long tokens = predictions.Sum(prediction => (long)prediction.Tokens);
        await JsonBody.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", $"classify-{context.TraceIdentifier}");
            json.WriteString("object", "list");
            json.WriteNumber("created", clock.GetUtcNow().ToUnixTimeSeconds());
            json.WriteString("model", model.Name);
            json.WriteStartArray("data");
            for (int i = 0; i < predictions.Length; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("index", i);
                json.WriteString("label", predictions[i].IsMultiLabel ? predictions[i].Answer : predictions[i].Label);
                if (predictions[i].IsMultiLabel)
                {
                    json.WriteStartArray("labels");
                    foreach (string label in predictions[i].Labels.Keys)
                        json.WriteStringValue(label);
                    json.WriteEndArray();
                }
                json.WriteStartArray("probs");
                foreach (float probability in Classification.ProbabilitiesOf(model, predictions[i]))
                    json.WriteNumberValue(probability);
                json.WriteEndArray();
                json.WriteNumber("num_classes", model.Classifier.Config.Classes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", tokens);
            json.WriteNumber("total_tokens", tokens);
            json.WriteNumber("completion_tokens", 0);
            json.WriteEndObject();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private void WriteModels(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (ModelSlot slot in store.All)
        {
            json.WriteStartObject();
            json.WriteString("id", slot.Name);
            json.WriteString("object", "model");
            json.WriteNumber("created", slot.Current.At.ToUnixTimeSeconds());
            json.WriteString("owned_by", "unroll");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
