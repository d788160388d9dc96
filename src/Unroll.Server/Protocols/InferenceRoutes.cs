using System.Text.Json;
using Unroll.Extensions;
using Unroll.Models;
using Unroll.Server.Models;

namespace Unroll.Server.Protocols;

/// <summary>
/// The Open Inference Protocol (KServe V2) over HTTP: texts as <c>BYTES</c> in, <c>label</c> and <c>probabilities</c> out; and
/// the load route of a model repository.
/// </summary>
/// <param name="store">The models.</param>
/// <param name="classification">Classifies.</param>
/// <param name="isStopping">Whether the server takes nothing new.</param>
internal sealed class InferenceRoutes(ModelStore store, Classification classification, Func<bool> isStopping)
{
    /// <summary>Of the server.</summary>
    public static readonly string Version = typeof(InferenceRoutes).Assembly.GetName().Version!.ToString(3);

    /// <summary>Adds them.</summary>
    public void Add(Routes routes)
    {
        routes.Get(Dialect.Inference, "/v2", context => JsonBody.WriteAsync(context, 200, WriteServer));
        routes.Get(Dialect.Inference, "/v2/health/live", context => Status(context, "live", true), isOpen: true);
        routes.Get(Dialect.Inference, "/v2/health/ready", context => Status(context, "ready", !isStopping()), isOpen: true);
        foreach (string model in (string[])["/v2/models/{model}", "/v2/models/{model}/versions/{version}"])
        {
            routes.Get(Dialect.Inference, model, Metadata);
            routes.Get(Dialect.Inference, model + "/ready", Ready);
            routes.Post(Dialect.Inference, model + "/infer", InferAsync);
        }
        routes.Post(Dialect.Inference, "/v2/repository/models/{model}/load", LoadAsync);
        routes.Post(Dialect.Inference, "/v2/repository/index", context => JsonBody.WriteAsync(context, 200, WriteIndex));
    }

    /// <summary>The model that the address names, in the version that it names.</summary>
    /// <exception cref="RequestException">There is none: 404.</exception>
    public ModelSlot Slot(HttpContext context) => store.Find(
        (string)context.Request.RouteValues["model"]!, context.Request.RouteValues["version"] as string);

    private static Task Status(HttpContext context, string name, bool value) => JsonBody.WriteAsync(
        context, value ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean(name, value);
            json.WriteEndObject();
        });

    private static void WriteServer(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", "unroll");
        json.WriteString("version", Version);
        json.WriteStartArray("extensions");
        json.WriteStringValue("model_repository");
        json.WriteStringValue("explain");
        json.WriteStringValue("stream");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteIndex(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (ModelSlot slot in store.All)
        {
            json.WriteStartObject();
            json.WriteString("name", slot.Name);
            WriteVersion(json, "version", slot.Current);
            json.WriteString("state", "READY");
            json.WriteString("reason", "");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private Task Ready(HttpContext context)
    {
        ModelSlot slot = Slot(context);
        return JsonBody.WriteAsync(context, isStopping() ? 503 : 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", slot.Name);
            json.WriteBoolean("ready", !isStopping());
            json.WriteEndObject();
        });
    }

    private Task Metadata(HttpContext context)
    {
        LoadedModel model = Slot(context).Current;
        return JsonBody.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", model.Name);
            json.WriteStartArray("versions");
            WriteVersion(json, null, model);
            json.WriteEndArray();
            json.WriteString("platform", "unroll");
            json.WriteStartArray("inputs");
            WriteTensor(json, InferenceTensors.Input, InferenceTensors.Texts, -1);
            json.WriteEndArray();
            json.WriteStartArray("outputs");
            WriteTensor(json, InferenceTensors.Label, InferenceTensors.Texts, -1);
            WriteTensor(json, InferenceTensors.Probabilities, InferenceTensors.Numbers, -1, model.Classifier.Config.Classes);
            json.WriteEndArray();
            json.WriteStartObject("parameters");
            WriteLabels(json, model);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private async Task InferAsync(HttpContext context)
    {
        ModelSlot slot = Slot(context);
        if (context.Request.Headers.ContainsKey("Inference-Header-Content-Length"))
        {
            throw new RequestException(
                StatusCodes.Status400BadRequest, "tensors in binary are not read; send the texts in \"data\" as JSON strings");
        }
        using JsonDocument body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        string? id = body.RootElement.TryGetProperty("id", out JsonElement given) ? JsonBody.Text(given, "\"id\"") : null;
        List<string> texts = InferenceInput.Texts(body.RootElement);
        (bool label, bool probabilities) = InferenceInput.Outputs(body.RootElement);
        (LoadedModel model, Prediction[] predictions) =
            await classification.RunAsync(slot, texts, context).ConfigureAwait(false);
        await JsonBody.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("model_name", model.Name);
            WriteVersion(json, "model_version", model);
            if (id is not null)
                json.WriteString("id", id);
            json.WriteStartArray("outputs");
            if (label)
            {
                WriteTensor(json, InferenceTensors.Label, InferenceTensors.Texts, [predictions.Length], () =>
                {
                    foreach (Prediction prediction in predictions)
                        json.WriteStringValue(Classification.LabelOf(prediction));
                });
            }
            if (probabilities)
            {
                int classes = model.Classifier.Config.Classes;
                WriteTensor(json, InferenceTensors.Probabilities, InferenceTensors.Numbers, [predictions.Length, classes], () =>
                {
                    foreach (Prediction prediction in predictions)
                    {
                        foreach (float probability in Classification.ProbabilitiesOf(model, prediction))
                            json.WriteNumberValue(probability);
                    }
                }, () => WriteLabels(json, model));
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task LoadAsync(HttpContext context)
    {
        ModelSlot slot = Slot(context);
        LoadedModel model = await slot.ReloadAsync().ConfigureAwait(false);
        await JsonBody.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", model.Name);
            WriteVersion(json, "version", model);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static void WriteVersion(Utf8JsonWriter json, string? name, LoadedModel model)
    {
        string version = model.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (name is null)
            json.WriteStringValue(version);
        else
            json.WriteString(name, version);
    }

    // In the order of the probabilities.
    private static void WriteLabels(Utf8JsonWriter json, LoadedModel model)
    {
        json.WriteStartArray("labels");
        foreach (string label in model.Classifier.Config.Labels)
            json.WriteStringValue(label);
        json.WriteEndArray();
    }

    private static void WriteTensor(Utf8JsonWriter json, string name, string type, params ReadOnlySpan<int> shape)
    {
        json.WriteStartObject();
        WriteHead(json, name, type, shape);
        json.WriteEndObject();
    }

    private static void WriteTensor(
        Utf8JsonWriter json, string name, string type, ReadOnlySpan<int> shape, Action data, Action? parameters = null)
    {
        json.WriteStartObject();
        WriteHead(json, name, type, shape);
        if (parameters is not null)
        {
            json.WriteStartObject("parameters");
            parameters();
            json.WriteEndObject();
        }
        json.WriteStartArray("data");
        data();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, string name, string type, ReadOnlySpan<int> shape)
    {
        json.WriteString("name", name);
        json.WriteString("datatype", type);
        json.WriteStartArray("shape");
        foreach (int size in shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
    }
}
