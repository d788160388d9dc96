using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Unroll.Bench.Load;

/// <summary>One kept connection that posts bodies and reads answers, as cheaply as a client can.</summary>
internal sealed class LoadConnection(Uri address) : IAsyncDisposable
{
    private const int Largest = 1 << 20;

    private readonly byte[] _buffer = new byte[Largest];
    private Socket? _socket;

    /// <summary>A request of a body.</summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="json">The body.</param>
    public static byte[] Request(Uri address, string json) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"POST {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\n" +
        $"Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    /// <summary>Sends a request and reads its answer.</summary>
    /// <param name="request">What <see cref="Request"/> made.</param>
    /// <returns>Status and body; status 0 where the connection ended without an answer.</returns>
    public async Task<(int Status, string Body)> SendAsync(byte[] request)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(address.Host, address.Port).ConfigureAwait(false);
            }
            await _socket.SendAsync(request).ConfigureAwait(false);
            return await ReadAsync(_socket).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            _socket?.Dispose();
            _socket = null;
            return (0, "");
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(int Status, string Body)> ReadAsync(Socket socket)
    {
        int filled = 0;
        int head = -1;
        int length = -1;
        int whole = int.MaxValue;
        while (filled < whole)
        {
            int read = await socket.ReceiveAsync(_buffer.AsMemory(filled)).ConfigureAwait(false);
            if (read == 0)
            {
                socket.Dispose();
                _socket = null;
                return (0, "");
            }
            filled += read;
            if (head < 0 && (head = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) >= 0)
                length = LengthOf(_buffer.AsSpan(0, head));
            if (head >= 0 && length >= 0)
                whole = head + 4 + length;
            else if (head >= 0 && _buffer.AsSpan(head + 2, filled - head - 2).EndsWith("\r\n0\r\n\r\n"u8))
                whole = filled;
        }
        int status = int.Parse(_buffer.AsSpan(9, 3), CultureInfo.InvariantCulture);
        return (status, Encoding.UTF8.GetString(_buffer, head + 4, whole - head - 4));
    }

    // -1 where it comes in chunks, whose sizes stay between them.
    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        string text = Encoding.ASCII.GetString(head);
        const string Name = "Content-Length:";
        int at = text.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return -1;
        int end = text.IndexOf('\r', at);
        return int.Parse(text[(at + Name.Length)..(end < 0 ? text.Length : end)], CultureInfo.InvariantCulture);
    }
}
