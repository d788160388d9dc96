using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Unroll.Extensions;
using Unroll.Models;

namespace Unroll.Server.Protocols;

/// <summary>
/// <c>POST /v2/models/{m}/stream</c>, which no protocol has: the body is a text that comes as it is written, the answer a
/// prediction after each word, as server-sent events. A model of one direction reads each word in constant time; one that also
/// reads backwards reads all words again, so that its texts end at 500 words.
/// </summary>
/// <param name="inference">Finds models.</param>
/// <param name="classification">Counts.</param>
/// <param name="options">The limits.</param>
internal sealed class StreamRoutes(InferenceRoutes inference, Classification classification, ServerOptions options)
{
    private static readonly byte[] Event = "data: "u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();

    /// <summary>Adds them.</summary>
    public void Add(Routes routes)
    {
        foreach (string model in (string[])["/v2/models/{model}", "/v2/models/{model}/versions/{version}"])
            routes.Post(Dialect.Inference, model + "/stream", StreamAsync, isLong: true);
    }

    private async Task StreamAsync(HttpContext context)
    {
        LoadedModel model = inference.Slot(context).Current;
        CancellationToken cancellation = context.RequestAborted;
        // Who writes a text is slow.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        WordReader words = await WordsAsync(context).ConfigureAwait(false);
        Func<string, Prediction> read = Reader(model.Classifier);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.StartAsync(cancellation).ConfigureAwait(false);
        var buffer = new ArrayBufferWriter<byte>(512);
        Prediction? last = null;
        int count = 0;
        while (true)
        {
            string? word;
            try
            {
                word = await words.ReadAsync(cancellation).ConfigureAwait(false);
                if (word is null)
                    break;
                last = read(word);
            }
            catch (Exception e) when (e is RequestException or InputException or BadHttpRequestException)
            {
                // The answer has begun, so its status stands.
                await SendAsync(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("error", e.Message);
                    json.WriteEndObject();
                }).ConfigureAwait(false);
                break;
            }
            count++;
            await SendAsync(json => Write(json, count, word, last)).ConfigureAwait(false);
        }
        if (last is not null)
            classification.Count(model, last);

        async Task SendAsync(Action<Utf8JsonWriter> write)
        {
            buffer.Clear();
            buffer.Write(Event);
            using (var json = new Utf8JsonWriter(buffer))
                write(json);
            buffer.Write(End);
            await context.Response.Body.WriteAsync(buffer.WrittenMemory, cancellation).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    // A text as it comes, or {"text":"…"} whole.
    private async Task<WordReader> WordsAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
            return new WordReader(context.Request.Body, options.Timeout);
        using JsonDocument body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        string text = JsonBody.Text(JsonBody.Property(body.RootElement, "text"), "\"text\"");
        return new WordReader(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), options.Timeout);
    }

    private static Func<string, Prediction> Reader(SentenceClassifier classifier)
    {
        if (!classifier.Config.Bidirectional && !classifier.Config.IsTransformer)
            return classifier.Stream().Add;
        var text = new System.Text.StringBuilder();
        int words = 0;
        return word =>
        {
            if (++words > ExplainRoutes.MostTokens)
            {
                throw JsonBody.Unusable(FormattableString.Invariant(
                    $"this model reads both ways and takes {ExplainRoutes.MostTokens} words as they come; send the text to ")
                    + "infer");
            }
            text.Append(text.Length > 0 ? " " : "").Append(word);
            return classifier.Predict(text.ToString());
        };
    }

    private static void Write(Utf8JsonWriter json, int count, string word, Prediction prediction)
    {
        json.WriteStartObject();
        json.WriteNumber("words", count);
        json.WriteString("word", word);
        json.WriteString("label", Classification.LabelOf(prediction));
        json.WriteNumber("probability", (float)prediction.Probability);
        json.WriteStartObject("probabilities");
        foreach ((string label, double probability) in prediction.Probabilities)
            json.WriteNumber(label, (float)probability);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
