namespace Unroll.Training;

/// <summary>
/// Another rank of a training is gone; the training goes on from its last checkpoint, over as many ranks as one likes.
/// </summary>
public sealed class RankLostException : IOException
{
    /// <summary>Creates the exception.</summary>
    public RankLostException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: which rank waited for which.</param>
    public RankLostException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: which rank waited for which.</param>
    /// <param name="innerException">What was thrown below.</param>
    public RankLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
