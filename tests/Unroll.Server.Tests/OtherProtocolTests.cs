using System.Text;
using System.Text.Json;
using Unroll.Models;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>text-embeddings-inference, <c>/v1/classify</c>, and our own explain and stream routes.</summary>
public class OtherProtocolTests
{
    [Fact]
    public async Task A_text_a_pair_and_a_batch_have_the_answers_of_text_embeddings_inference()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (_, JsonElement one) = await server.PostAsync("/predict", """{"inputs":"the movie is good"}""");
        AssertScores(ServedModels.BothWays.Predict("the movie is good"), one);
        (_, JsonElement pair) = await server.PostAsync("/predict", """{"inputs":["the movie","is bad"]}""");
        AssertScores(ServedModels.BothWays.Predict("the movie is bad"), pair);
        (_, JsonElement batch) = await server.PostAsync(
            "/predict", """{"inputs":[["the movie is good"],["the film is dull"]]}""");
        Assert.Equal(2, batch.GetArrayLength());
        AssertScores(ServedModels.BothWays.Predict("the film is dull"), batch[1]);
        (_, JsonElement pairs) = await server.PostAsync("/predict", """{"inputs":[["the film","is dull"]],"truncate":true}""");
        AssertScores(ServedModels.BothWays.Predict("the film is dull"), Assert.Single(pairs.EnumerateArray()));
        (_, JsonElement raw) = await server.PostAsync("/predict", """{"inputs":"the movie is good","raw_scores":true}""");
        Assert.Equal(
            one.EnumerateArray().Select(score => Math.Log(score.GetProperty("score").GetDouble())).ToArray(),
            raw.EnumerateArray().Select(score => score.GetProperty("score").GetDouble()).ToArray(),
            (x, y) => Math.Abs(x - y) < 1e-5);
    }

    [Theory]
    [InlineData("{}", "\"inputs\" is missing; give it")]
    [InlineData("{\"inputs\":7}", "\"inputs\" is a number, expected \"a text\", or [[\"a text\"], [\"another\"]] for a batch")]
    [InlineData("{\"inputs\":[\"a\",\"b\",\"c\"]}",
        "\"inputs\" is a list of 3, expected one text or a pair; a batch is [[\"a text\"], [\"another\"]]")]
    [InlineData("{\"inputs\":[]}", "there is no text in it; send at least one")]
    [InlineData("{\"inputs\":[[\"a\"],[7]]}", "a text of input 2 is a number, expected a string")]
    [InlineData("{\"inputs\":\"a\",\"raw_scores\":1}", "\"raw_scores\" is a number, expected true or false")]
    public async Task Errors_of_text_embeddings_inference_have_a_type(string body, string error)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement answer) = await server.PostAsync("/predict", body);
        Assert.Equal(
            (422, error, "validation"),
            (status, answer.GetProperty("error").GetString(), answer.GetProperty("error_type").GetString()));
    }

    [Fact]
    public async Task Info_says_the_labels_and_limits()
    {
        await using RunningServer server = await RunningServer.StartAsync(options => options.MostTexts = 32);
        (_, JsonElement info) = await server.GetAsync("/info");
        Assert.Equal("both", info.GetProperty("model_id").GetString());
        Assert.Equal(32, info.GetProperty("max_client_batch_size").GetInt32());
        JsonElement classifier = info.GetProperty("model_type").GetProperty("classifier");
        Assert.Equal(ServedModels.BothWays.Config.Labels[1], classifier.GetProperty("id2label").GetProperty("1").GetString());
        Assert.Equal(200, (await server.GetAsync("/health")).Status);
    }

    [Fact]
    public async Task The_classify_route_answers_by_index()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement body) =
            await server.PostAsync("/v1/classify", """{"model":"one","input":["the movie is good","the film is awful"]}""");
        Assert.Equal(200, status);
        Assert.Equal("one", body.GetProperty("model").GetString());
        Prediction[] expected = [.. ServedModels.OneWay.Predict(["the movie is good", "the film is awful"])];
        foreach ((int index, JsonElement entry) in body.GetProperty("data").EnumerateArray().Index())
        {
            Assert.Equal(index, entry.GetProperty("index").GetInt32());
            Assert.Equal(expected[index].Label, entry.GetProperty("label").GetString());
            Assert.Equal(2, entry.GetProperty("num_classes").GetInt32());
            Assert.Equal(
                expected[index].Probabilities.Select(each => (float)each.Value),
                entry.GetProperty("probs").EnumerateArray().Select(value => value.GetSingle()));
        }
        Assert.Equal(8, body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        (_, JsonElement models) = await server.GetAsync("/v1/models");
        Assert.Equal(
            ["both", "one"], models.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        (status, body) = await server.PostAsync("/v1/classify", """{"model":"two","input":"a"}""");
        Assert.Equal(404, status);
        Assert.Equal(
            "there is no model 'two', expected one of both, one", body.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_text_is_explained_as_inspect_explains_it()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement body) = await server.PostAsync("/v2/models/both/explain", """{"text":"the movie is good"}""");
        Assert.Equal(200, status);
        Assert.Equal(4, body.GetProperty("tokens").GetArrayLength());
        Assert.Equal(ServedModels.BothWays.Predict("the movie is good").Label, body.GetProperty("label").GetString());
        (status, body) = await server.PostAsync(
            "/v2/models/both/explain", JsonSerializer.Serialize(new { text = string.Join(' ', Enumerable.Repeat("good", 501)) }));
        Assert.Equal(422, status);
        Assert.Equal(
            "the text has 501 tokens, expected at most 500 to explain; send a part of it", body.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("one")]
    [InlineData("both")]
    public async Task A_prediction_comes_after_each_word_before_the_next_is_sent(string model)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        SentenceClassifier classifier = model == "one" ? ServedModels.OneWay : ServedModels.BothWays;
        // HttpClient sends a body whole before it reads the answer, so this is the wire itself.
        using var wire = new System.Net.Sockets.TcpClient();
        await wire.ConnectAsync("127.0.0.1", server.Client.BaseAddress!.Port);
        await using System.Net.Sockets.NetworkStream stream = wire.GetStream();
        stream.ReadTimeout = 30_000;
        using var answer = new StreamReader(stream);
        await SendAsync(
            $"POST /v2/models/{model}/stream HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n");
        await SendPieceAsync("the ");
        Assert.Equal("HTTP/1.1 200 OK", answer.ReadLine());
        AssertEvent(ReadEvent(), 1, "the", classifier.Predict("the"));
        await SendPieceAsync("movie is");
        AssertEvent(ReadEvent(), 2, "movie", classifier.Predict("the movie"));
        await SendPieceAsync(" awful");
        AssertEvent(ReadEvent(), 3, "is", classifier.Predict("the movie is"));
        await SendAsync("0\r\n\r\n");
        AssertEvent(ReadEvent(), 4, "awful", classifier.Predict("the movie is awful"));

        async Task SendAsync(string bytes) => await stream.WriteAsync(Encoding.ASCII.GetBytes(bytes));

        Task SendPieceAsync(string piece) => SendAsync($"{piece.Length:x}\r\n{piece}\r\n");

        string? ReadEvent()
        {
            string? line;
            do
                line = answer.ReadLine();
            while (line is not null && !line.StartsWith("data: ", StringComparison.Ordinal));
            return line;
        }
    }

    private static void AssertEvent(string? line, int words, string word, Prediction expected)
    {
        Assert.StartsWith("data: ", line);
        JsonElement json = JsonDocument.Parse(line!["data: ".Length..]).RootElement;
        Assert.Equal((words, word), (json.GetProperty("words").GetInt32(), json.GetProperty("word").GetString()));
        Assert.Equal(expected.Label, json.GetProperty("label").GetString());
        Assert.Equal(expected.Probability, json.GetProperty("probability").GetDouble(), 1e-5);
    }

    private static void AssertScores(Prediction expected, JsonElement scores)
    {
        Assert.Equal(
            expected.Top(2).Select(entry => (entry.Key, (float)entry.Value)),
            scores.EnumerateArray().Select(
                score => (score.GetProperty("label").GetString()!, score.GetProperty("score").GetSingle())));
    }
}
