using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Sheets;

/// <summary>What a sheet says it computed on one training sentence. States and logits may have any shape and any value.</summary>
/// <param name="Words">The words of the sentence, as indices in the vocabulary, [T].</param>
/// <param name="Label">The right label.</param>
/// <param name="States">The hidden states, [T+1][H] in a right sheet; null if they are not a table of numbers.</param>
/// <param name="Logits">The logits, [C] in a right sheet.</param>
/// <param name="Loss">The loss of the sentence.</param>
internal sealed record ReportedPass(int[] Words, int Label, double[,]? States, double[] Logits, double Loss)
{
    /// <summary>States and logits, if they have the right shapes and are finite numbers.</summary>
    /// <param name="hidden">H.</param>
    public ForwardPass? Validate(int hidden)
    {
        if (States is not { } s || s.GetLength(0) != Words.Length + 1 || s.GetLength(1) != hidden)
            return null;
        if (Logits.Length != LabParameters.Classes || s.Cast<double>().Concat(Logits).Any(value => !double.IsFinite(value)))
            return null;
        double[][] states = new double[s.GetLength(0)][];
        for (int t = 0; t < states.Length; t++)
        {
            states[t] = new double[hidden];
            for (int i = 0; i < hidden; i++)
                states[t][i] = s[t, i];
        }
        return new ForwardPass(states, Logits);
    }
}
