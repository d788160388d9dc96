namespace Unroll;

/// <summary>
/// Something the caller gave cannot be used: a file, a text, a setting. The message is one line that says where, what was found,
/// what was expected and what to do.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InputException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: where, what was found, what was expected, what to do.</param>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: where, what was found, what was expected, what to do.</param>
    /// <param name="innerException">What was thrown below.</param>
    public InputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
