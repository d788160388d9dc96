namespace Unroll;

/// <summary>
/// Something the caller gave cannot be used: a file, a text, a setting. The message is one line that says where, what was found,
/// what was expected and what to do. What it quotes may be anything: control characters and ends of lines are shown as escapes,
/// and of a very long message the middle is left out.
/// </summary>
public sealed class InputException : Exception
{
    private const int MostBefore = 1500;
    private const int MostAfter = 500;

    /// <summary>Creates the exception.</summary>
    public InputException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: where, what was found, what was expected, what to do.</param>
    public InputException(string message)
        : base(OneLine(message))
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: where, what was found, what was expected, what to do.</param>
    /// <param name="innerException">What was thrown below.</param>
    public InputException(string message, Exception innerException)
        : base(OneLine(message), innerException)
    {
    }

    private static string OneLine(string message)
    {
        if (message.Length > MostBefore + MostAfter)
            message = $"{Cut(message, 0, MostBefore)} … {Cut(message, message.Length - MostAfter, MostAfter)}";
        return VisibleText.OneLine(message);
    }

    // Not between the halves of a surrogate pair.
    private static string Cut(string message, int start, int length)
    {
        int end = start + length;
        start += char.IsLowSurrogate(message[start]) ? 1 : 0;
        end -= char.IsHighSurrogate(message[end - 1]) ? 1 : 0;
        return message[start..end];
    }
}
