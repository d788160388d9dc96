using System.Text.Json;
using Unroll.Models;

namespace Unroll.Live;

/// <summary>
/// A trained model in the page: what it says of a text after each of its words. The page asks in JSON.
/// </summary>
/// <remarks>
/// <code>
/// {"do": "open", "archive": "UEsDB…"}     the model's one file, in base 64; the answer says what the model is
/// {"do": "read", "text": "a lovely film"} the prediction after each word, and of the whole text
/// </code>
/// </remarks>
public sealed class OwnModel
{
    /// <summary>Words of a text that are read at most: every word is a prediction of its own, and a page shows no more.</summary>
    public const int MostWords = 64;

    private SentenceClassifier? _classifier;

    /// <summary>Whether a request is one for the model.</summary>
    /// <param name="request">The name that stands at <c>do</c>.</param>
    public static bool Knows(string? request) => request is "open" or "read";

    /// <summary>Answers a request.</summary>
    /// <param name="request">One for which <see cref="Knows"/> is true.</param>
    /// <returns>What writes the fields of the answer.</returns>
    /// <exception cref="InputException">The archive is no model, no model is open, or the text is too long.</exception>
    public Action<Utf8JsonWriter> Answer(JsonElement request)
    {
        if (request.GetProperty("do").GetString() == "open")
        {
            using var archive = new MemoryStream(request.GetProperty("archive").GetBytesFromBase64());
            _classifier = SentenceClassifier.Load(archive);
            return json => WriteModel(json, _classifier);
        }
        SentenceClassifier model = _classifier ?? throw new InputException("no model is open, expected one to be opened first");
        string text = request.GetProperty("text").GetString()!;
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > MostWords)
            throw new InputException($"the text has {words.Length} words, expected at most {MostWords}; leave some out");
        Prediction[] predictions =
        [
            .. model.Predict(Enumerable.Range(1, words.Length).Select(count => string.Join(' ', words[..count]))),
        ];
        return json => WritePredictions(json, words, predictions);
    }

    private static void WriteModel(Utf8JsonWriter json, SentenceClassifier model)
    {
        json.WriteStartArray("labels");
        foreach (string label in model.Labels)
            json.WriteStringValue(label);
        json.WriteEndArray();
        json.WriteNumber("words", model.Vocabulary.Size);
        json.WriteNumber("terms", model.Terms.Count);
        json.WriteNumber("parameters", model.ParameterCount);
        json.WriteString("cell", model.Config.Networks == 0 ? null : RecurrentCells.NameOf(model.Config.Cell));
        json.WriteBoolean("several", model.Config.MultiLabel);
    }

    private static void WritePredictions(Utf8JsonWriter json, string[] words, Prediction[] predictions)
    {
        json.WriteStartArray("words");
        for (int i = 0; i < words.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("word", words[i]);
            // What was unknown before stays so.
            json.WriteBoolean("unknown", predictions[i].UnknownTokens > (i == 0 ? 0 : predictions[i - 1].UnknownTokens));
            PredictionJson.WriteFields(json, predictions[i], predictions[i].Answer);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
