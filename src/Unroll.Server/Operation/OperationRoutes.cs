using System.Reflection;
using System.Text;
using Unroll.Server.Protocols;

namespace Unroll.Server.Operation;

/// <summary><c>/metrics</c>, <c>/openapi/v1.json</c>, and the page at <c>/</c> with its files.</summary>
/// <param name="prometheus">Everything that was counted.</param>
internal sealed class OperationRoutes(PrometheusText prometheus)
{
    // Nothing but the page's own files, and no script or style inside it.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/app.js", "app.js", "text/javascript; charset=utf-8"),
        ("/app.css", "app.css", "text/css; charset=utf-8"),
    ];

    /// <summary>Adds them.</summary>
    public void Add(Routes routes)
    {
        routes.Get(Dialect.Inference, "/metrics", MetricsAsync);
        byte[] openApi = Read("openapi.json");
        routes.Get(
            Dialect.Inference, "/openapi/v1.json", context => SendAsync(context, openApi, "application/json; charset=utf-8"));
        foreach ((string path, string file, string type) in Files)
        {
            byte[] content = Read(file);
            routes.Get(Dialect.Inference, path, context => SendAsync(context, content, type), isOpen: true);
        }
    }

    private async Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(prometheus.Write(), Encoding.UTF8, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, byte[] content, string type)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    private static byte[] Read(string file)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is not in the program");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
