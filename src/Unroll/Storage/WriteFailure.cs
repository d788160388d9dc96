namespace Unroll.Storage;

/// <summary>
/// What could not be written, as people read it: by the name that they gave, not by that of a temporary file beside it, and with
/// what to do.
/// </summary>
public static class WriteFailure
{
    /// <summary>Whether an exception says that something could not be written.</summary>
    /// <param name="e">What was thrown.</param>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The error about a file or folder, in one line.</summary>
    /// <param name="path">The name that was given.</param>
    /// <param name="e">What was thrown.</param>
    /// <param name="choose">What to choose instead: a name for a file, a path for a folder.</param>
    public static IOException Of(string path, Exception e, string choose = "name")
    {
        string advice = IsOfRights(e) ? $"make it writable, or choose another {choose}"
            : IsOfRoom(e) ? $"make room, or choose another {choose}"
            : $"choose another {choose}";
        return new IOException($"{path}: cannot be written ({ReasonOf(e)}); {advice}", e);
    }

    /// <summary>Why, without the names of temporary files, to stand in brackets.</summary>
    /// <param name="e">What was thrown.</param>
    public static string ReasonOf(Exception e)
    {
        if (e.InnerException is { } inner && Is(e) && Is(inner))
            return ReasonOf(inner);
        if (IsOfRights(e))
            return "no right to write there";
        if (e is DirectoryNotFoundException or FileNotFoundException)
            return "its folder is not there and cannot be made";
        if (e.Message.EndsWith("already exists.", StringComparison.Ordinal))
            return "a file stands where its folder should";
        // The runtime puts the name behind the system's words: No space left on device : '/…'.
        return e.Message.Split(" : '")[0].TrimEnd('.', ' ').ReplaceLineEndings(" ");
    }

    private static bool IsOfRights(Exception e) => e is UnauthorizedAccessException;

    // A full disk and a used-up quota, of Linux and of macOS, and a full disk of Windows.
    private static bool IsOfRoom(Exception e) => e.HResult is 28 or 122 or 69 or unchecked((int)0x80070070);
}
