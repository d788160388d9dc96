using System.Text.Json;

namespace Unroll.Tests.Golden;

/// <summary>The numbers that make_golden.py wrote.</summary>
internal static class GoldenFile
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public static JsonElement Read(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf(name)));
        return document.RootElement.Clone();
    }

    /// <summary>All numbers below an element, in order; none for null.</summary>
    public static float[] Singles(this JsonElement element) => [.. Leaves(element).Select(leaf => leaf.GetSingle())];

    public static double[] Doubles(this JsonElement element) => [.. Leaves(element).Select(leaf => leaf.GetDouble())];

    public static int[] Integers(this JsonElement element) => [.. Leaves(element).Select(leaf => leaf.GetInt32())];

    public static float[] Singles(this JsonElement element, string key) => element.GetProperty(key).Singles();

    public static int[] Integers(this JsonElement element, string key) => element.GetProperty(key).Integers();

    private static IEnumerable<JsonElement> Leaves(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Leaves),
        _ => [element],
    };
}
