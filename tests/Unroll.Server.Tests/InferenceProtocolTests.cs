using System.Text.Json;
using Unroll.Models;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>The Open Inference Protocol over HTTP, route by route as its specification has them.</summary>
public class InferenceProtocolTests
{
    private const string Infer = """
        {"id":"42","inputs":[{"name":"text","shape":[2],"datatype":"BYTES","data":["the movie is good","the film is awful"]}]}
        """;

    [Fact]
    public async Task The_server_says_what_it_is_and_that_it_is_ready()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement body) = await server.GetAsync("/v2");
        Assert.Equal(200, status);
        Assert.Equal("unroll", body.GetProperty("name").GetString());
        Assert.NotEmpty(body.GetProperty("version").GetString()!);
        Assert.Contains("model_repository", body.GetProperty("extensions").EnumerateArray().Select(name => name.GetString()));
        Assert.True((await server.GetAsync("/v2/health/live")).Body.GetProperty("live").GetBoolean());
        Assert.True((await server.GetAsync("/v2/health/ready")).Body.GetProperty("ready").GetBoolean());
        (status, body) = await server.GetAsync("/v2/models/one/ready");
        Assert.Equal((200, "one", true), (status, body.GetProperty("name").GetString(), body.GetProperty("ready").GetBoolean()));
    }

    [Theory]
    [InlineData("/v2/models/both")]
    [InlineData("/v2/models/both/versions/1")]
    public async Task A_model_says_its_tensors(string path)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement body) = await server.GetAsync(path);
        Assert.Equal(200, status);
        Assert.Equal("both", body.GetProperty("name").GetString());
        Assert.Equal(["1"], body.GetProperty("versions").EnumerateArray().Select(version => version.GetString()));
        JsonElement input = body.GetProperty("inputs")[0];
        Assert.Equal(("text", "BYTES", "[-1]"), (Name(input), Type(input), input.GetProperty("shape").GetRawText()));
        JsonElement[] outputs = [.. body.GetProperty("outputs").EnumerateArray()];
        Assert.Equal(
            ("label", "BYTES", "[-1]"), (Name(outputs[0]), Type(outputs[0]), outputs[0].GetProperty("shape").GetRawText()));
        Assert.Equal(
            ("probabilities", "FP32", "[-1,2]"), (
                Name(outputs[1]), Type(outputs[1]), outputs[1].GetProperty("shape").GetRawText()));
    }

    [Theory]
    [InlineData("/v2/models/both/infer")]
    [InlineData("/v2/models/both/versions/1/infer")]
    public async Task Texts_are_classified_as_the_library_classifies_them(string path)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement body) = await server.PostAsync(path, Infer);
        Assert.Equal(200, status);
        Assert.Equal("both", body.GetProperty("model_name").GetString());
        Assert.Equal("1", body.GetProperty("model_version").GetString());
        Assert.Equal("42", body.GetProperty("id").GetString());
        JsonElement[] outputs = [.. body.GetProperty("outputs").EnumerateArray()];
        Prediction[] expected = [.. ServedModels.BothWays.Predict(["the movie is good", "the film is awful"])];
        Assert.Equal("[2]", outputs[0].GetProperty("shape").GetRawText());
        Assert.Equal(
            expected.Select(each => each.Label), outputs[0].GetProperty("data").EnumerateArray().Select(
                label => label.GetString()!));
        Assert.Equal("[2,2]", outputs[1].GetProperty("shape").GetRawText());
        Assert.Equal(
            expected.SelectMany(each => each.Probabilities.Select(entry => (float)entry.Value)),
            outputs[1].GetProperty("data").EnumerateArray().Select(value => value.GetSingle()));
        Assert.Equal(
            ServedModels.BothWays.Config.Labels,
            outputs[1].GetProperty("parameters").GetProperty("labels").EnumerateArray().Select(label => label.GetString()!));
    }

    [Fact]
    public async Task Only_the_outputs_that_are_asked_for_come_and_nested_data_is_read()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (_, JsonElement body) = await server.PostAsync("/v2/models/one/infer", """
            {"inputs":[{"name":"text","shape":[2,1],"datatype":"BYTES","data":[["the song is fine"],["the book is dull"]]}],
             "outputs":[{"name":"label"}]}
            """);
        JsonElement output = Assert.Single(body.GetProperty("outputs").EnumerateArray());
        Assert.Equal("label", Name(output));
        Assert.Equal(2, output.GetProperty("data").GetArrayLength());
        Assert.False(body.TryGetProperty("id", out _));
    }

    [Fact]
    public async Task A_text_without_words_has_no_label_and_zeros()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement body) = await server.PostAsync("/v2/models/one/infer", """
            {"inputs":[{"name":"text","shape":[2],"datatype":"BYTES","data":[""," \n"]}]}
            """);
        Assert.Equal(200, status);
        Assert.Equal("""["",""]""", body.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Equal("[0,0,0,0]", body.GetProperty("outputs")[1].GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData("no json", 400, "the body is no JSON at line 1, byte 2; send a JSON object")]
    [InlineData("", 400, "the body is no JSON at line 1, byte 1; send a JSON object")]
    [InlineData("[1]", 400, "the body is a list of 1, expected a JSON object")]
    [InlineData("{}", 400, "\"inputs\" is missing, expected a list of one tensor")]
    [InlineData("{\"inputs\":[]}", 400, "\"inputs\" is a list of 0, expected a list of one tensor")]
    [InlineData("{\"inputs\":[7]}", 400, "the input is a number, expected an object with name, shape, datatype and data")]
    [InlineData("{\"inputs\":[{\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\"]}]}", 400,
        "the input has no name, expected \"name\": \"text\"")]
    [InlineData("{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}", 400,
        "the input's datatype is FP32, expected BYTES")]
    [InlineData("{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"BYTES\"}]}", 400,
        "the input has no data, expected \"data\": [\"a text\", …]")]
    [InlineData("{\"inputs\":[{\"name\":\"text\",\"shape\":[3],\"datatype\":\"BYTES\",\"data\":[\"a\"]}]}", 400,
        "the input's shape is [3], and its data has 1 texts")]
    [InlineData("{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[7]}]}", 422,
        "text 1 is a number, expected a string")]
    [InlineData("{\"inputs\":[{\"name\":\"text\",\"shape\":[0],\"datatype\":\"BYTES\",\"data\":[]}]}", 422,
        "there is no text in it; send at least one")]
    [InlineData("{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"\\ud800\"]}]}", 422,
        "text 1 is no Unicode text: half a character is written as \\ud83d or so; send both halves")]
    [InlineData(
        "{\"inputs\":[{\"name\":\"text\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\"]}],\"outputs\":[{\"name\":\"x\"}]}",
        400, "there is no output 'x', expected label or probabilities")]
    public async Task A_body_that_is_not_as_the_protocol_says_is_refused_in_one_line(string body, int status, string error)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int found, JsonElement answer) = await server.PostAsync("/v2/models/one/infer", body);
        Assert.Equal((status, error), (found, answer.GetProperty("error").GetString()));
    }

    [Theory]
    [InlineData("/v2/models/two", "there is no model 'two', expected one of both, one")]
    [InlineData("/v2/models/one/versions/9", "one has no version '9', expected 1, or no version")]
    [InlineData("/v3", "there is no such route; /openapi/v1.json lists them")]
    [InlineData("/v2/models/..%2f..%2fetc%2fpasswd", "there is no model '..%2f..%2fetc%2fpasswd', expected one of both, one")]
    public async Task What_is_not_there_is_404(string path, string error)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (int status, JsonElement body) = await server.GetAsync(path);
        Assert.Equal((404, error), (status, body.GetProperty("error").GetString()));
    }

    [Theory]
    [InlineData("DELETE", "/predict", "the route does not take DELETE, expected POST")]
    [InlineData("GET", "/v2/models/one/infer", "the route does not take GET, expected POST")]
    [InlineData("POST", "/v2", "the route does not take POST, expected GET")]
    public async Task Another_method_is_405(string method, string path, string error)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage answer = await server.Client.SendAsync(request);
        JsonElement body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((405, error), ((int)answer.StatusCode, body.GetProperty("error").GetString()));
    }

    private static string? Name(JsonElement tensor) => tensor.GetProperty("name").GetString();

    private static string? Type(JsonElement tensor) => tensor.GetProperty("datatype").GetString();
}
