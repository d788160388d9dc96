using Unroll.Engine.Batches;

namespace Unroll.Tests.Evaluation;

internal static class Texts
{
    public static EncodedTexts Of(params (int[] Ids, int Label)[] rows)
    {
        var texts = new EncodedTexts();
        foreach ((int[] ids, int label) in rows)
            texts.Add(ids, label);
        return texts;
    }
}
