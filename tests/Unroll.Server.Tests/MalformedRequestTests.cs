using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>
/// Bodies that are nearly right, ten thousand of them: an answer, or one line that says what is wrong, never a failure.
/// </summary>
public class MalformedRequestTests
{
    private const int BodiesOfARoute = 2_000;

    private static readonly string[] Values =
    [
        "null", "true", "[]", "{}", "\"\"", "\"\\ud83d\"", "-1", "0", "1e999", "0.5", "9223372036854775808", "[[[[[]]]]]",
        "\"a\"", "[null]", "[1]", "{\"a\":1}", "NaN", "'a'", "\"\\u0000\"", "\"\\x\"", "1,2", "", "[\"a\",[\"b\"]]",
        "[2,2]", "[-1]", "[1e3]",
    ];

    private static readonly string[] Properties =
    [
        "\"\\ud83d\":1", "\"inputs\":null", "\"input\\u0073\":[]", "\"text\":[]", "\"model\":7", "\"\":0",
        "\"id\":{}", "\"outputs\":[{\"name\":\"\\udc00\"}]", "\"parameters\":[]", "\"truncate\":\"yes\"", "\"input\":{}",
    ];

    private static readonly byte[][] Bytes =
    [
        [0], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], "\""u8.ToArray(), "\\"u8.ToArray(), "{"u8.ToArray(),
        "["u8.ToArray(), "}"u8.ToArray(), "]"u8.ToArray(), ","u8.ToArray(), ":"u8.ToArray(), "/*"u8.ToArray(), "\n"u8.ToArray(),
    ];

    [Theory]
    [InlineData("/v2/models/both/infer", "{\"id\":\"4\",\"inputs\":[{\"name\":\"text\",\"shape\":[2],\"datatype\":\"BYTES\","
        + "\"data\":[\"a good film\",\"awful\"]}],\"outputs\":[{\"name\":\"label\"}],\"parameters\":{}}")]
    [InlineData("/predict", "{\"inputs\":[[\"a good film\"],[\"awful\",\"film\"]],\"truncate\":false,\"raw_scores\":true}")]
    [InlineData("/v1/classify", "{\"model\":\"one\",\"input\":[\"a good film\",\"awful\"],\"user\":\"me\"}")]
    [InlineData("/v2/models/both/explain", "{\"text\":\"a good film\",\"id\":\"5\"}")]
    [InlineData("/v2/models/one/stream", "{\"text\":\"a good film\",\"id\":\"6\"}")]
    public async Task A_body_that_is_nearly_right_is_answered_or_refused_in_one_line(string route, string body)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        var kinds = new ConcurrentDictionary<int, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, BodiesOfARoute), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (seed, cancellation) =>
            {
                byte[] changed = Change(Encoding.UTF8.GetBytes(body), new Random(seed));
                using var content = new ByteArrayContent(changed);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using HttpResponseMessage answer = await server.Client.PostAsync(route, content, cancellation);
                string text = await answer.Content.ReadAsStringAsync(cancellation);
                int status = (int)answer.StatusCode;
                kinds.AddOrUpdate(status, 1, (_, count) => count + 1);
                string sent = string.Create(
                    CultureInfo.InvariantCulture, $"{route}, seed {seed}: {Encoding.UTF8.GetString(changed)}");
                Assert.True(status is 200 or 400 or 404 or 422, $"{status} for {sent}");
                if (status != 200)
                    Assert.True(IsOneLine(text), $"{text} for {sent}");
            });
        // The changes reach both: what is refused, and what can still be read.
        Assert.InRange(kinds.GetValueOrDefault(200), 20, BodiesOfARoute - 500);
        Assert.True(kinds.GetValueOrDefault(400) > 200, string.Join(", ", kinds));
        Assert.True(kinds.GetValueOrDefault(422) > 50, string.Join(", ", kinds));
        // It goes on as before.
        using var right = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage last = await server.Client.PostAsync(route, right);
        Assert.Equal(200, (int)last.StatusCode);
    }

    private static bool IsOneLine(string text)
    {
        using var json = JsonDocument.Parse(text);
        JsonElement error = json.RootElement.GetProperty("error");
        string message = (error.ValueKind == JsonValueKind.Object ? error.GetProperty("message") : error).GetString()!;
        return message.Length is > 10 and < 400 && !message.Contains('\n', StringComparison.Ordinal);
    }

    // One to three changes: a value becomes another one, bytes are lost, doubled, replaced or added, the body ends early.
    private static byte[] Change(byte[] body, Random random)
    {
        int changes = 1 + random.Next(3);
        for (int i = 0; i < changes; i++)
        {
            int from = random.Next(body.Length);
            int to = Math.Min(body.Length, from + 1 + random.Next(12));
            body = random.Next(8) switch
            {
                0 => [.. body[..from], .. body[to..]],
                1 => [.. body[..to], .. body[from..]],
                2 => body[..from],
                4 => WithProperty(body, random),
                3 => [.. body[..from], .. Bytes[random.Next(Bytes.Length)], .. body[from..]],
                _ => WithValue(body, random),
            };
            if (body.Length == 0)
                return body;
        }
        return body;
    }

    private static byte[] WithProperty(byte[] body, Random random)
    {
        string text = Encoding.Latin1.GetString(body);
        string added = "{" + Properties[random.Next(Properties.Length)] + ",";
        int brace = text.IndexOf('{', StringComparison.Ordinal);
        return brace < 0 ? body : Encoding.Latin1.GetBytes(text[..brace] + added + text[(brace + 1)..]);
    }

    private static byte[] WithValue(byte[] body, Random random)
    {
        string text = Encoding.Latin1.GetString(body);
        int[] colons = [.. Enumerable.Range(0, text.Length).Where(i => text[i] is ':' or '[' or ',')];
        if (colons.Length == 0)
            return body;
        int from = colons[random.Next(colons.Length)] + 1;
        int to = text.IndexOfAny([',', '}', ']'], from);
        to = to < 0 ? text.Length : to;
        return Encoding.Latin1.GetBytes(text[..from] + Values[random.Next(Values.Length)] + text[to..]);
    }
}
