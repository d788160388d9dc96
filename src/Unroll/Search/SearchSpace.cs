using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Unroll.Data;

namespace Unroll.Search;

/// <summary>
/// The settings that a search draws, each with its range, by the names of a settings file:
/// <c>{"lr": {"from": 0.0005, "to": 0.02, "log": true}, "hidden": [64, 128, 256]}</c>.
/// </summary>
/// <param name="Ranges">The ranges, each of another setting.</param>
public sealed record SearchSpace(IReadOnlyList<SettingRange> Ranges)
{
    private const string FromKey = "from";
    private const string ToKey = "to";
    private const string LogKey = "log";
    private const string Example = "{\"hidden\": [64, 128], \"dropout\": {\"from\": 0, \"to\": 0.5}}";
    private const string Expected =
        "expected a list of values, or {\"from\": 0.001, \"to\": 0.1} with \"log\": true for a logarithmic range";

    /// <summary>Reads the file of a space.</summary>
    /// <param name="path">A JSON file.</param>
    /// <param name="isWhole">Whether a setting takes whole numbers alone.</param>
    /// <exception cref="InputException">It cannot be read, or a range in it cannot be drawn from.</exception>
    public static SearchSpace Load(string path, Func<string, bool> isWhole)
    {
        const string advice = "give a JSON file of settings with their ranges";
        return Parse(JsonSettings.RequireText(InputFile.ReadAll(path, advice), path, advice), path, isWhole);
    }

    /// <summary>Reads a space.</summary>
    /// <param name="json">A JSON object in UTF-8.</param>
    /// <param name="source">The file's name, for errors.</param>
    /// <param name="isWhole">Whether a setting takes whole numbers alone.</param>
    /// <exception cref="InputException">It is no JSON object, or a range in it cannot be drawn from.</exception>
    public static SearchSpace Parse(ReadOnlyMemory<byte> json, string source, Func<string, bool> isWhole) =>
        JsonSettings.Read(json, source, Example, space =>
        {
            SettingRange[] ranges =
                [.. space.EnumerateObject().Select(range => Read(range, source, isWhole(range.Name)))];
            return ranges.Length > 0
                ? new SearchSpace(ranges)
                : throw new InputException($"{source}: has no setting, expected at least one, such as {Example}");
        });

    /// <summary>
    /// The settings of a trial, in the order of the ranges. Each follows from the seed, the trial's number and its own name
    /// alone: it does not depend on who draws it, when, or beside which other settings.
    /// </summary>
    /// <param name="seed">The seed of the search.</param>
    /// <param name="trial">Which trial, from 0.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Draw(ulong seed, int trial) =>
        [.. Ranges.Select(range => KeyValuePair.Create(range.Name, range.Draw(Uniform(seed, trial, range.Name))))];

    /// <summary>Writes the space as <see cref="Parse"/> reads it.</summary>
    /// <param name="json">Where an object may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (SettingRange range in Ranges)
        {
            if (range.Choices.Count > 0)
            {
                json.WriteStartArray(range.Name);
                foreach (string choice in range.Choices)
                    json.WriteStringValue(choice);
                json.WriteEndArray();
                continue;
            }
            json.WriteStartObject(range.Name);
            json.WriteNumber(FromKey, range.From);
            json.WriteNumber(ToKey, range.To);
            if (range.IsLog)
                json.WriteBoolean(LogKey, true);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    // The first 53 bits of a hash, as a number from 0 up to but not 1.
    private static double Uniform(ulong seed, int trial, string name)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}/{trial}/{name}")));
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * double.ScaleB(1, -53);
    }

    private static SettingRange Read(JsonProperty range, string source, bool isWhole)
    {
        string name = range.Name;
        switch (range.Value.ValueKind)
        {
            case JsonValueKind.Array:
                if (range.Value.EnumerateArray().Any(value => !IsScalar(value)))
                    throw Error("holds a list or an object among its values, expected strings, numbers, true or false");
                string[] choices = [.. range.Value.EnumerateArray().Select(TextOf)];
                if (choices.Length == 0)
                    throw Error($"has no values, {Expected}");
                if (choices.Distinct(StringComparer.Ordinal).Count() < choices.Length)
                    throw Error("has a value twice; leave one of them out");
                return new SettingRange(name) { Choices = choices };
            case JsonValueKind.Object:
                return ReadNumbers();
            case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                throw Error($"is one value, {Expected}; what is the same for all trials is given beside the space");
            case JsonValueKind.Null or JsonValueKind.Undefined:
                throw Error($"is null, {Expected}");
            default:
                throw new InvalidOperationException($"no JSON of kind {range.Value.ValueKind}");
        }

        InputException Error(string found) => new($"{source}: \"{name}\" {found}");

        SettingRange ReadNumbers()
        {
            if (range.Value.EnumerateObject().FirstOrDefault(field => field.Name is not (FromKey or ToKey or LogKey)) is
                { Value.ValueKind: not JsonValueKind.Undefined } other)
            {
                throw Error($"has the key \"{other.Name}\", {Expected}");
            }
            bool isLog = range.Value.TryGetProperty(LogKey, out JsonElement log) && log.ValueKind == JsonValueKind.True;
            if (log.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.True or JsonValueKind.False))
                throw Error($"has \"{LogKey}\": {log}, expected true or false");
            (double from, double to) = (End(FromKey), End(ToKey));
            if (from >= to)
                throw Error(FormattableString.Invariant($"goes from {from} to {to}, expected the smaller number first"));
            if (isLog && from <= 0)
                throw Error(FormattableString.Invariant($"goes from {from} on a logarithmic range, expected positive numbers"));
            if (isWhole && (from != Math.Floor(from) || to != Math.Floor(to)))
                throw Error(FormattableString.Invariant($"goes from {from} to {to}, expected whole numbers for {name}"));
            return new SettingRange(name) { From = from, To = to, IsLog = isLog, IsWhole = isWhole };
        }

        double End(string key)
        {
            if (!range.Value.TryGetProperty(key, out JsonElement value) || value.ValueKind != JsonValueKind.Number)
                throw Error($"has no number under \"{key}\", {Expected}");
            double number = value.GetDouble();
            return double.IsFinite(number) ? number : throw Error($"has {value} under \"{key}\", expected a finite number");
        }
    }

    // As a settings file has it: true, and not True.
    private static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static bool IsScalar(JsonElement value) =>
        value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
}
