using System.Text.Json;
using Unroll.Extensions;
using Unroll.Inspection;

namespace Unroll.Server.Protocols;

/// <summary>
/// <c>POST /v2/models/{m}/explain</c>, which no protocol has: what the model does at each word, as <c>unroll inspect --json</c>
/// writes it.
/// </summary>
/// <param name="inference">Finds models.</param>
/// <param name="classification">Counts.</param>
/// <param name="options">The limits.</param>
internal sealed class ExplainRoutes(InferenceRoutes inference, Classification classification, ServerOptions options) : IDisposable
{
    /// <summary>The most tokens of a text that is explained: the answer grows with tokens times units.</summary>
    public const int MostTokens = 500;

    private readonly SemaphoreSlim _running = new(options.Workers, options.Workers);

    /// <summary>Adds them.</summary>
    public void Add(Routes routes)
    {
        foreach (string model in (string[])["/v2/models/{model}", "/v2/models/{model}/versions/{version}"])
            routes.Post(Dialect.Inference, model + "/explain", ExplainAsync);
    }

    public void Dispose() => _running.Dispose();

    private async Task ExplainAsync(HttpContext context)
    {
        LoadedModel model = inference.Slot(context).Current;
        using JsonDocument body = await JsonBody.ReadAsync(context).ConfigureAwait(false);
        string text = TextOf(body.RootElement);
        int tokens = model.Classifier.Config.Tokens.Tokenize(text).Length;
        if (tokens > MostTokens)
        {
            throw JsonBody.Unusable(FormattableString.Invariant(
                $"the text has {tokens} tokens, expected at most {MostTokens} to explain; send a part of it"));
        }
        if (!await _running.WaitAsync(options.Timeout, context.RequestAborted).ConfigureAwait(false))
            throw new RequestException(
                StatusCodes.Status429TooManyRequests, "too many texts are explained; try again in a second");
        TextInspection inspection;
        try
        {
            inspection = Inspector.Inspect(model.Classifier, text);
        }
        finally
        {
            _running.Release();
        }
        classification.Count(model, inspection.Prediction);
        await JsonBody.WriteAsync(context, StatusCodes.Status200OK, inspection.WriteTo).ConfigureAwait(false);
    }

    // {"text":"…"}, or the only text of the protocol's inputs.
    private static string TextOf(JsonElement body)
    {
        if (body.TryGetProperty("text", out JsonElement text))
            return JsonBody.Text(text, "\"text\"");
        if (!body.TryGetProperty("inputs", out _))
            throw JsonBody.Unusable("\"text\" is missing; give {\"text\": \"a text\"}");
        List<string> texts = InferenceInput.Texts(body);
        return texts.Count == 1
            ? texts[0]
            : throw JsonBody.Unusable(FormattableString.Invariant($"there are {texts.Count} texts, expected one to explain"));
    }
}
