using System.Security.Cryptography;
using System.Text;

namespace Unroll.Server.Operation;

/// <summary>Keys of which a request must bring one, as <c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>.</summary>
internal sealed class ApiKeys
{
    private readonly byte[][] _hashes;

    /// <summary>Keeps the keys' hashes.</summary>
    /// <param name="keys">The keys; none for an open server.</param>
    public ApiKeys(IEnumerable<string> keys) => _hashes = [.. keys.Select(Hash)];

    /// <summary>Whether a request may pass. Every key is compared whole, so that the time says nothing.</summary>
    /// <param name="request">The request.</param>
    public bool Allows(HttpRequest request)
    {
        if (_hashes.Length == 0)
            return true;
        const string scheme = "Bearer ";
        string? key = request.Headers["X-Api-Key"];
        if (request.Headers.Authorization.ToString() is { } header
            && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            key = header[scheme.Length..].Trim();
        if (string.IsNullOrEmpty(key))
            return false;
        byte[] hash = Hash(key);
        bool isKnown = false;
        foreach (byte[] known in _hashes)
            isKnown |= CryptographicOperations.FixedTimeEquals(known, hash);
        return isKnown;
    }

    // Of equal length whatever the key's.
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
