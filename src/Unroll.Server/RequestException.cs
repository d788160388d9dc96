namespace Unroll.Server;

/// <summary>A request that is answered with an error, in one line.</summary>
/// <param name="status">The status code.</param>
/// <param name="message">What is wrong and what to do.</param>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    private const int MostShown = 60;

    /// <summary>The status code.</summary>
    public int Status => status;

    /// <summary>A text of the request as an error shows it: not all of a long one.</summary>
    public static string Excerpt(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";
}
