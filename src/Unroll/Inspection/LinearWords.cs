using System.Runtime.InteropServices;
using Unroll.Terms;
using Unroll.Text;

namespace Unroll.Inspection;

/// <summary>Shares out what a linear part says of a text among the text's words.</summary>
/// <remarks>
/// Term j adds λ x_j W_jk to z, in equal parts for each place where it stands in the text. At a place it is shared in equal parts
/// among the tokens that it covers; edges get none. So the words and λ b_k add up to λ z_linear,k.
/// </remarks>
internal static class LinearWords
{
    private const int MostTerms = 10;

    /// <summary>Looks at a linear part while it reads a text.</summary>
    /// <param name="part">The linear part.</param>
    /// <param name="kind">What a token is.</param>
    /// <param name="share">λ.</param>
    /// <param name="text">The text.</param>
    /// <param name="class">k, the predicted class.</param>
    public static LinearTrace Trace(LinearPart part, TokenKind kind, double share, InspectedText text, int @class)
    {
        var row = new TermRow();
        part.Terms.Read(text.All, row);
        Dictionary<int, double> valueOf = [];
        for (int i = 0; i < row.Columns.Count; i++)
            valueOf.Add(row.Columns[i], share * row.Values[i] * part.Weight.Span[row.Columns[i] * part.Classes + @class]);
        double[] words = Words(part.Terms, kind, text.All, valueOf);
        TermValue[] strongest =
        [
            .. valueOf.OrderByDescending(term => Math.Abs(term.Value)).Take(MostTerms)
                .Select(term => new TermValue(part.Terms.Names[term.Key], term.Value)),
        ];
        double[] read = [.. text.Places.Select(place => words[place])];
        return new LinearTrace(
            share, share * part.Bias.Span[@class], text.Places.Length == 0 ? [0] : read, words.Sum() - read.Sum(), strongest);
    }

    private static double[] Words(TermTable terms, TokenKind kind, string[] tokens, Dictionary<int, double> valueOf)
    {
        List<(int Column, int First, int Last)> found = Places(terms, kind, tokens);
        Dictionary<int, int> countOf = found.CountBy(term => term.Column).ToDictionary();
        double[] words = new double[tokens.Length];
        foreach ((int column, int first, int last) in found)
        {
            double part = valueOf[column] / countOf[column] / (last - first + 1);
            for (int t = first; t <= last; t++)
                words[t] += part;
        }
        return words;
    }

    // Where each term stands: its first and its last token.
    private static List<(int Column, int First, int Last)> Places(TermTable terms, TokenKind kind, string[] tokens)
    {
        var places = new List<(int Column, int First, int Last)>();
        var keys = new List<ulong>();
        for (int last = 0; last <= tokens.Length && tokens.Length > 0; last++)
        {
            bool isEnd = last == tokens.Length;
            keys.Clear();
            TermKeys.AddEndingAt(last, tokens, kind, keys);
            // From short to long, each begins a token earlier; the end of the text is no term alone.
            for (int i = 0; i < keys.Count; i++)
                Add(keys[i], Math.Max(0, last - i - (isEnd ? 1 : 0)), isEnd ? last - 1 : last);
            if (isEnd)
                continue;
            keys.Clear();
            TermKeys.AddOfToken(tokens[last], kind, keys);
            foreach (ulong key in CollectionsMarshal.AsSpan(keys))
                Add(key, last, last);
        }
        return places;

        void Add(ulong key, int first, int last)
        {
            if (terms.Find(key) is { } column)
                places.Add((column, first, last));
        }
    }
}
