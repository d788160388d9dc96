using System.Diagnostics;
using System.Text;

namespace Unroll.Classroom.Sheets;

/// <summary>How a process ended, and a part of what it wrote.</summary>
/// <param name="ExitCode">Null if the process was stopped.</param>
/// <param name="IsTimedOut">It was stopped because its time was over.</param>
/// <param name="IsFlooded">It was stopped because it wrote too much.</param>
/// <param name="Output">The beginning of its standard output.</param>
/// <param name="Error">The end of its standard error.</param>
internal sealed record SheetProcessResult(int? ExitCode, bool IsTimedOut, bool IsFlooded, string Output, string Error);

/// <summary>Runs a program without input, with a limit on its time and on how much it writes.</summary>
internal static class SheetProcess
{
    public const int MostCharacters = 16 << 20;
    private const int KeptCharacters = 32 << 10;

    // A child that outlives the process keeps its pipes open, so they are not read to the end.
    private static readonly TimeSpan ReadingAfterExit = TimeSpan.FromSeconds(1);

    /// <summary>Runs a program and waits for its end.</summary>
    /// <param name="start">The program.</param>
    /// <param name="limit">How long it may run; after that it is stopped with the processes it started.</param>
    /// <param name="cancelled">Stops it early.</param>
    /// <exception cref="OperationCanceledException">It was stopped early.</exception>
    public static async Task<SheetProcessResult> Run(ProcessStartInfo start, TimeSpan limit, CancellationToken cancelled)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        using Process process = Process.Start(start) ?? throw new IOException($"{start.FileName} did not start");
        process.StandardInput.Close();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        var output = new Capture(keepsBeginning: true, stop);
        var error = new Capture(keepsBeginning: false, stop);
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
        await Task.WhenAny(reading, Task.Delay(ReadingAfterExit, CancellationToken.None)).ConfigureAwait(false);
        cancelled.ThrowIfCancellationRequested();
        bool isFlooded = output.IsFull || error.IsFull;
        return new SheetProcessResult(
            hasEnded ? process.ExitCode : null, !hasEnded && !isFlooded, isFlooded && !hasEnded, output.Text, error.Text);
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
            // It ended by itself just now.
        }
    }

    // Reads everything, because a full pipe would block the process, and keeps the beginning or the end.
    private sealed class Capture(bool keepsBeginning, CancellationTokenSource stop)
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
                if (keepsBeginning)
                {
                    _kept.Append(text[..Math.Min(text.Length, KeptCharacters - _kept.Length)]);
                    return;
                }
                _kept.Append(text);
                if (_kept.Length > KeptCharacters)
                    _kept.Remove(0, _kept.Length - KeptCharacters);
            }
        }
    }
}
