using System.Runtime.InteropServices;

namespace Unroll.Cli;

/// <summary>
/// Which of the standard streams the program was started with. Where one was closed (<c>&gt;&amp;-</c>), the runtime has long
/// given its number to a pipe of its own: what is written there ends the process, and reading from it waits for ever.
/// </summary>
internal static partial class StandardStreams
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Error = 2;

    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    /// <summary>Whether a stream was closed when the program started.</summary>
    /// <param name="stream">Its number.</param>
    public static bool IsClosed(int stream)
    {
        if (OperatingSystem.IsWindows())
            return false;
        // What is handed on to a new program does not have the mark to be closed then; what the runtime opened has it.
        int flags = GetFlags(stream, GetDescriptorFlags);
        return flags < 0 || (flags & CloseOnExec) != 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int GetFlags(int descriptor, int command);
}
