namespace Unroll.Training;

/// <summary>
/// The loss is no longer a finite number, or it exploded (<see cref="LossExplosion"/>); the parameters are of no use.
/// </summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: where, what was found, what to do.</param>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: where, what was found, what to do.</param>
    /// <param name="innerException">What was thrown below.</param>
    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
