using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// Selective copying (Gu and Dao, 2023; Jing et al., 2019): four colours at random places among words that mean nothing, then a
/// number: which colour was the second? All four are right only for who kept the colours, in order, and nothing else.
/// </summary>
internal sealed class SelectTask : ISentenceTask
{
    /// <summary>How many colours a sentence has.</summary>
    public const int Kept = 4;

    /// <summary>C: how many colours there are; guessing is right once in so many.</summary>
    public const int Colours = 8;

    private const int FirstColour = 2;
    private const int FirstNumber = FirstColour + Colours;
    private const int FirstFiller = FirstNumber + Kept;
    private const int Fillers = 8;

    public int Vocabulary => FirstFiller + Fillers;

    public int Classes => Colours;

    /// <summary>Draws a sentence of so many words before the number.</summary>
    public void Add(int size, TorchGenerator generator, EncodedTexts texts)
    {
        int[] places = new int[size];
        generator.FillPermutation(places);
        int[] chosen = [.. places[..Kept].Order()];
        int[] ids = new int[size + 1];
        for (int t = 0; t < size; t++)
            ids[t] = FirstFiller + (int)(generator.NextUInt32() % Fillers);
        foreach (int place in chosen)
            ids[place] = FirstColour + (int)(generator.NextUInt32() % Colours);
        int asked = (int)(generator.NextUInt32() % Kept);
        ids[size] = FirstNumber + asked;
        texts.Add(ids, ids[chosen[asked]] - FirstColour);
    }
}
