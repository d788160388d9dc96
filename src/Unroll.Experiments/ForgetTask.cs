using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// One colour at a random place among words that mean nothing; the label is the colour. A cell must write it down when it comes,
/// and keep it while the others pass.
/// </summary>
internal sealed class ForgetTask : ISentenceTask
{
    private const int FirstColour = 2;
    private const int Colours = 4;
    private const int FirstFiller = FirstColour + Colours;
    private const int Fillers = 8;

    public int Vocabulary => FirstFiller + Fillers;

    public int Classes => Colours;

    /// <summary>Draws a sentence of so many words.</summary>
    public void Add(int size, TorchGenerator generator, EncodedTexts texts) =>
        Add(size, (int)(generator.NextUInt32() % (uint)size), generator, texts);

    /// <summary>Draws a sentence of so many words with the colour at a given place.</summary>
    public static void Add(int size, int place, TorchGenerator generator, EncodedTexts texts)
    {
        int[] ids = new int[size];
        for (int t = 0; t < size; t++)
            ids[t] = Filler(generator);
        ids[place] = FirstColour + (int)(generator.NextUInt32() % Colours);
        texts.Add(ids, ids[place] - FirstColour);
    }

    /// <summary>
    /// The same sentence with another word of the same kind at a place: another colour, or another of the rest.
    /// </summary>
    /// <param name="ids">The sentence.</param>
    /// <param name="place">Where.</param>
    /// <param name="generator">Where the random numbers come from.</param>
    public static int[] Changed(ReadOnlySpan<int> ids, int place, TorchGenerator generator)
    {
        int[] changed = ids.ToArray();
        (int first, int count) = changed[place] < FirstFiller ? (FirstColour, Colours) : (FirstFiller, Fillers);
        int moved = 1 + (int)(generator.NextUInt32() % (uint)(count - 1));
        changed[place] = first + (changed[place] - first + moved) % count;
        return changed;
    }

    private static int Filler(TorchGenerator generator) => FirstFiller + (int)(generator.NextUInt32() % Fillers);
}
