using System.Diagnostics;
using System.Text;

namespace Unroll.Classroom.Sheets;

/// <summary>Why a process was stopped.</summary>
internal enum StopReason
{
    None,
    Time,
    Output,
    Memory,
    Processes,
    Files,
}

/// <summary>How a process ended, and a part of what it wrote.</summary>
/// <param name="ExitCode">Null if the process was stopped.</param>
/// <param name="Stopped">Why it was stopped.</param>
/// <param name="Output">The beginning of its standard output.</param>
/// <param name="Error">The end of its standard error.</param>
internal sealed record SheetProcessResult(int? ExitCode, StopReason Stopped, string Output, string Error)
{
    /// <summary>It was stopped because its time was over.</summary>
    public bool IsTimedOut => Stopped == StopReason.Time;
}

/// <summary>Runs a program without input, with limits on its time, its output, its memory, its processes and its files.</summary>
internal static class SheetProcess
{
    public const int MostCharacters = 16 << 20;

    /// <summary>The most memory, in bytes, of a sheet and all that it starts.</summary>
    public const long MostMemory = 1536L << 20;

    /// <summary>The most processes that a sheet may have at once.</summary>
    public const int MostProcesses = 32;

    /// <summary>The most bytes that a sheet may write into its folder.</summary>
    public const long MostFileBytes = 256L << 20;

    private const int KeptCharacters = 32 << 10;

    // A child that outlives the process keeps its pipes open, so they are not read to the end.
    private static readonly TimeSpan ReadingAfterExit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a program and waits for its end.</summary>
    /// <param name="start">The program.</param>
    /// <param name="limit">How long it may run; after that it is stopped with the processes it started.</param>
    /// <param name="cancelled">Stops it early.</param>
    /// <param name="isWatched">Whether its memory, processes and files are limited too.</param>
    /// <exception cref="OperationCanceledException">It was stopped early.</exception>
    public static async Task<SheetProcessResult> Run(
        ProcessStartInfo start, TimeSpan limit, CancellationToken cancelled, bool isWatched = false)
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
        Task<StopReason> watching =
            isWatched ? Watch(process, start.WorkingDirectory, stop) : Task.FromResult(StopReason.None);
        bool hasEnded = true;
        try
        {
            await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            hasEnded = false;
            Kill(process, isLockedIn: Path.GetFileName(start.FileName) is "bwrap" or "unshare");
        }
        await Task.WhenAny(reading, Task.Delay(ReadingAfterExit, CancellationToken.None)).ConfigureAwait(false);
        cancelled.ThrowIfCancellationRequested();
        await stop.CancelAsync().ConfigureAwait(false);
        StopReason reason = await watching.ConfigureAwait(false);
        if (hasEnded)
            reason = StopReason.None;
        else if (output.IsFull || error.IsFull)
            reason = StopReason.Output;
        else if (reason == StopReason.None)
            reason = StopReason.Time;
        return new SheetProcessResult(hasEnded ? process.ExitCode : null, reason, output.Text, error.Text);
    }

    // Looks at the process and its children from time to time, and stops them when they are too many or too large.
    private static async Task<StopReason> Watch(Process process, string folder, CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(BetweenLooks, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return StopReason.None;
            }
            (int processes, long memory) = ProcessTree.Measure(process);
            StopReason reason = processes > MostProcesses ? StopReason.Processes
                : memory > MostMemory ? StopReason.Memory
                : ProcessTree.FileBytes(folder) > MostFileBytes ? StopReason.Files
                : StopReason.None;
            if (reason == StopReason.None)
                continue;
            await stop.CancelAsync().ConfigureAwait(false);
            return reason;
        }
        return StopReason.None;
    }

    // All that is locked in with the first process ends with it. Without a lock all children are looked for, which takes so long
    // for the thousands of a sheet that starts ever more that they would not end.
    private static void Kill(Process process, bool isLockedIn)
    {
        try
        {
            process.Kill(entireProcessTree: !isLockedIn);
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException or System.ComponentModel.Win32Exception)
        {
            // It has exited in the meantime.
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
