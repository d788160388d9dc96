namespace Unroll.Server;

/// <summary>A request that is answered with an error, in one line.</summary>
/// <param name="status">The status code.</param>
/// <param name="message">What is wrong and what to do.</param>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    /// <summary>The status code.</summary>
    public int Status => status;
}
