using System.Text.Json;
using Unroll.Storage;

namespace Unroll.Inspection;

/// <summary>An inspection as JSON: <c>unroll inspect --json</c>, and the data of the page.</summary>
internal static class InspectionJson
{
    public static void Write(Utf8JsonWriter json, TextInspection text)
    {
        json.WriteStartObject();
        json.WriteString("text", text.Prediction.Text);
        json.WriteTexts("tokens", text.Tokens);
        if (text.Dropped.Count > 0)
            json.WriteTexts("dropped", text.Dropped);
        json.WriteStartArray("ids");
        foreach (int id in text.Ids)
            json.WriteNumberValue(id);
        json.WriteEndArray();
        WritePrediction(json, text);
        WriteModel(json, text);
        json.WriteStartArray("states");
        foreach (LayerTrace layer in text.States)
            WriteLayer(json, layer);
        json.WriteEndArray();
        json.WriteRows("prefix", text.Prefixes);
        json.WriteStartObject("gradient");
        json.WriteNumbers("hidden", text.HiddenGradient);
        json.WriteNumbers("embedding", text.InputGradient);
        json.WriteEndObject();
        json.WriteStartObject("attribution");
        json.WriteNumbers("gradient_x_input", text.GradientTimesInput);
        json.WriteNumbers("leave_one_out", text.LeaveOneOut);
        if (text.Linear is not null)
            json.WriteNumbers("linear", text.Linear.Words);
        json.WriteEndObject();
        if (text.Linear is not null)
            WriteLinear(json, text.Linear);
        if (text.AttentionWeights.Count > 0)
            json.WriteFloats("attention", text.AttentionWeights);
        if (text.Heads.Count > 0)
            WriteHeads(json, text.Heads);
        if (text.Plane is not null)
            WritePlane(json, text.Plane);
        json.WriteEndObject();
    }

    private static void WritePrediction(Utf8JsonWriter json, TextInspection text)
    {
        json.WriteString("label", text.Prediction.Label);
        json.WritePropertyName("probability");
        json.WriteNumberOrNull(text.Prediction.Probability);
        json.WriteStartObject("probabilities");
        foreach ((string label, double probability) in text.Prediction.Probabilities)
        {
            json.WritePropertyName(label);
            json.WriteNumberOrNull(probability);
        }
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, TextInspection text)
    {
        json.WriteStartObject("model");
        bool hasNetwork = text.Model.Networks > 0;
        json.WriteNumber("networks", text.Model.Networks);
        json.WriteString("cell", hasNetwork ? text.Model.Cell.ToString().ToLowerInvariant() : "none");
        bool isRecurrent = hasNetwork && !text.Model.IsTransformer;
        json.WriteTexts("gates", isRecurrent ? RecurrentCells.Of(text.Model.Cell).GateNames : []);
        if (text.Model.IsTransformer)
            json.WriteNumber("heads", text.Model.Transformer.Heads);
        json.WriteNumber("embedding", text.Model.Embedding);
        json.WriteNumber("hidden", text.Model.Hidden);
        json.WriteNumber("layers", text.Model.Layers);
        json.WriteNumber("directions", text.Model.Directions);
        json.WriteString("pooling", hasNetwork ? text.Model.Pooling.ToString().ToLowerInvariant() : "none");
        json.WriteTexts("labels", text.Model.Labels);
        json.WriteNumber("parameters", text.ParameterCount);
        json.WriteEndObject();
    }

    private static void WriteLayer(Utf8JsonWriter json, LayerTrace layer)
    {
        json.WriteStartObject();
        json.WriteNumber("layer", layer.Layer);
        json.WriteString("direction", layer.Direction);
        json.WriteRows("hidden", layer.Hidden);
        if (layer.Cell.Count > 0)
            json.WriteRows("cell", layer.Cell);
        if (layer.Gates.Count > 0)
        {
            json.WriteStartObject("gates");
            foreach (GateTrace gate in layer.Gates)
                json.WriteRows(gate.Name, gate.Values);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteHeads(Utf8JsonWriter json, IReadOnlyList<HeadTrace> heads)
    {
        json.WriteStartArray("heads");
        foreach (HeadTrace head in heads)
        {
            json.WriteStartObject();
            json.WriteNumber("layer", head.Layer);
            json.WriteNumber("head", head.Head);
            json.WriteRows("weights", head.Weights);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteLinear(Utf8JsonWriter json, LinearTrace linear)
    {
        json.WriteStartObject("linear");
        json.WriteNumber("share", linear.Share);
        json.WritePropertyName("bias");
        json.WriteNumberOrNull(linear.Bias);
        json.WriteStartArray("terms");
        foreach (TermValue term in linear.Strongest)
        {
            json.WriteStartObject();
            json.WriteString("term", term.Term);
            json.WritePropertyName("value");
            json.WriteNumberOrNull(term.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePlane(Utf8JsonWriter json, StatePlane plane)
    {
        json.WriteStartObject("plane");
        json.WriteString("axes", plane.Axes == PlaneAxes.Units ? "units" : "principal components");
        json.WriteNumbers("explained", plane.Explained);
        json.WriteRows("points", plane.Points);
        if (plane.Boundary is { } boundary)
        {
            json.WriteStartObject("boundary");
            json.WriteNumber("a", boundary.A);
            json.WriteNumber("b", boundary.B);
            json.WriteNumber("c", boundary.C);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
