using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Tests;

namespace Unroll.Web.Tests;

/// <summary>Pages of sentences with numbers that are known beforehand, in the form of <c>unroll inspect --json</c>.</summary>
internal static class SentencePages
{
    public static readonly string[] HostileWords =
        ["</script><script>window.hacked=1</script>", "\"quoted'", "<img src=x onerror=window.hacked=1>", "\U0001F3AC", "جميل",
            "{a|b}", "\u2028", "end"];

    /// <summary>Leaves every character as it is, so that escaping is the page's own work.</summary>
    public static readonly JsonSerializerOptions Unescaped = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A sentence of an LSTM with two units, whose states spiral outwards.</summary>
    public static JsonObject Sentence(string[] tokens, string[] labels)
    {
        int length = tokens.Length;
        return new JsonObject
        {
            ["text"] = string.Join(' ', tokens),
            ["tokens"] = Texts(tokens),
            ["ids"] = Numbers(length, t => t + 2),
            ["label"] = labels[1],
            ["probability"] = 0.75,
            ["probabilities"] = new JsonObject { [labels[0]] = 0.25, [labels[1]] = 0.75 },
            ["model"] = new JsonObject
            {
                ["cell"] = "lstm",
                ["gates"] = Texts(["input", "cell_candidate"]),
                ["embedding"] = 4,
                ["hidden"] = 2,
                ["layers"] = 1,
                ["directions"] = 1,
                ["pooling"] = "last",
                ["labels"] = Texts(labels),
                ["parameters"] = 74,
            },
            ["states"] = new JsonArray(new JsonObject
            {
                ["layer"] = 0,
                ["direction"] = "forward",
                ["hidden"] = Rows(length, t => [X(t), Y(t)]),
                ["cell"] = Rows(length, t => [2 * X(t), 2 * Y(t)]),
                ["gates"] = new JsonObject
                {
                    ["input"] = Rows(
                    length, t => [0.1 * (t + 1), 0.5]),
                    ["cell_candidate"] = Rows(length, t => [-0.5, 0.5])
                },
            }),
            ["prefix"] = Rows(length, t => [1 - (t + 1.0) / (length + 1), (t + 1.0) / (length + 1)]),
            ["gradient"] = new JsonObject
            {
                ["hidden"] = Numbers(
                length, t => Math.Pow(2, t - length)),
                ["embedding"] = Numbers(length, t => Math.Pow(3, t - length))
            },
            ["attribution"] = new JsonObject
            {
                ["gradient_x_input"] = Numbers(length, t => t - 1.5),
                ["leave_one_out"] = Numbers(length, t => 0.25 * t)
            },
            ["plane"] = new JsonObject
            {
                ["axes"] = "units",
                ["explained"] = new JsonArray(0.6, 0.4),
                ["points"] = Rows(length, t => [X(t), Y(t)]),
                ["boundary"] = new JsonObject { ["a"] = 1, ["b"] = -2, ["c"] = 0.05 },
            },
        };
    }

    public static double X(int t) => Math.Cos(t / 2.0) * (t + 1) / 10;

    public static double Y(int t) => Math.Sin(t / 2.0) * (t + 1) / 10;

    /// <summary>Writes a page of sentences alone.</summary>
    public static string Write(TemporaryFolder folder, string title, params JsonObject[] sentences)
    {
        var data = new JsonObject
        {
            ["title"] = title,
            ["runs"] = new JsonArray(),
            ["sentences"] = new JsonArray([.. sentences])
        };
        string file = folder[$"{Guid.NewGuid():N}.html"];
        using FileStream stream = File.Create(file);
        ReportPage.Write(stream, Encoding.UTF8.GetBytes(data.ToJsonString(Unescaped)));
        return file;
    }

    private static JsonArray Texts(string[] texts) => [.. texts.Select(text => (JsonNode)text)];

    private static JsonArray Numbers(int length, Func<int, double> value) =>
        [.. Enumerable.Range(0, length).Select(t => (JsonNode)value(t))];

    private static JsonArray Rows(int length, Func<int, double[]> row) =>
        [.. Enumerable.Range(0, length).Select(t => new JsonArray([.. row(t).Select(value => (JsonNode)value)]))];
}
