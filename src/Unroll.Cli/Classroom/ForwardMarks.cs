namespace Unroll.Cli.Classroom;

/// <summary>
/// The second part of the rubric: three marks for the hidden states, two for the logits, each recomputed from the sheet's own parameters
/// and the values before it, so that one mistake costs once. Half where one thing that can be named is wrong.
/// </summary>
internal static class ForwardMarks
{
    private const double OfStates = 3;
    private const double OfLogits = 2;

    /// <summary>Marks the first training sentences.</summary>
    /// <param name="passes">Each with the parameters that it was computed with.</param>
    /// <param name="marks">Where the marks go.</param>
    /// <returns>Whether all is right.</returns>
    public static bool Give(IReadOnlyList<(LabParameters Parameters, ReportedPass Pass)> passes, SheetMarks marks)
    {
        if (passes.Count == 0)
        {
            marks.Say(Criterion.Forward, "no hidden state was reported that its parameters could be held to");
            return false;
        }
        double states = States(passes, marks);
        double logits = states < 0 ? 0 : Logits(passes, marks);
        marks[Criterion.Forward] = Math.Max(states, 0) + logits;
        return states + logits == OfStates + OfLogits;
    }

    /// <summary>The reported values, where they have their shapes, for what is computed from them.</summary>
    public static LabPass? Usable(ReportedPass pass, int hidden)
    {
        if (pass.States is not { } s || s.GetLength(0) != pass.Words.Length + 1 || s.GetLength(1) != hidden
            || pass.Logits.Length != LabParameters.Classes || s.Cast<double>().Concat(pass.Logits).Any(value => !double.IsFinite(value)))
        {
            return null;
        }
        double[][] states = [.. Enumerable.Range(0, s.GetLength(0)).Select(t => Enumerable.Range(0, hidden).Select(i => s[t, i]).ToArray())];
        return new LabPass(states, pass.Logits);
    }

    // -1 where there are no states to take the logits of.
    private static double States(IReadOnlyList<(LabParameters Parameters, ReportedPass Pass)> passes, SheetMarks marks)
    {
        (LabParameters parameters, ReportedPass first) = passes[0];
        if (passes.Any(pass => Usable(pass.Pass, pass.Parameters.Hidden) is null))
        {
            string found = first.States is { } s ? $"{s.GetLength(0)} × {s.GetLength(1)}" : "no table";
            marks.Say(
                Criterion.Forward,
                $"hidden states are {found}, logits {first.Logits.Length} numbers; expected s_0 … s_T, {first.Words.Length + 1} × {parameters.Hidden}, and {LabParameters.Classes} finite logits");
            return -1;
        }
        if (first.States!.Cast<double>().All(value => value == 0))
        {
            marks.Say(Criterion.Forward, "hidden states are all zero: s_t = tanh(W s_(t-1) + U x_t + b) is to do (TODO 2)");
            return 0;
        }
        if (Enumerable.Range(0, parameters.Hidden).Any(i => first.States![0, i] != 0))
        {
            marks.Say(Criterion.Forward, "s_0 is not zero: the state before the first word has no part of any sentence");
            return 0;
        }
        foreach (ForwardMistakes mistakes in ForwardMistakes.All)
        {
            if (FirstDifference(passes, mistakes) is not null)
                continue;
            foreach (string text in mistakes.Describe())
                marks.Say(Criterion.Forward, text);
            return mistakes.Count == 0 ? OfStates : mistakes.Count == 1 ? OfStates / 2 : 0;
        }
        (int t, int unit, double value, double expected) = FirstDifference(passes, default)!.Value;
        marks.Say(
            Criterion.Forward,
            $"s_{t} has {Wording.Number(value)} in unit {unit + 1}, expected {Wording.Number(expected)} = tanh(W s_{t - 1} + U x_{t} + b) from the sheet's own parameters");
        return 0;
    }

    private static (int Step, int Unit, double Found, double Expected)? FirstDifference(
        IReadOnlyList<(LabParameters Parameters, ReportedPass Pass)> passes, ForwardMistakes mistakes)
    {
        foreach ((LabParameters parameters, ReportedPass pass) in passes)
        {
            double[][] s = Usable(pass, parameters.Hidden)!.States;
            for (int t = 1; t < s.Length; t++)
            {
                double[] expected = LabNetwork.NextState(parameters, s[t - 1], pass.Words[t - 1], mistakes);
                for (int i = 0; i < expected.Length; i++)
                {
                    if (!Tolerance.AreClose(s[t][i], expected[i]))
                        return (t, i, s[t][i], expected[i]);
                }
            }
        }
        return null;
    }

    private static double Logits(IReadOnlyList<(LabParameters Parameters, ReportedPass Pass)> passes, SheetMarks marks)
    {
        if (All((_, right) => right))
            return OfLogits;
        if (passes[0].Pass.Logits.All(value => value == 0))
            return Say(0, "logits are all zero: y = W_out s_T + b_out is to do (TODO 3)");
        if (All((_, right) => LabNetwork.Softmax(right)))
            return Say(OfLogits / 2, "logits are a softmax already, and the loss takes it again: softmax taken twice; y = W_out s_T + b_out and no more");
        if (All((parameters, right) => [.. right.Select((y, k) => y - parameters.OutputB[k, 0])]))
            return Say(OfLogits / 2, "b_out is missing: y = W_out s_T + b_out");
        if (All((_, right) => [.. right.Select(Math.Tanh)]))
            return Say(OfLogits / 2, "logits are a tanh: y = W_out s_T + b_out and no more");
        (LabParameters parameters, ReportedPass pass) = passes[0];
        double[] expected = LabNetwork.Logits(parameters, Usable(pass, parameters.Hidden)!.States[^1]);
        return Say(
            0,
            $"logits are {string.Join(", ", pass.Logits.Select(Wording.Number))}, expected {string.Join(", ", expected.Select(Wording.Number))} = W_out s_T + b_out from the sheet's own values");

        bool All(Func<LabParameters, double[], double[]> of) => passes.All(each =>
        {
            double[] right = LabNetwork.Logits(each.Parameters, Usable(each.Pass, each.Parameters.Hidden)!.States[^1]);
            return of(each.Parameters, right).Zip(each.Pass.Logits).All(pair => Tolerance.AreClose(pair.Second, pair.First));
        });

        double Say(double given, string text)
        {
            marks.Say(Criterion.Forward, text);
            return given;
        }
    }
}
