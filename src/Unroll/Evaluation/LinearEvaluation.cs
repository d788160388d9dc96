using Unroll.Engine.Batches;
using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>Measures a linear part alone.</summary>
internal static class LinearEvaluation
{
    /// <summary>Measures it on labelled texts.</summary>
    /// <param name="part">The linear part.</param>
    /// <param name="terms">The texts' terms.</param>
    /// <param name="texts">Has the class of each text.</param>
    public static EvaluationResult Evaluate(LinearPart part, SparseRows terms, EncodedTexts texts)
    {
        var scoring = new Scoring(part.Classes, temperature: 1, decision: LabelDecision.Of(texts));
        float[] logits = new float[part.Classes];
        for (int row = 0; row < terms.Count; row++)
        {
            part.Logits(terms.ColumnsOf(row), terms.ValuesOf(row), logits);
            scoring.Add(logits, texts.LabelOf(row));
        }
        return scoring.Result;
    }
}
