using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// Pairs of a name and a drink, then one of the names: "Anna tea Ben milk Anna". The label is that name's drink. No name comes
/// twice, drinks may.
/// </summary>
internal sealed class RecallTask : ISentenceTask
{
    /// <summary>The most pairs of a sentence.</summary>
    public const int Names = 8;

    /// <summary>C: how many drinks there are; guessing is right once in so many.</summary>
    public const int Drinks = 4;

    private const int FirstName = 2;
    private const int FirstDrink = FirstName + Names;

    public int Vocabulary => FirstDrink + Drinks;

    public int Classes => Drinks;

    /// <summary>Draws so many pairs and asks for one.</summary>
    public void Add(int size, TorchGenerator generator, EncodedTexts texts)
    {
        int[] names = new int[Names];
        generator.FillPermutation(names);
        int[] ids = new int[2 * size + 1];
        for (int i = 0; i < size; i++)
        {
            ids[2 * i] = FirstName + names[i];
            ids[2 * i + 1] = FirstDrink + (int)(generator.NextUInt32() % Drinks);
        }
        int asked = (int)(generator.NextUInt32() % (uint)size);
        ids[^1] = ids[2 * asked];
        texts.Add(ids, ids[2 * asked + 1] - FirstDrink);
    }
}
