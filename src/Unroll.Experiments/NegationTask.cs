using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// The lab's own words with k times "not": "The movie is not not good". The label is that of the last word, turned over by every
/// "not": the parity of k decides.
/// </summary>
internal sealed class NegationTask : ISentenceTask
{
    // Ids 0 and 1 are for padding and unknown words.
    private const int The = 2;
    private const int Movie = 3;
    private const int Is = 4;
    private const int Not = 5;
    private const int Bad = 6;
    private const int Good = 7;

    public int Vocabulary => 8;

    public int Classes => 2;

    /// <summary>Draws "The movie is good" or "bad" with so many "not" before the last word.</summary>
    public void Add(int size, TorchGenerator generator, EncodedTexts texts) =>
        Add(size, generator.NextUInt32() % 2 == 1, texts);

    /// <summary>Both sentences with so many "not".</summary>
    /// <param name="count">k.</param>
    public static EncodedTexts Both(int count)
    {
        var texts = new EncodedTexts();
        Add(count, isGood: false, texts);
        Add(count, isGood: true, texts);
        return texts;
    }

    private static void Add(int count, bool isGood, EncodedTexts texts)
    {
        bool isTurned = count % 2 == 1;
        texts.Add([The, Movie, Is, .. Enumerable.Repeat(Not, count), isGood ? Good : Bad], isGood != isTurned ? 1 : 0);
    }
}
