using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Unroll.Text;

namespace Unroll.Search;

/// <summary>A hash of labelled rows: results of other rows must not stand beside those of these.</summary>
public static class RowsHash
{
    /// <summary>The SHA-256 of labels and texts, in their order, as hexadecimal digits.</summary>
    /// <param name="corpora">The rows; null for those that were not given.</param>
    public static string Of(params IEnumerable<Corpus?> corpora)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Corpus? corpus in corpora)
        {
            hash.AppendData(BitConverter.GetBytes(corpus?.Count ?? -1));
            for (int row = 0; row < corpus?.Count; row++)
            {
                int label = corpus.LabelOf(row);
                hash.AppendData(Encoding.UTF8.GetBytes(label < 0 ? "\n" : corpus.Labels[label] + "\n"));
                UInt128 text = corpus.HashOf(row);
                hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in text)));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
