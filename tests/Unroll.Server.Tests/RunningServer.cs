using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Unroll.Tests;

namespace Unroll.Server.Tests;

/// <summary>A server on a port of its own, with the models <c>both</c> and <c>one</c>, and a client.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningServer(WebApplication app, TemporaryFolder folder)
    {
        (_app, Folder) = (app, folder);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public TemporaryFolder Folder { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningServer> StartAsync(Action<ServerOptions>? configure = null)
    {
        var folder = new TemporaryFolder();
        ServedModels.BothWays.Save(folder["both"]);
        ServedModels.OneWay.Save(folder["one"]);
        var options = new ServerOptions
        {
            Models = [new ModelSource("both", folder["both"]), new ModelSource("one", folder["one"])],
            Urls = ["http://127.0.0.1:0"],
        };
        configure?.Invoke(options);
        WebApplication app = UnrollServer.Create(options, builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        return new RunningServer(app, folder);
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using HttpResponseMessage answer = await Client.GetAsync(path);
        return await ReadAsync(answer);
    }

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await Client.PostAsync(path, content);
        return await ReadAsync(answer);
    }

    public async Task StopAsync() => await _app.StopAsync();

    public void UseKey(string key) => Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Folder.Dispose();
    }

    private static async Task<(int, JsonElement)> ReadAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync();
        JsonElement json = text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
        return ((int)answer.StatusCode, json);
    }
}
