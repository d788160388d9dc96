using System.CommandLine;
using System.IO.Compression;
using System.Net;
using System.Text;
using Unroll.Cli.Tests;
using Unroll.Cli.Verbs;
using Unroll.Models;
using Unroll.Tests;
using Xunit;

namespace Unroll.Web.Tests;

/// <summary><c>unroll play</c> and its server, over a small folder.</summary>
public sealed class PlayCommandTests : IDisposable
{
    private const string Page = "<!doctype html><title>lab</title>";

    private readonly TemporaryFolder _folder = new();

    public PlayCommandTests()
    {
        Write("files/index.html.br", Page);
        Write("files/_framework/dotnet.js.br", "export {}");
    }

    [Fact]
    public async Task The_server_gives_its_files_and_nothing_else()
    {
        using var server = new PlayServer(PlayFiles.Of(_folder["files"]), port: 0);
        using var end = new CancellationTokenSource();
        Task running = server.Run(end.Token);
        using var plain = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(Page, await plain.GetStringAsync(new Uri("/", UriKind.Relative)));
        using HttpResponseMessage script = await plain.GetAsync(new Uri("/_framework/dotnet.js?x=1", UriKind.Relative));
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
        Assert.Empty(script.Content.Headers.ContentEncoding);
        using var brotli = new HttpClient { BaseAddress = server.Address };
        brotli.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, br");
        using HttpResponseMessage compressed = await brotli.GetAsync(new Uri("/index.html", UriKind.Relative));
        Assert.Equal(["br"], compressed.Content.Headers.ContentEncoding);
        Assert.Equal(File.ReadAllBytes(_folder["files/index.html.br"]), await compressed.Content.ReadAsByteArrayAsync());
        foreach ((string path, HttpStatusCode status) in (IEnumerable<(string, HttpStatusCode)>)
            [("/nothing", HttpStatusCode.NotFound), ("/../play.csproj", HttpStatusCode.NotFound),
                ("/%2e%2e/%2e%2e/etc/passwd", HttpStatusCode.NotFound), ("/index.html.br", HttpStatusCode.NotFound)])
        {
            using HttpResponseMessage missing = await plain.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(status, missing.StatusCode);
        }
        using HttpResponseMessage post = await plain.PostAsync(new Uri("/", UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, server.Address) { Headers = { Host = "example.org" } };
        using HttpResponseMessage refused = await plain.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        end.Cancel();
        await running;
    }

    [Fact]
    public void Out_writes_the_folder_once()
    {
        (int code, string output, _) = Run("play", "--out", _folder["out"]);
        Assert.Equal(0, code);
        Assert.Contains("2 files", output, StringComparison.Ordinal);
        Assert.Equal(Page, File.ReadAllText(_folder["out/index.html"]));
        Assert.Equal(File.ReadAllBytes(_folder["files/index.html.br"]), File.ReadAllBytes(_folder["out/index.html.br"]));
        InputException again = Assert.Throws<InputException>(() => Run("play", "--out", _folder["out"]));
        Assert.Equal($"{_folder["out"]}: not empty, expected a new folder; give --overwrite to write into it", again.Message);
        Assert.Equal(0, Run("play", "--out", _folder["out"], "--overwrite").Code);
    }

    [Fact]
    public void A_model_is_written_beside_the_page_which_names_it()
    {
        string rows = _folder.Write("rows.tsv", "label\ttext\n" + string.Concat(
            Enumerable.Range(0, 30).Select(i => $"good\tlovely {i % 7}\nbad\tdull {i % 5}\n")));
        string[] sizes = ["--hidden", "4", "--embedding", "4", "--epochs", "1", "--threads", "1"];
        Assert.Equal(0, CommandRun.Of(["train", rows, "--out", _folder["model"], .. sizes]).ExitCode);
        Write("files/index.html.br", "<head></head>");
        Assert.Equal(0, Run("play", "--model", _folder["model"], "--out", _folder["out"]).Code);
        Assert.Equal(
            "<head><meta name=\"unroll-model\" content=\"model.zip\"></head>", File.ReadAllText(_folder["out/index.html"]));
        SentenceClassifier model = SentenceClassifier.Load(_folder["model"]);
        Assert.Equal(
            model.Predict("lovely").Probability, SentenceClassifier.Load(_folder["out/model.zip"]).Predict("lovely").Probability);
        string[] missing = ["play", "--model", _folder["none"], "--out", _folder["new"]];
        InputException none = Assert.Throws<InputException>(() => Run(missing));
        Assert.StartsWith($"{_folder["none"]}: no such folder", none.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["new"]));
    }

    [Fact]
    public void A_model_too_large_for_a_page_is_refused()
    {
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $" w{i}"));
        string rows = _folder.Write("rows.tsv", $"label\ttext\ngood\tlovely{text}\nbad\tdull{text}\n");
        string[] sizes = ["--hidden", "4", "--embedding", "200", "--epochs", "1", "--min-count", "1", "--linear=false"];
        CommandRun train = CommandRun.Of(["train", rows, "--out", _folder["model"], "--dev-share", "0", .. sizes]);
        Assert.True(train.ExitCode == 0, train.Error);
        string[] large = ["play", "--model", _folder["model"], "--out", _folder["new"]];
        InputException error = Assert.Throws<InputException>(() => Run(large));
        Assert.Matches(
            @"^\S+model: 1\d\.\d MB as one file, expected at most 8 MB for a page; make it smaller with unroll export ",
            error.Message);
    }

    [Fact]
    public void A_build_without_the_page_says_how_to_make_it()
    {
        PlayFiles none = PlayFiles.Of(_folder["nothing"]);
        Assert.False(none.IsBuilt);
        InputException error = Assert.Throws<InputException>(() => Run(none, "play"));
        Assert.Equal(
            "unroll play: this build has no live lab; install Node 20.19 or newer, run dotnet build src/Unroll.Play/Play.proj, "
            + "and build again", error.Message);
    }

    [Fact]
    public void A_port_that_is_taken_says_so()
    {
        using var server = new PlayServer(PlayFiles.Of(_folder["files"]), port: 0);
        InputException error = Assert.Throws<InputException>(() => Run("play", "--no-browser", "--port", $"{server.Port}"));
        Assert.StartsWith($"--port {server.Port}: another program has it", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private (int Code, string Output, string Error) Run(params string[] arguments) =>
        Run(PlayFiles.Of(_folder["files"]), arguments);

    private static (int Code, string Output, string Error) Run(PlayFiles files, params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var root = new Command("unroll")
        {
            PlayCommand.Create(new Cli.Terminal(TextReader.Null, output, error, false, false), files),
        };
        int code = root.Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), error.ToString());
    }

    private void Write(string path, string text)
    {
        string file = _folder[path];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var brotli = new BrotliStream(File.Create(file), CompressionLevel.Fastest);
        brotli.Write(Encoding.UTF8.GetBytes(text));
    }
}
