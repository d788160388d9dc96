using System.Text.Json;
using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Models;

namespace Unroll.Server.Protocols;

/// <summary>
/// The routes of text-embeddings-inference for classifiers, with the first model: <c>/predict</c>, <c>/info</c>, <c>/health</c>.
/// <c>"a"</c> is one text, <c>["a","b"]</c> one pair of texts, <c>[["a"],["b"]]</c> a batch. A model of ours reads one text, so a
/// pair is read as the one text and then the other.
/// </summary>
/// <param name="store">The models.</param>
/// <param name="classification">Classifies.</param>
/// <param name="options">The limits.</param>
internal sealed class TextEmbeddingsRoutes(ModelStore store, Classification classification, ServerOptions options)
{
    /// <summary>Adds them.</summary>
    public void Add(Routes routes)
    {
        routes.Post(Dialect.TextEmbeddings, "/predict", PredictAsync);
        routes.Get(Dialect.TextEmbeddings, "/info", context => JsonBody.WriteAsync(context, 200, WriteInfo));
        routes.Get(Dialect.TextEmbeddings, "/health", Health, isOpen: true);
    }

    private static Task Health(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        return Task.CompletedTask;
    }

    private async Task PredictAsync(HttpContext context)
    {
        using JsonDocument body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        JsonElement inputs = JsonBody.Property(body.RootElement, "inputs");
        bool raw = Flag(body.RootElement, "raw_scores");
        _ = Flag(body.RootElement, "truncate");
        (List<string> texts, bool isBatch) = Read(inputs);
        (_, Prediction[] predictions) =
            await classification.RunAsync(store.Default, texts, context).ConfigureAwait(false);
        await JsonBody.WriteAsync(context, 200, json =>
        {
            if (isBatch)
                json.WriteStartArray();
            foreach (Prediction prediction in predictions)
                WriteScores(json, prediction, raw);
            if (isBatch)
                json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static (List<string> Texts, bool IsBatch) Read(JsonElement inputs)
    {
        switch (inputs.ValueKind)
        {
            case JsonValueKind.String:
                return ([JsonBody.Text(inputs, "\"inputs\"")], false);
            case JsonValueKind.Array when inputs.GetArrayLength() > 0 && inputs[0].ValueKind == JsonValueKind.String:
                return ([Pair(inputs, "\"inputs\"")], false);
            case JsonValueKind.Array:
                var texts = new List<string>(inputs.GetArrayLength());
                foreach (JsonElement element in inputs.EnumerateArray())
                {
                    string place = FormattableString.Invariant($"input {texts.Count + 1}");
                    texts.Add(element.ValueKind == JsonValueKind.Array ? Pair(element, place) : JsonBody.Text(element, place));
                }
                return (texts, true);
            default:
                throw JsonBody.Unusable(
                    $"\"inputs\" is {JsonBody.Describe(inputs)}, expected \"a text\", or [[\"a text\"], [\"another\"]] for a "
                        + "batch");
        }
    }

    // A text alone, or two of them.
    private static string Pair(JsonElement texts, string place)
    {
        int count = texts.GetArrayLength();
        if (count is 0 or > 2)
        {
            throw JsonBody.Unusable(FormattableString.Invariant(
                $"{place} is a list of {count}, expected one text or a pair; a batch is [[\"a text\"], [\"another\"]]"));
        }
        return string.Join(' ', texts.EnumerateArray().Select(text => JsonBody.Text(text, $"a text of {place}")));
    }

    private static bool Flag(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return false;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw JsonBody.Unusable($"\"{name}\" is {JsonBody.Describe(value)}, expected true or false"),
        };
    }

    // Without softmax a score is the logarithm of the probability, which is the logit but for a number that all labels share;
    // without a sigmoid it is the logit.
    private static void WriteScores(Utf8JsonWriter json, Prediction prediction, bool raw)
    {
        json.WriteStartArray();
        foreach ((string label, double probability) in prediction.Top(prediction.Probabilities.Count))
        {
            json.WriteStartObject();
            double log = Math.Log(Math.Max(probability, 1e-300));
            double logit = prediction.IsMultiLabel ? log - Math.Log(Math.Max(1 - probability, 1e-300)) : log;
            json.WriteNumber("score", (float)(raw ? logit : probability));
            json.WriteString("label", label);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteInfo(Utf8JsonWriter json)
    {
        LoadedModel model = store.Default.Current;
        IReadOnlyList<string> labels = model.Classifier.Config.Labels;
        json.WriteStartObject();
        json.WriteString("model_id", model.Name);
        json.WriteNull("model_sha");
        json.WriteString("model_dtype", "float32");
        json.WriteStartObject("model_type");
        json.WriteStartObject("classifier");
        json.WriteStartObject("id2label");
        for (int i = 0; i < labels.Count; i++)
            json.WriteString(i.ToString(System.Globalization.CultureInfo.InvariantCulture), labels[i]);
        json.WriteEndObject();
        json.WriteStartObject("label2id");
        for (int i = 0; i < labels.Count; i++)
            json.WriteNumber(labels[i], i);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteNumber("max_concurrent_requests", options.QueueCapacity);
        json.WriteNumber("max_input_length", options.MostTokens);
        json.WriteNumber("max_batch_tokens", (long)options.MostTokens * options.MostTexts);
        json.WriteNumber("max_batch_requests", options.MostTexts);
        json.WriteNumber("max_client_batch_size", options.MostTexts);
        json.WriteBoolean("auto_truncate", false);
        json.WriteNumber("tokenization_workers", options.Workers);
        json.WriteString("version", typeof(TextEmbeddingsRoutes).Assembly.GetName().Version!.ToString(3));
        json.WriteNull("sha");
        json.WriteNull("docker_label");
        json.WriteEndObject();
    }
}
