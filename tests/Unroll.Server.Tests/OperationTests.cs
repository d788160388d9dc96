using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Unroll.Engine.Numerics;
using Unroll.Models;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>Limits, keys, reloads, load, and what is counted.</summary>
public class OperationTests
{
    private const string Text = """{"inputs":"the movie is good"}""";

    [Fact]
    public async Task Without_the_key_only_health_and_the_page_answer()
    {
        await using RunningServer server = await RunningServer.StartAsync(options => options.ApiKeys = ["first", "second"]);
        (int status, JsonElement body) = await server.PostAsync("/predict", Text);
        Assert.Equal(
            (401, "the key is missing or wrong; send it as Authorization: Bearer KEY"),
            (status, body.GetProperty("error").GetString()));
        Assert.Equal(401, (await server.GetAsync("/v2/models/one")).Status);
        Assert.Equal(200, (await server.GetAsync("/v2/health/live")).Status);
        using HttpResponseMessage page = await server.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        server.UseKey("second");
        Assert.Equal(200, (await server.PostAsync("/predict", Text)).Status);
        server.UseKey("secon");
        Assert.Equal(401, (await server.PostAsync("/predict", Text)).Status);
    }

    [Fact]
    public async Task Too_much_at_once_is_413()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            options => (options.MostTexts, options.MostBytes) = (2, 200));
        (int status, JsonElement body) = await server.PostAsync("/predict", """{"inputs":[["a"],["b"],["c"]]}""");
        Assert.Equal(
            (413, "the request has 3 texts, expected at most 2; send several"), (status, body.GetProperty("error").GetString()));
        (status, body) = await server.PostAsync("/predict", $$"""{"inputs":"{{new string('a', 300)}}"}""");
        Assert.Equal(
            (413, "the body is longer than 200 bytes; send several requests"), (status, body.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task A_text_of_too_many_tokens_is_named_and_the_others_of_other_requests_are_answered()
    {
        await using RunningServer server = await RunningServer.StartAsync(options => options.MostTokens = 5);
        (int status, JsonElement body) = await server.PostAsync("/v1/classify", """{"input":["a b","a b c d e f","a"]}""");
        Assert.Equal(422, status);
        Assert.StartsWith("text 2: ", body.GetProperty("error").GetProperty("message").GetString());
        int[] statuses = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
            (await server.PostAsync("/predict", i % 4 == 0 ? """{"inputs":"a b c d e f"}""" : Text)).Status));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? 422 : 200), statuses);
    }

    [Fact]
    public async Task Many_at_once_are_all_answered_right_or_with_429()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            options => (options.QueueCapacity, options.Workers) = (4, 1));
        string[] texts = [.. Enumerable.Range(0, 8).Select(
            i => $"the movie is {(i % 2 == 0 ? "good" : "awful")} {new string('x', i)}")];
        Prediction[] expected = [.. ServedModels.BothWays.Predict(texts)];
        (int Status, JsonElement Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(
            i => server.PostAsync("/v1/classify", JsonSerializer.Serialize(new { input = texts[i % 8] }))));
        foreach ((int i, (int status, JsonElement body)) in answers.Index())
        {
            Assert.True(status is 200 or 429, $"{status}");
            if (status == 200)
            {
                Assert.Equal(
                    (float)expected[i % 8].Probabilities[0].Value, body.GetProperty("data")[0].GetProperty(
                        "probs")[0].GetSingle());
            }
        }
        Assert.Contains(answers, answer => answer.Status == 200);
        Assert.Equal(200, (await server.PostAsync("/predict", Text)).Status);
    }

    [Fact]
    public async Task A_full_queue_says_when_to_come_again()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            options => (options.QueueCapacity, options.Workers, options.BatchWindow) = (1, 1, TimeSpan.FromMilliseconds(2)));
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            _ => server.Client.PostAsync("/predict", new StringContent(Text, Encoding.UTF8, "application/json"))));
        HttpResponseMessage full = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal("1", full.Headers.RetryAfter?.ToString());
        Assert.Equal(
            """{"error":"too many texts wait; try again in a second","error_type":"overloaded"}""",
            await full.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_reload_is_another_version_and_a_broken_model_leaves_the_old_one()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        SentenceClassifier next = ServedModels.Train(bidirectional: false, seed: 3);
        next.Save(server.Folder["one"], overwrite: true);
        Assert.Equal(
            (float)ServedModels.OneWay.Predict("the movie is good").Probabilities[0].Value, await ProbabilityAsync(server));
        (int status, JsonElement body) = await server.PostAsync("/v2/repository/models/one/load", "");
        Assert.Equal((200, "2"), (status, body.GetProperty("version").GetString()));
        Assert.Equal((float)next.Predict("the movie is good").Probabilities[0].Value, await ProbabilityAsync(server));
        File.WriteAllText(Path.Combine(server.Folder["one"], "config.json"), "{");
        (status, body) = await server.PostAsync("/v2/repository/models/one/load", "");
        Assert.Equal(422, status);
        Assert.Contains("config.json", body.GetProperty("error").GetString());
        Assert.Equal((float)next.Predict("the movie is good").Probabilities[0].Value, await ProbabilityAsync(server));
    }

    [Fact]
    public async Task A_watched_model_changes_while_requests_run_and_none_fails()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            options => (options.Watch, options.WatchInterval) = (true, TimeSpan.FromMilliseconds(50)));
        SentenceClassifier other = ServedModels.Train(bidirectional: false, seed: 3);
        float[] known =
        [
            .. ((SentenceClassifier[])[ServedModels.OneWay, other]).Select(
                model => (float)model.Predict("the movie is good").Probabilities[0].Value),
        ];
        using var stop = new CancellationTokenSource();
        Task<HashSet<float>>[] callers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var seen = new HashSet<float>();
            while (!stop.IsCancellationRequested)
                seen.Add(await ProbabilityAsync(server));
            return seen;
        }))];
        for (int i = 0; i < 6; i++)
        {
            (i % 2 == 0 ? other : ServedModels.OneWay).Save(server.Folder["one"], overwrite: true);
            await Task.Delay(200);
        }
        other.Save(server.Folder["one"], overwrite: true);
        for (int i = 0; i < 200 && await ProbabilityAsync(server) != known[1]; i++)
            await Task.Delay(50);
        Assert.Equal(known[1], await ProbabilityAsync(server));
        await stop.CancelAsync();
        foreach (HashSet<float> seen in await Task.WhenAll(callers))
            Assert.Subset(known.ToHashSet(), seen);
    }

    [Fact]
    public async Task What_happens_is_counted()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await server.PostAsync("/predict", """{"inputs":"the movie is zzz"}""");
        await server.PostAsync("/predict", "{");
        string metrics = await server.Client.GetStringAsync("/metrics");
        Assert.Contains("unroll_requests_total{route=\"/predict\",status=\"200\"} 1\n", metrics);
        Assert.Contains("unroll_requests_total{route=\"/predict\",status=\"400\"} 1\n", metrics);
        Assert.Contains("unroll_tokens_total{model=\"both\"} 4\n", metrics);
        Assert.Contains("unroll_unknown_tokens_total{model=\"both\"} 1\n", metrics);
        Assert.Contains("unroll_request_duration_seconds_bucket{route=\"/predict\",le=\"+Inf\"} 2\n", metrics);
        Assert.Contains("unroll_batch_size_sum{model=\"both\"} 1\n", metrics);
        Assert.Contains("unroll_queue_texts{model=\"one\"} 0\n", metrics);
        Assert.Contains("unroll_loads_total{model=\"one\",outcome=\"loaded\"} 1\n", metrics);
        Assert.Matches("unroll_answers_total\\{model=\"both\",label=\"(good|bad)\"\\} 1\n", metrics);
        string[] types = [.. metrics.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))];
        Assert.Equal(types.Distinct(), types);
    }

    [Fact]
    public async Task Every_route_is_in_the_document_and_nothing_else()
    {
        var options = new ServerOptions { Urls = ["http://127.0.0.1:0"] };
        using var folder = new Unroll.Tests.TemporaryFolder();
        ServedModels.OneWay.Save(folder["one"]);
        options.Models = [new ModelSource("one", folder["one"])];
        await using WebApplication app = UnrollServer.Create(options);
        IEnumerable<string> routes = ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app).DataSources
            .SelectMany(source => source.Endpoints).OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith('/'))
            .Select(endpoint =>
                endpoint.Metadata.OfType<Microsoft.AspNetCore.Routing.HttpMethodMetadata>().Single().HttpMethods[0]
                + " " + endpoint.RoutePattern.RawText);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        JsonElement document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json")).RootElement;
        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        IEnumerable<string> told =
            from path in document.GetProperty("paths").EnumerateObject()
            from method in path.Value.EnumerateObject()
            select method.Name.ToUpperInvariant() + " " + path.Name;
        Assert.Equal(told.Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Malformed_bodies_of_every_kind_are_4xx_in_one_line()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (string Path, string Body)[] seeds =
        [
            ("/predict", """{"inputs":[["the movie","is good"],["b"]],"raw_scores":true,"truncate":false}"""),
            ("/v1/classify", """{"model":"one","input":["a","b"]}"""),
            ("/v2/models/one/infer",
                """{"id":"1","inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a \u00e9"]}]}"""),
            ("/v2/models/one/explain", """{"text":"the movie is good"}"""),
        ];
        var random = new TorchGenerator(7);
        byte[] odd = "{}[]\",:\\u0\0\u007f7-.eE tfn"u8.ToArray();
        for (int i = 0; i < 400; i++)
        {
            (string path, string seed) = seeds[i % seeds.Length];
            byte[] body = Encoding.UTF8.GetBytes(seed);
            for (int change = 0; change <= i % 3; change++)
                body[(int)(random.NextUInt32() % (uint)body.Length)] = (byte)(random.NextUInt32() % 3 == 0
                    ? random.NextUInt32() : odd[random.NextUInt32() % (uint)odd.Length]);
            if (i % 5 == 0)
                body = body[..(int)(random.NextUInt32() % (uint)body.Length)];
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using HttpResponseMessage answer = await server.Client.PostAsync(path, content);
            string text = await answer.Content.ReadAsStringAsync();
            Assert.True(
                (int)answer.StatusCode is 200 or (>= 400 and < 500), $"{answer.StatusCode} to {Encoding.UTF8.GetString(body)}");
            if (answer.StatusCode != HttpStatusCode.OK)
                Assert.DoesNotContain('\n', JsonDocument.Parse(text).RootElement.GetProperty("error").ToString());
        }
    }

    [Fact]
    public async Task The_page_may_load_nothing_but_its_own_files()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        foreach ((string path, string type) in ((string, string)[])
            [("/", "text/html"), ("/app.js", "text/javascript"), ("/app.css", "text/css")])
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(path);
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            string policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", policy);
            Assert.DoesNotContain("unsafe", policy);
        }
    }

    [Theory]
    [InlineData("a b", "the model's name is 'a b', expected letters, digits, '.', '_' and '-'; give NAME=x")]
    [InlineData("", "the model's name is '', expected letters, digits, '.', '_' and '-'; give NAME=x")]
    public void A_name_that_no_address_can_have_is_refused(string name, string expected) => Assert.Equal(
        expected, Assert.Throws<InputException>(
            () => new ServerOptions { Models = [new ModelSource(name, "x")] }.Validate()).Message);

    private static async Task<float> ProbabilityAsync(RunningServer server)
    {
        (int status, JsonElement body) =
            await server.PostAsync("/v1/classify", """{"model":"one","input":"the movie is good"}""");
        Assert.Equal(200, status);
        return body.GetProperty("data")[0].GetProperty("probs")[0].GetSingle();
    }
}
