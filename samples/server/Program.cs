// Serves models as `unroll serve` does, as a program of its own: native, and in a container.
// dotnet publish samples/server -c Release -o out && out/server reviews=model --urls http://127.0.0.1:8080
using Unroll;
using Unroll.Server;

try
{
    await using WebApplication app = UnrollServer.Create(Options(args));
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is InputException or IOException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}

static ServerOptions Options(string[] args)
{
    var options = new ServerOptions();
    var models = new List<ModelSource>();
    for (int i = 0; i < args.Length; i++)
    {
        switch (args[i])
        {
            case "--urls" when i + 1 < args.Length:
                options.Urls = args[++i].Split(';');
                break;
            case "--api-key-file" when i + 1 < args.Length:
                options.ApiKeys = [.. File.ReadLines(args[++i]).Select(key => key.Trim()).Where(key => key.Length > 0)];
                break;
            case "--watch":
                options.Watch = true;
                break;
            case var option when option.StartsWith("--", StringComparison.Ordinal):
                throw new InputException($"{option} is unknown or lacks its value; expected --urls, --api-key-file or --watch");
            case var model:
                string[] parts = model.Split('=', 2);
                models.Add(parts is [var name, var path] ? new(name, path) : new(Path.GetFileName(model.TrimEnd('/')), model));
                break;
        }
    }
    options.Models = models;
    return options;
}
