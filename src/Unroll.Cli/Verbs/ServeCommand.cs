using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Unroll.Server;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll serve</c>: models behind an address, until it is interrupted.</summary>
internal static class ServeCommand
{
    public static Command Create(Terminal terminal)
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "Model folders, each with a name if you like: NAME=DIR; the first answers where none is named",
            Arity = ArgumentArity.OneOrMore,
        };
        var defaults = new ServerOptions();
        var urls = new Option<string>("--urls")
        {
            Description = "Where to listen, several with ; between",
            HelpName = "URL",
            DefaultValueFactory = _ => string.Join(';', defaults.Urls),
        };
        Option<string?> grpc = Options.Text(
            "--grpc", "Where to speak the Open Inference Protocol over gRPC too, on a port of its own", "URL");
        Option<string?> keys = Options.Text("--api-key-file", "Keys, one a line, of which a request must bring one", "FILE");
        Option<string[]> origins = Options.List("--origin", "Pages of this origin may call the server", "URL");
        var watch = new Option<bool>("--watch") { Description = "Load a model anew when its files change" };
        var logTexts = new Option<bool>("--log-texts") { Description = "Write texts and answers into the log" };
        Option<int> queue = Options.Integer(
            "--queue", "Texts that may wait for each model; more are refused with 429", defaults.QueueCapacity, 1);
        Option<int> texts = Options.Integer("--max-texts", "The most texts of a request", defaults.MostTexts, 1);
        Option<int> bytes = Options.Integer("--max-bytes", "The longest body of a request", (int)defaults.MostBytes, 1);
        Option<int> maximum = Options.Integer(
            "--max-tokens", "The most tokens of a text; time and memory grow with them", defaults.MostTokens, 1);
        Option<float> window = Options.Number(
            "--batch-window", "Milliseconds, 0 to 2, that a text waits for others to make a batch", 0);
        Option<float> timeout = Options.PositiveNumber(
            "--timeout", "Seconds that a request may take", (float)defaults.Timeout.TotalSeconds);
        Option<bool> half = Options.HalfPrecision();
        var command = new Command(
            "serve", "Serve models: Open Inference Protocol, text-embeddings-inference, /v1/classify, and a page")
        {
            models, urls, grpc, keys, origins, watch, logTexts, queue, texts, bytes, maximum, window, timeout, half,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new ServerOptions
            {
                Models = [.. parsed.GetRequiredValue(models).Select(Source)],
                Urls = Urls("--urls", parsed.GetRequiredValue(urls)),
                GrpcUrls = parsed.GetValue(grpc) is { } given ? Urls("--grpc", given) : [],
                ApiKeys = parsed.GetValue(keys) is { } file ? KeysOf(file) : [],
                Origins = parsed.GetValue(origins) ?? [],
                Watch = parsed.GetValue(watch),
                LogTexts = parsed.GetValue(logTexts),
                QueueCapacity = parsed.GetValue(queue),
                MostTexts = parsed.GetValue(texts),
                MostBytes = parsed.GetValue(bytes),
                MostTokens = parsed.GetValue(maximum),
                BatchWindow = TimeSpan.FromMilliseconds(parsed.GetValue(window)),
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                HalfPrecision = parsed.GetValue(half),
            };
            await using WebApplication app = UnrollServer.Create(options);
            await StartAsync(app, cancellation).ConfigureAwait(false);
            foreach ((int i, string url) in app.Urls.Index())
            {
                string names = string.Join(", ", options.Models.Select(model => model.Name));
                terminal.Error.WriteLine($"serving {names} {(i < options.Urls.Count ? "at" : "over gRPC at")} {url}");
            }
            if (options.ApiKeys.Count == 0 && app.Urls.Any(url => !IsLocal(url)))
            {
                terminal.Error.WriteLine(
                    "warning: anybody who reaches this machine can use the server; give --api-key-file FILE, or listen on "
                        + "127.0.0.1");
            }
            await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    // NAME=DIR, or DIR, whose last part is the name.
    private static ModelSource Source(string given)
    {
        int equals = given.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && !given[..equals].Contains(Path.DirectorySeparatorChar))
            return new ModelSource(given[..equals], given[(equals + 1)..]);
        string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(given)));
        return new ModelSource(name, given);
    }

    private static string[] Urls(string flag, string given)
    {
        string[] urls = given.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (string url in urls)
        {
            if (!Uri.TryCreate(
                url.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal),
                    UriKind.Absolute, out Uri? uri) || uri.Scheme != "http")
            {
                throw new InputException($"{flag} has {url}, expected an address such as http://127.0.0.1:8080");
            }
        }
        return urls.Length > 0 ? urls
            : throw new InputException($"{flag} is empty, expected an address such as http://127.0.0.1:8080");
    }

    private static string[] KeysOf(string file)
    {
        string[] keys;
        try
        {
            keys = [.. File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: {e.Message}; give a file of keys, one a line", e);
        }
        return keys.Length > 0 ? keys : throw new InputException($"{file}: there is no key in it, expected one a line");
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new InputException($"cannot listen: {e.Message}; give another address", e);
        }
    }

    private static bool IsLocal(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.IsLoopback;
}
