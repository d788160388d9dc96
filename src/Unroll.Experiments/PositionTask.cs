using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// Two words that are in every sentence, among others that mean nothing: the label says which of the two came first. Which words
/// there are says nothing, their positions everything.
/// </summary>
internal sealed class PositionTask : ISentenceTask
{
    private const int One = 2;
    private const int Other = 3;
    private const int FirstFiller = 4;
    private const int Fillers = 8;

    public int Vocabulary => FirstFiller + Fillers;

    public int Classes => 2;

    /// <summary>Draws a sentence of so many words.</summary>
    public void Add(int size, TorchGenerator generator, EncodedTexts texts)
    {
        int[] places = new int[size];
        generator.FillPermutation(places);
        int[] ids = new int[size];
        for (int t = 0; t < size; t++)
            ids[t] = FirstFiller + (int)(generator.NextUInt32() % Fillers);
        (ids[places[0]], ids[places[1]]) = (One, Other);
        texts.Add(ids, places[0] < places[1] ? 1 : 0);
    }
}
