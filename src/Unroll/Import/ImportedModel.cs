using System.Text.Json;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Import;

/// <summary>A model that was read from a state dict.</summary>
/// <param name="Classifier">The model.</param>
/// <param name="Found">What it is, in one line.</param>
/// <param name="Notes">What was assumed, moved or converted, a line each.</param>
/// <param name="Warnings">What makes this another model if it is not as it looks, a line each.</param>
public sealed record ImportedModel(
    SentenceClassifier Classifier, string Found, IReadOnlyList<string> Notes, IReadOnlyList<string> Warnings)
{
    /// <summary>Writes what was found, without the parameters: the object that <c>unroll import</c> prints as JSON.</summary>
    /// <param name="json">Where to, within an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        ModelConfig config = Classifier.Config;
        json.WriteString("cell", ChoiceName.Of(config.Cell));
        if (!config.IsTransformer && RecurrentCells.Of(config.Cell).ReadsNonlinearity)
            json.WriteString("nonlinearity", ChoiceName.Of(config.Nonlinearity));
        json.WriteNumber("embedding", config.Embedding);
        if (config.Subwords > 0)
            json.WriteNumber("subwords", config.Subwords);
        json.WriteNumber("hidden", config.Hidden);
        json.WriteNumber("layers", config.Layers);
        if (config.IsTransformer)
        {
            json.WriteNumber("heads", config.Transformer.Heads);
            json.WriteNumber("feed_forward", config.Transformer.FeedForwardOf(config.Embedding));
            json.WriteString("positions", ChoiceName.Of(config.Transformer.Positions));
            json.WriteString("norm", ChoiceName.Of(config.Transformer.Norm));
        }
        json.WriteBoolean("bidirectional", config.Bidirectional);
        json.WriteString("pooling", ChoiceName.Of(config.Pooling));
        json.WriteNumber("labels", config.Classes);
        if (config.MultiLabel)
            json.WriteBoolean("multi_label", true);
        json.WriteNumber("vocabulary", Classifier.Vocabulary.Size);
        json.WriteString("unknown", ChoiceName.Of(config.Unknown));
        WriteLines(json, "notes", Notes);
        WriteLines(json, "warnings", Warnings);
    }

    private static void WriteLines(Utf8JsonWriter json, string name, IEnumerable<string> lines)
    {
        json.WriteStartArray(name);
        foreach (string line in lines)
            json.WriteStringValue(line);
        json.WriteEndArray();
    }
}
