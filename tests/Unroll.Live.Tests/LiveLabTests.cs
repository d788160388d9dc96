using System.Text.Json;
using Unroll.Live.Sessions;
using Unroll.Live.Tasks;
using Xunit;

namespace Unroll.Live.Tests;

/// <summary>The requests of the page and what is answered.</summary>
public class LiveLabTests
{
    private const string Both = "\"watch\": [\"The movie is good\", \"The movie is bad\"]";

    private readonly LiveLab _lab = new();

    [Theory]
    [InlineData("{\"do\": \"read\", \"text\": \"good\"}", "no model is open, expected one to be opened first")]
    [InlineData("{\"do\": \"open\", \"archive\": \"!\"}", "the request cannot be read: ")]
    [InlineData("{\"do\": \"open\", \"archive\": \"UEsDBA==\"}", "")]
    [InlineData("{\"do\": \"open\"}", "the request cannot be read: ")]
    public void A_model_that_is_none_is_one_line(string request, string expected)
    {
        using var answer = JsonDocument.Parse(_lab.Call(request));
        string error = answer.RootElement.GetProperty("error").GetString()!;
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void The_view_has_what_the_page_draws()
    {
        JsonElement view = Call("{\"do\": \"act\", \"action\": [\"step\", 600], " + Both + "}");
        Assert.Equal(300, view.GetProperty("epoch").GetInt32());
        Assert.Equal(301, view.GetProperty("moments").GetInt32());
        Assert.Equal("0.0160", view.GetProperty("losses")[299].GetDouble().ToString("F4", null));
        JsonElement parameters = view.GetProperty("parameters");
        Assert.Equal(["U", "W", "W_out", "b", "b_out"], Texts(parameters, "symbol").Order(StringComparer.Ordinal));
        Assert.Equal(22, parameters.EnumerateArray().Sum(each => each.GetProperty("values").GetArrayLength()));
        Assert.Equal(["good", "bad"], Texts(view.GetProperty("samples"), "answer"));
        JsonElement sentence = view.GetProperty("sentences")[0];
        Assert.Equal(5, sentence.GetProperty("points").GetArrayLength());
        Assert.Equal(4, sentence.GetProperty("gradient").GetArrayLength());
        Assert.Equal("good", sentence.GetProperty("label").GetString());
        Assert.Equal(2, view.GetProperty("eigenvalues").GetArrayLength());
        Assert.Equal("unroll lab", view.GetProperty("command").GetString());
        Assert.False(view.TryGetProperty("commandNote", out _));
    }

    [Fact]
    public void Only_losses_that_the_page_does_not_have_are_sent()
    {
        Call("{\"do\": \"act\", \"action\": [\"step\", 20]}");
        Assert.Equal(2, Call("{\"do\": \"look\", \"losses\": 8}").GetProperty("losses").GetArrayLength());
        Call("{\"do\": \"seek\", \"moment\": 4}");
        JsonElement view = Call("{\"do\": \"act\", \"action\": [\"step\", 20], \"losses\": 10}");
        Assert.Equal(4, view.GetProperty("firstLoss").GetInt32());
        Assert.Equal(10, view.GetProperty("losses").GetArrayLength());
    }

    [Fact]
    public void A_link_restores_the_whole_state()
    {
        Call("""{"do": "start", "settings": {"task": "negation", "cell": "lstm", "hidden": 4, "seed": 5}, "rival": "gru"}""");
        Call("""{"do": "act", "action": ["step", 40]}""");
        Call("""{"do": "act", "action": ["pin", "forget", true]}""");
        Call("""{"do": "act", "action": ["set", "output.bias", 1, 0.5]}""");
        JsonElement before = Call("""{"do": "act", "action": ["step", 12], "watch": ["The movie is not good"]}""");
        var other = new LiveLab();
        string start = $$"""
            {"do": "start", "settings": {{before.GetProperty("settings").GetRawText()}},
             "journal": {{before.GetProperty("journal").GetRawText()}}, "rival": "gru", "watch": ["The movie is not good"]}
            """;
        using var after = JsonDocument.Parse(other.Call(start));
        string[] keys = ["parameters", "epoch", "update", "nextSample", "sentences", "gates", "samples", "journal"];
        foreach (string key in keys)
            Assert.True(JsonElement.DeepEquals(before.GetProperty(key), after.RootElement.GetProperty(key)), key);
        Assert.Equal(
            _lab.Rival!.Network.Parameters.Values.ToArray(), other.Rival!.Network.Parameters.Values.ToArray());
        Assert.Equal(_lab.Session.Losses, other.Session.Losses);
    }

    [Fact]
    public void Two_cells_race_update_by_update_and_go_back_together()
    {
        Call("""{"do": "act", "action": ["step", 10]}""");
        JsonElement view = Call("""{"do": "rival", "cell": "gru"}""");
        Assert.Equal("gru", view.GetProperty("rival").GetProperty("cell").GetString());
        Assert.Equal(5, view.GetProperty("rival").GetProperty("losses").GetArrayLength());
        Call("""{"do": "act", "action": ["step", 10]}""");
        Assert.Equal(20, _lab.Rival!.Update);
        Assert.Equal(
            LabTests.Trained(10, SessionTests.Settings("gru")).Network.Parameters.Values.ToArray(),
            _lab.Rival.Network.Parameters.Values.ToArray());
        Call("""{"do": "seek", "moment": 3}""");
        Assert.Equal((3, 3), (_lab.Session.Epoch, _lab.Rival.Epoch));
        Assert.False(Call("""{"do": "rival"}""").TryGetProperty("rival", out _));
    }

    [Theory]
    [InlineData("negation", 300)]
    [InlineData("first", 200)]
    [InlineData("adding", 300)]
    public void Every_task_is_learned(string task, int epochs)
    {
        LiveSession session = LabTests.Trained(epochs, LiveSettings.SuggestedFor(task));
        Assert.All(Looks.SampleAnswers.Of(session, session.Samples), answer => Assert.True(answer.IsRight, answer.Sample.Text));
        Assert.NotEmpty(session.Task.Unseen);
        Assert.Empty(session.Task.Unseen.Select(row => row.Text).Intersect(session.Samples.Select(row => row.Text)));
    }

    [Fact]
    public void Own_rows_make_words_and_labels_in_their_order()
    {
        var session = new LiveSession(new LiveSettings { Task = LiveTasks.Own, Rows = "yes\tla la\nno\tlu la\nmaybe\tli" });
        Assert.Equal(["la", "lu", "li"], session.Words);
        Assert.Equal(["yes", "no", "maybe"], session.Labels);
        session.Apply(new LiveAction.Train(3));
        Assert.Equal(1, session.Epoch);
    }

    [Fact]
    public void A_header_of_own_rows_is_no_row()
    {
        var session = new LiveSession(new LiveSettings { Task = LiveTasks.Own, Rows = "label\ttext\r\na\tx\r\nb\ty\r\n" });
        Assert.Equal(["a", "b"], session.Labels);
        Assert.Equal(["x", "y"], session.Words);
    }

    [Fact]
    public void Unknown_words_say_so()
    {
        JsonElement view = Call("""{"do": "look", "watch": ["The films are good", ""]}""");
        JsonElement sentences = view.GetProperty("sentences");
        Assert.Equal(["films", "are"], sentences[0].GetProperty("unknown").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal(0, sentences[0].GetProperty("points").GetArrayLength());
        Assert.Equal(0, sentences[1].GetProperty("tokens").GetArrayLength());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("""{"do": "fly"}""")]
    [InlineData("""{"do": "act", "action": ["fly"]}""")]
    [InlineData("""{"do": "act", "action": ["step", "x"]}""")]
    [InlineData("""{"do": "start", "settings": {"cell": "tree"}}""")]
    [InlineData("""{"do": "start", "settings": {}, "journal": [["set", "nothing", 0, 1]]}""")]
    [InlineData("""{"do": "start", "settings": {"hidden": 1e9}}""")]
    public void What_cannot_be_read_is_an_error_in_a_line_and_changes_nothing(string request)
    {
        Call("""{"do": "act", "action": ["step", 3]}""");
        using var answer = JsonDocument.Parse(_lab.Call(request));
        Assert.DoesNotContain('\n', answer.RootElement.GetProperty("error").GetString()!);
        Assert.Equal(3, _lab.Session.Update);
    }

    [Fact]
    public void Diverged_training_stops_and_clipping_alone_saves_it()
    {
        Call("""{"do": "start", "settings": {"nonlinearity": "relu", "hidden": 8, "lr": 1}}""");
        JsonElement view = Call("""{"do": "act", "action": ["step", 200]}""");
        Assert.False(Done(view, "clip"));
        Assert.Contains("broken", Mission(view, "clip").GetProperty("measured").GetString(), StringComparison.Ordinal);
        Call("""{"do": "seek", "moment": 0}""");
        Call("""{"do": "act", "action": ["clip", 0.1]}""");
        view = Call("""{"do": "act", "action": ["step", 400]}""");
        Assert.True(Done(view, "clip"), Mission(view, "clip").GetRawText());
    }

    [Fact]
    public void The_first_word_is_forgotten_when_its_way_is_cut()
    {
        Call("""
            {"do": "start", "settings": {"task": "first", "cell": "gru", "hidden": 4}}
            """);
        Assert.False(Done(Call("""{"do": "act", "action": ["pin", "reset", false]}"""), "forget"));
        Call("""{"do": "act", "action": ["pin", "reset", null]}""");
        JsonElement view = Call("""{"do": "act", "action": ["step", 1600]}""");
        Assert.All(view.GetProperty("samples").EnumerateArray(), sample => Assert.True(sample.GetProperty("right").GetBoolean()));
        Assert.False(Done(view, "forget"));
        Call("""{"do": "act", "action": ["pin", "reset", false]}""");
        view = Call("""{"do": "act", "action": ["pin", "update", false]}""");
        Assert.True(Done(view, "forget"), Mission(view, "forget").GetRawText());
    }

    [Fact]
    public void A_forget_gate_held_open_carries_the_gradient()
    {
        string watch = $"\"watch\": [\"{string.Join(' ', Enumerable.Repeat("movie", 11))} good\"]";
        Call("""{"do": "start", "settings": {"cell": "lstm"}}""");
        Call("""{"do": "act", "action": ["step", 100]}""");
        Assert.False(Done(Call("{\"do\": \"look\", " + watch + "}"), "carry"));
        Call("""{"do": "act", "action": ["pin", "input", false]}""");
        JsonElement view = Call("{\"do\": \"act\", \"action\": [\"pin\", \"forget\", true], " + watch + "}");
        Assert.True(Done(view, "carry"), Mission(view, "carry").GetRawText());
    }

    private JsonElement Call(string request)
    {
        using var document = JsonDocument.Parse(_lab.Call(request));
        Assert.False(document.RootElement.TryGetProperty("error", out JsonElement error), $"{error}");
        return document.RootElement.Clone();
    }

    private static bool Done(JsonElement view, string mission) => Mission(view, mission).GetProperty("done").GetBoolean();

    private static JsonElement Mission(JsonElement view, string id) =>
        view.GetProperty("missions").EnumerateArray().Single(mission => mission.GetProperty("id").GetString() == id);

    private static string[] Texts(JsonElement array, string key) =>
        [.. array.EnumerateArray().Select(each => each.GetProperty(key).GetString()!)];
}
