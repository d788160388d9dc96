using System.Diagnostics;
using System.Text;

namespace Unroll.Cli.Classroom;

/// <summary>How a process ended and the beginning and end of what it wrote.</summary>
/// <param name="ExitCode">Null where it was stopped.</param>
/// <param name="IsTimedOut">It was still running when its time was over.</param>
/// <param name="IsFlooded">It wrote more than anybody reads.</param>
/// <param name="Output">The beginning of its standard output.</param>
/// <param name="Error">The end of its standard error.</param>
internal sealed record SheetProcessEnd(int? ExitCode, bool IsTimedOut, bool IsFlooded, string Output, string Error);

/// <summary>Runs a program with a limit on its time and on what it writes; it has no input.</summary>
internal static class SheetProcess
{
    public const int MostCharacters = 16 << 20;
    private const int Kept = 32 << 10;

    // A process that leaves a child behind leaves its pipes open too.
    private static readonly TimeSpan PipesAfterExit = TimeSpan.FromSeconds(1);

    public static async Task<SheetProcessEnd> Run(ProcessStartInfo start, TimeSpan limit, CancellationToken cancelled)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        using Process process = Process.Start(start) ?? throw new IOException($"{start.FileName} did not start");
        process.StandardInput.Close();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        var output = new Capture(isHead: true, stop);
        var error = new Capture(isHead: false, stop);
        Task reading = Task.WhenAll(output.Read(process.StandardOutput), error.Read(process.StandardError));
        stop.CancelAfter(limit);
        bool hasEnded = true;
        try
        {
            await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            hasEnded = false;
            Kill(process);
        }
        await Task.WhenAny(reading, Task.Delay(PipesAfterExit, CancellationToken.None)).ConfigureAwait(false);
        cancelled.ThrowIfCancellationRequested();
        bool isFlooded = output.IsFull || error.IsFull;
        return new SheetProcessEnd(hasEnded ? process.ExitCode : null, !hasEnded && !isFlooded, isFlooded && !hasEnded, output.Text, error.Text);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself at this moment.
        }
    }

    // Reads all, keeps little.
    private sealed class Capture(bool isHead, CancellationTokenSource stop)
    {
        private readonly StringBuilder _kept = new();
        private long _count;

        public bool IsFull => Volatile.Read(ref _count) > MostCharacters;

        public string Text
        {
            get
            {
                lock (_kept)
                    return _kept.ToString();
            }
        }

        public async Task Read(StreamReader reader)
        {
            char[] buffer = new char[4096];
            try
            {
                int read;
                while ((read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
                {
                    Volatile.Write(ref _count, _count + read);
                    if (IsFull)
                    {
                        await stop.CancelAsync().ConfigureAwait(false);
                        return;
                    }
                    Keep(buffer.AsSpan(0, read));
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The process was stopped.
            }
        }

        private void Keep(ReadOnlySpan<char> text)
        {
            lock (_kept)
            {
                if (isHead)
                {
                    _kept.Append(text[..Math.Min(text.Length, Kept - _kept.Length)]);
                    return;
                }
                _kept.Append(text);
                if (_kept.Length > Kept)
                    _kept.Remove(0, _kept.Length - Kept);
            }
        }
    }
}
