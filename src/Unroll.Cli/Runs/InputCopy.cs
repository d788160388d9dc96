using Unroll.Data;

namespace Unroll.Cli.Runs;

/// <summary>
/// Standard input that can be read a second time: what goes by is also written to a temporary file, so that it need not fit into
/// memory.
/// </summary>
/// <param name="input">Opens standard input.</param>
internal sealed class InputCopy(Func<Stream> input) : IDisposable
{
    private FileStream? _file;
    private Exception? _failure;
    private bool _isOpened;

    /// <summary>The first time standard input itself; after that the copy of what was read of it.</summary>
    /// <exception cref="InputException">There is no copy, for instance because the disk is full.</exception>
    public Stream Open()
    {
        if (!_isOpened)
        {
            _isOpened = true;
            Create();
            return new Copying(input(), this);
        }
        if (_failure is not null)
            throw new InputException(
                $"standard input: could not be kept to be read again ({_failure.Message.TrimEnd('.')}); make room in "
                    + $"{Path.GetTempPath()} or set TMPDIR",
                _failure);
        _file!.Position = 0;
        return _file;
    }

    public void Dispose() => _file?.Dispose();

    private void Create()
    {
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            _file = new FileStream(path, options);
            // Without a name nothing is left behind, however the process ends.
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = e;
        }
    }

    // Training goes on without the copy.
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null)
            return;
        try
        {
            _file!.Write(bytes);
        }
        catch (IOException e)
        {
            _failure = e;
        }
    }

    private sealed class Copying(Stream source, InputCopy copy) : ForwardStream
    {
        public override int Read(Span<byte> buffer)
        {
            int count = source.Read(buffer);
            copy.Keep(buffer[..count]);
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            source.Dispose();
            base.Dispose(disposing);
        }
    }
}
