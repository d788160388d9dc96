using System.Text.Json;
using Unroll.Data;

namespace Unroll.Storage;

/// <summary>
/// The keys of an object in <c>config.json</c>, each read as what it must be; what is wrong says where, what was found, what was
/// expected and what to do.
/// </summary>
internal readonly struct ConfigFields
{
    /// <summary>What to do about a wrong one.</summary>
    public const string Restore = "restore the file or train again";

    private readonly JsonElement _element;
    private readonly string _source;

    private ConfigFields(JsonElement element, string source)
    {
        _element = element;
        _source = source;
    }

    public static ConfigFields Of(JsonElement element, string source, string what, string expected)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return new ConfigFields(element, source);
        throw new InputException($"{what} is {Shown(element)}, expected {expected}; {Restore}");
    }

    public JsonElement this[string key] => _element.TryGetProperty(key, out JsonElement value)
        ? value
        : throw new InputException($"{_source}: no key \"{key}\"; {Restore}");

    public void RequireOnly(params ReadOnlySpan<string> keys)
    {
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            if (!keys.Contains(property.Name))
                throw new InputException(
                    $"{_source}: unknown key \"{property.Name}\", expected only {string.Join(", ", keys)}");
        }
    }

    public void RequireValue(string key, string expected)
    {
        JsonElement value = this[key];
        if (value.ValueKind != JsonValueKind.String
            || !expected.Equals(value.GetString(), StringComparison.OrdinalIgnoreCase))
            throw new InputException($"{_source}: {key} is {ShownName(value)}, this version reads only {expected}");
    }

    public bool Has(string key) => _element.TryGetProperty(key, out _);

    public bool Is(string key, string text) =>
        _element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
            && value.GetString() == text;

    public bool Flag(string key) => this[key].ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(key, "true or false"),
    };

    public double Positive(string key) =>
        IsNumber(key) && this[key].TryGetDouble(out double value) && value > 0 && double.IsFinite(value)
            ? value
            : throw Wrong(key, "a number above 0");

    public float Share(string key) =>
        IsNumber(key) && this[key].TryGetSingle(out float value) && value is >= 0 and < 1
            ? value
            : throw Wrong(key, "a share of at least 0 and below 1");

    public double PositiveShare(string key) =>
        IsNumber(key) && this[key].TryGetDouble(out double value) && value is > 0 and <= 1
            ? value
            : throw Wrong(key, "a share above 0 and at most 1");

    public void RequireOne(string key, double value)
    {
        if (value != 1)
        {
            throw new InputException(
                $"{_source}: {key} is {(Has(key) ? Shown(this[key]) : "missing")}, expected 1, "
                + $"for networks is 0; {Restore}");
        }
    }

    public int Integer(string key, int minimum, int maximum = int.MaxValue) =>
        IsNumber(key) && this[key].TryGetInt32(out int value) && value >= minimum && value <= maximum
            ? value
            : throw Wrong(
                key, $"a whole number of at least {minimum}" + (maximum < int.MaxValue ? $" and at most {maximum}" : ""));

    public T Choice<T>(string key)
        where T : struct, Enum
    {
        JsonElement found = this[key];
        foreach (T value in Enum.GetValues<T>())
        {
            if (found.ValueKind == JsonValueKind.String && ChoiceName.Of(value) == found.GetString())
                return value;
        }
        string expected = string.Join(" or ", Enum.GetValues<T>().Select(ChoiceName.Of));
        throw new InputException($"{_source}: {key} is {ShownName(found)}, expected {expected}; {Restore}");
    }

    public string[] Labels(string key, int minimum)
    {
        if (this[key].ValueKind != JsonValueKind.Array)
            throw Wrong(key, "a list of strings");
        var labels = new List<string>();
        foreach (JsonElement label in this[key].EnumerateArray())
        {
            if (label.ValueKind != JsonValueKind.String)
            {
                throw new InputException(
                    $"{_source}: {key} holds {Shown(label)} at place {labels.Count + 1}, expected strings; {Restore}");
            }
            labels.Add(label.GetString()!);
            // Where labels are printed one a line or in columns, these would break them.
            if (labels[^1].Any(c => char.IsControl(c) || c is '\u2028' or '\u2029'))
            {
                throw new InputException(
                    $"{_source}: {key} holds {Excerpt.Of(labels[^1])}, expected labels without control characters; "
                    + Restore);
            }
        }
        return labels.Distinct().Count() == labels.Count && labels.Count >= minimum
            ? [.. labels]
            : throw new InputException(
                $"{_source}: {key} holds {labels.Count} strings, expected at least {minimum}, each once");
    }

    public double[] Thresholds(string key, int count)
    {
        JsonElement found = this[key];
        bool isList = count > 0 && found.ValueKind == JsonValueKind.Array && found.GetArrayLength() == count;
        double[] thresholds = isList ? [.. found.EnumerateArray().Select(Threshold)] : [];
        return isList && thresholds.All(value => value is > 0 and <= 1)
            ? thresholds
            : throw Wrong(key, count == 0
                ? "nothing, for multi_label is not true"
                : $"a list of {count} numbers above 0 and at most 1, one a label");

        static double Threshold(JsonElement element) =>
            element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) ? value : double.NaN;
    }

    private bool IsNumber(string key) => this[key].ValueKind == JsonValueKind.Number;

    private InputException Wrong(string key, string expected) =>
        new($"{_source}: {key} is {Shown(this[key])}, expected {expected}; {Restore}");

    // A name among names stands without quotes.
    private static string ShownName(JsonElement value) =>
        Shown(value) is ['"', .., '"'] quoted ? quoted[1..^1] : Shown(value);

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Excerpt.Of(value.GetString()!),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => value.GetRawText(),
    };
}
