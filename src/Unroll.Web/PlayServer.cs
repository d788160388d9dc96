using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Unroll.Web;

/// <summary>
/// Serves the files of the live lab on this machine alone: a server that answers GET and HEAD with one of its files, and nothing
/// else.
/// </summary>
public sealed class PlayServer : IDisposable
{
    private const int MostHeaderBytes = 16 * 1024;

    // A browser that opens a connection and says nothing holds none of ours.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PlayFiles _files;
    private readonly TcpListener _listener;

    /// <summary>Begins to listen on 127.0.0.1.</summary>
    /// <param name="files">What is served.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    public PlayServer(PlayFiles files, int port)
    {
        _files = files;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Where the page is.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/"));

    /// <summary>Answers until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(cancellationToken).ConfigureAwait(false);
                _ = Task.Run(() => Serve(client, cancellationToken), cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task Serve(TcpClient client, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                NetworkStream stream = client.GetStream();
                bool isOpen = true;
                while (isOpen)
                {
                    limit.CancelAfter(Patience);
                    if (await ReadHeader(stream, limit.Token).ConfigureAwait(false) is not { } header)
                        return;
                    isOpen = await Answer(stream, header, limit.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e)
                when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The browser has gone, or never said anything.
            }
        }
    }

    // Up to the empty line; null when the browser has closed the connection or says too much.
    private static async Task<string[]?> ReadHeader(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MostHeaderBytes];
        int count = 0;
        while (count < buffer.Length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(count), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return null;
            count += read;
            int end = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n");
        }
        return null;
    }

    // Whether the connection stays open for another request.
    private async Task<bool> Answer(NetworkStream stream, string[] header, CancellationToken cancellationToken)
    {
        string[] request = header[0].Split(' ');
        bool isHead = request[0] == "HEAD";
        if (request.Length != 3 || !(isHead || request[0] == "GET"))
            return await Refuse("405 Method Not Allowed").ConfigureAwait(false);
        // Pages of other names that point at this machine have no business here.
        if (HeaderOf(header, "Host") is not { } host || !IsThisMachine(host))
            return await Refuse("403 Forbidden").ConfigureAwait(false);
        string path = Uri.UnescapeDataString(request[1].Split('?', '#')[0]).TrimStart('/');
        path = path.Length == 0 ? "index.html" : path;
        bool isCompressed = HeaderOf(header, "Accept-Encoding") is { } encodings
            && encodings.Split(',').Any(each => each.Split(';')[0].Trim() == "br");
        if ((isCompressed ? _files.Compressed(path) : _files.Whole(path)) is not { } content)
            return await Refuse("404 Not Found").ConfigureAwait(false);
        string encoding = isCompressed ? "Content-Encoding: br\r\n" : "";
        string answer = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 200 OK\r\nContent-Type: {TypeOf(path)}\r\n{encoding}Content-Length: {content.Length}\r\n"
            + $"Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nVary: Accept-Encoding\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancellationToken).ConfigureAwait(false);
        if (!isHead)
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        return true;

        async Task<bool> Refuse(string status)
        {
            byte[] bytes = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    private bool IsThisMachine(string host) =>
        host == Address.Authority || host == string.Create(CultureInfo.InvariantCulture, $"localhost:{Port}");

    private static string? HeaderOf(string[] header, string name)
    {
        string? line = header.Skip(1).FirstOrDefault(each => each.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return line?[(name.Length + 1)..].Trim();
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".json" => "application/json",
        ".wasm" => "application/wasm",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
