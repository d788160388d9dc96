using System.Text;

namespace Unroll.Server.Protocols;

/// <summary>Words of a text that comes in pieces, each as soon as the space behind it is there.</summary>
/// <param name="body">The text in UTF-8.</param>
/// <param name="idle">How long to wait for the next piece.</param>
internal sealed class WordReader(Stream body, TimeSpan idle)
{
    private const int LongestWord = 1_000;

    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
    private readonly byte[] _bytes = new byte[1024];
    private readonly char[] _chars = new char[1025];
    private readonly StringBuilder _word = new();
    private int _count;
    private int _at;
    private bool _isEnded;

    /// <summary>The next word; null at the end.</summary>
    /// <exception cref="RequestException">It is no UTF-8, or too long, or did not come in time.</exception>
    public async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            for (; _at < _count; _at++)
            {
                if (!char.IsWhiteSpace(_chars[_at]))
                {
                    if (_word.Length == LongestWord)
                        throw JsonBody.Unusable(
                            $"a word is longer than {LongestWord} characters; send words with spaces between");
                    _word.Append(_chars[_at]);
                }
                else if (_word.Length > 0)
                {
                    return Take();
                }
            }
            if (_isEnded)
                return _word.Length > 0 ? Take() : null;
            await FillAsync(cancellation).ConfigureAwait(false);
        }
    }

    private string Take()
    {
        string word = _word.ToString();
        _word.Clear();
        return word;
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        int read;
        try
        {
            read = await body.ReadAsync(_bytes, cancellation).AsTask().WaitAsync(idle, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new RequestException(
                StatusCodes.Status408RequestTimeout, $"nothing came for {idle.TotalSeconds} seconds; send on, or end the text");
        }
        _isEnded = read == 0;
        try
        {
            _count = _decoder.GetChars(_bytes.AsSpan(0, read), _chars, flush: _isEnded);
        }
        catch (DecoderFallbackException)
        {
            throw JsonBody.Unusable("the text is not UTF-8; send it in that encoding");
        }
        _at = 0;
    }
}
