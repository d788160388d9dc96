using Unroll.Engine.Batches;
using Unroll.Terms;

namespace Unroll.Evaluation;

/// <summary>
/// A model's logits of rows that it was not trained on, to choose a few numbers by: how sure it may be, how much each part shall
/// say. Rows whose label the model does not know are left out, for nothing that is chosen makes them right.
/// </summary>
/// <param name="Logits">z, [rows,C].</param>
/// <param name="Labels">The class of each row, or the number of its set.</param>
/// <param name="Rows">Which of the texts each row is.</param>
/// <param name="Classes">C.</param>
internal sealed record LabelledLogits(float[] Logits, int[] Labels, int[] Rows, int Classes)
{
    // Few numbers are chosen: where there are very many classes, some of the rows are enough.
    private const int MostLogits = 1 << 22;

    /// <summary>The classes of each label, where rows may have several; null for one class a row.</summary>
    public LabelSets? Sets { get; init; }

    /// <summary>Computes them.</summary>
    /// <param name="evaluator">Computes the logits.</param>
    /// <param name="classes">C.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="terms">Their terms, for a model with a linear part; null for none.</param>
    public static LabelledLogits Of(Evaluator evaluator, int classes, EncodedTexts texts, SparseRows? terms)
    {
        var logits = new List<float>();
        var labels = new List<int>();
        var rows = new List<int>();
        evaluator.ForEach(texts, terms, Math.Min(texts.Count, Math.Max(1, MostLogits / classes)), (row, z) =>
        {
            if (texts.Sets is null && texts.LabelOf(row) >= classes)
                return;
            logits.AddRange(z);
            labels.Add(texts.LabelOf(row));
            rows.Add(row);
        });
        return new LabelledLogits([.. logits], [.. labels], [.. rows], classes) { Sets = texts.Sets };
    }

    /// <summary>What a linear part says of the same rows.</summary>
    /// <param name="part">The linear part.</param>
    /// <param name="terms">The terms of the texts that the rows are among.</param>
    public LabelledLogits Of(LinearPart part, SparseRows terms)
    {
        float[] logits = new float[Logits.Length];
        for (int i = 0; i < Rows.Length; i++)
            part.Logits(terms.ColumnsOf(Rows[i]), terms.ValuesOf(Rows[i]), logits.AsSpan(i * Classes, Classes));
        return this with { Logits = logits };
    }

    /// <summary>The temperature with the least negative log-likelihood; one for all labels.</summary>
    public double FitTemperature()
    {
        if (Sets is null)
            return TemperatureScaling.Fit(Logits, Classes, Labels);
        // A sigmoid is the second probability of softmax(0, z), so that every label of every row is a row of two classes.
        float[] pairs = new float[2 * Logits.Length];
        int[] isIn = new int[Logits.Length];
        for (int i = 0; i < Logits.Length; i++)
        {
            pairs[2 * i + 1] = Logits[i];
            isIn[i] = Sets[Labels[i / Classes]].Contains(i % Classes) ? 1 : 0;
        }
        return TemperatureScaling.Fit(pairs, 2, isIn);
    }

    /// <summary>The negative log-likelihood of each row, in nats.</summary>
    /// <param name="temperature">What they are divided by.</param>
    public double[] Losses(double temperature)
    {
        var scoring = new Scoring(Classes, temperature, decision: LabelDecision.Of(Sets));
        double[] losses = new double[Labels.Length];
        for (int i = 0; i < losses.Length; i++)
            losses[i] = scoring.Add(Logits.AsSpan(i * Classes, Classes), Labels[i]).Loss;
        return losses;
    }

    /// <summary>Scores them.</summary>
    /// <param name="temperature">What they are divided by.</param>
    public EvaluationResult Score(double temperature)
    {
        var scoring = new Scoring(Classes, temperature, decision: LabelDecision.Of(Sets));
        for (int i = 0; i < Labels.Length; i++)
            scoring.Add(Logits.AsSpan(i * Classes, Classes), Labels[i]);
        return scoring.Result;
    }
}
