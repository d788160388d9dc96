using System.Text.Json;
using Unroll.Live.Sessions;
using Unroll.Live.Tasks;

namespace Unroll.Live;

/// <summary>Settings and actions as JSON: what the page sends, and what a link holds.</summary>
internal static class SettingsJson
{
    /// <summary>Reads settings; what is not there is as <see cref="LiveSettings.SuggestedFor"/> the task.</summary>
    /// <exception cref="InputException">A value is none that there is.</exception>
    public static LiveSettings Read(JsonElement json)
    {
        LiveSettings suggested = LiveSettings.SuggestedFor(Text(json, "task") ?? LiveTasks.Lab);
        return suggested with
        {
            Rows = Text(json, "rows") ?? "",
            Cell = Choice(json, "cell", RecurrentCells.All, suggested.Cell),
            Nonlinearity = Choice(json, "nonlinearity", Enum.GetValues<Nonlinearity>(), suggested.Nonlinearity),
            Hidden = json.TryGetProperty("hidden", out JsonElement hidden) ? hidden.GetInt32() : suggested.Hidden,
            Seed = json.TryGetProperty("seed", out JsonElement seed) ? seed.GetUInt64() : suggested.Seed,
            Initialization = Choice(json, "init", Enum.GetValues<Initialization>(), suggested.Initialization),
            Optimizer = Choice(json, "optimizer", Enum.GetValues<OptimizerKind>(), suggested.Optimizer),
            LearningRate = json.TryGetProperty("lr", out JsonElement rate) ? rate.GetSingle() : suggested.LearningRate,
            ClipNorm = Norm(json, "clip"),
        };
    }

    /// <summary>Writes settings into an object of their own.</summary>
    public static void Write(Utf8JsonWriter json, LiveSettings settings)
    {
        json.WriteStartObject();
        json.WriteString("task", settings.Task);
        if (settings.Rows.Length > 0)
            json.WriteString("rows", settings.Rows);
        json.WriteString("cell", NameOf(settings.Cell));
        json.WriteString("nonlinearity", NameOf(settings.Nonlinearity));
        json.WriteNumber("hidden", settings.Hidden);
        json.WriteNumber("seed", settings.Seed);
        json.WriteString("init", NameOf(settings.Initialization));
        json.WriteString("optimizer", NameOf(settings.Optimizer));
        json.WriteNumber("lr", settings.LearningRate);
        if (settings.ClipNorm is { } norm)
            json.WriteNumber("clip", norm);
        json.WriteEndObject();
    }

    /// <summary>Reads an action: an array of its name and what it needs.</summary>
    /// <exception cref="InputException">There is no such action.</exception>
    public static LiveAction ReadAction(JsonElement json) => json[0].GetString() switch
    {
        "step" => new LiveAction.Train(json[1].GetInt32()),
        "set" => new LiveAction.SetWeight(json[1].GetString()!, json[2].GetInt32(), json[3].GetSingle()),
        "scale" => new LiveAction.ScaleRecurrent(json[1].GetSingle()),
        "lr" => new LiveAction.SetLearningRate(json[1].GetSingle()),
        "clip" => new LiveAction.SetClipNorm(json[1].ValueKind == JsonValueKind.Null ? null : json[1].GetSingle()),
        "pin" => new LiveAction.PinGate(
            json[1].GetString()!, json[2].ValueKind == JsonValueKind.Null ? null : json[2].GetBoolean()),
        "word" => new LiveAction.AddWord(json[1].GetString()!),
        "sample" => new LiveAction.AddSample(json[1].GetString()!, json[2].GetString()!),
        var name => throw new InputException($"no action is called {name}; the link is of another version"),
    };

    /// <summary>Writes an action.</summary>
    public static void WriteAction(Utf8JsonWriter json, LiveAction action)
    {
        json.WriteStartArray();
        switch (action)
        {
            case LiveAction.Train step:
                json.WriteStringValue("step");
                json.WriteNumberValue(step.Updates);
                break;
            case LiveAction.SetWeight set:
                json.WriteStringValue("set");
                json.WriteStringValue(set.Parameter);
                json.WriteNumberValue(set.Index);
                json.WriteNumberValue(set.Value);
                break;
            case LiveAction.ScaleRecurrent scale:
                json.WriteStringValue("scale");
                json.WriteNumberValue(scale.Factor);
                break;
            case LiveAction.SetLearningRate rate:
                json.WriteStringValue("lr");
                json.WriteNumberValue(rate.LearningRate);
                break;
            case LiveAction.SetClipNorm clip:
                json.WriteStringValue("clip");
                WriteOrNull(clip.Norm);
                break;
            case LiveAction.PinGate pin:
                json.WriteStringValue("pin");
                json.WriteStringValue(pin.Gate);
                if (pin.IsOpen is { } isOpen)
                    json.WriteBooleanValue(isOpen);
                else
                    json.WriteNullValue();
                break;
            case LiveAction.AddWord word:
                json.WriteStringValue("word");
                json.WriteStringValue(word.Word);
                break;
            case LiveAction.AddSample sample:
                json.WriteStringValue("sample");
                json.WriteStringValue(sample.Label);
                json.WriteStringValue(sample.Text);
                break;
            default:
                throw new InvalidOperationException($"no action {action}");
        }
        json.WriteEndArray();

        void WriteOrNull(float? value)
        {
            if (value is { } number)
                json.WriteNumberValue(number);
            else
                json.WriteNullValue();
        }
    }

    /// <summary>The name of a choice, as on the command line.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>A text of an object; null where it is not there.</summary>
    public static string? Text(JsonElement json, string key) =>
        json.TryGetProperty(key, out JsonElement value) ? value.GetString() : null;

    /// <summary>One of several choices by its name.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public static T Choice<T>(JsonElement json, string key, IReadOnlyList<T> all, T otherwise)
        where T : struct, Enum
    {
        if (Text(json, key) is not { } name)
            return otherwise;
        foreach (T value in all)
        {
            if (NameOf(value) == name)
                return value;
        }
        throw new InputException($"{key} is {name}, expected one of {string.Join(", ", all.Select(NameOf))}");
    }

    private static float? Norm(JsonElement json, string key) =>
        json.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetSingle() : null;
}
