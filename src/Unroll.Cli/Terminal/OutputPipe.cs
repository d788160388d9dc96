using Microsoft.Win32.SafeHandles;

namespace Unroll.Cli;

/// <summary>
/// Standard output into a pipe that says when its reader has gone, as <c>head</c> does; what is written after that is dropped, so
/// that work with other results, such as a model to save, goes on.
/// </summary>
internal sealed class OutputPipe : Stream
{
    private const int StandardOutput = 1;

    private readonly FileStream _pipe;

    private OutputPipe(FileStream pipe) => _pipe = pipe;

    /// <summary>Whether nobody reads any more.</summary>
    public bool IsBroken { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard output, if it is a pipe; null for a screen or a file.</summary>
    /// <param name="screenIsPipe">Whether a screen is one, too: nobody looks at it.</param>
    public static OutputPipe? TryOpen(bool screenIsPipe)
    {
        if (OperatingSystem.IsWindows() || !(screenIsPipe || Console.IsOutputRedirected))
            return null;
        var pipe = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? null : new OutputPipe(pipe);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsBroken)
            return;
        try
        {
            _pipe.Write(buffer);
        }
        catch (IOException)
        {
            IsBroken = true;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
