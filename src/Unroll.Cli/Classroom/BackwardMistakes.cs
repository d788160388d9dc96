namespace Unroll.Cli.Classroom;

internal enum SoftmaxMistake
{
    Right,
    Twice,
    TwiceAndThrough,
    LabelMissing,
}

internal enum SlopeMistake
{
    Right,
    Missing,
    TanhAgain,
}

internal enum PropagationMistake
{
    Right,
    NotTransposed,
    Missing,
}

internal enum StepsMistake
{
    All,
    LastOnly,
    FirstOnly,
    WithoutFirst,
}

/// <summary>What may be wrong with a step of SGD and the gradient it takes; the default is right.</summary>
/// <param name="Softmax">dy.</param>
/// <param name="Slope">tanh'.</param>
/// <param name="Propagation">ds_{t-1} = Wᵀ da_t.</param>
/// <param name="Steps">Σ_t.</param>
/// <param name="StateOfSameStep">dW has s_t in place of s_{t-1}.</param>
/// <param name="OutputFirst">ds_T is taken of W_out after its update.</param>
/// <param name="Uphill">The step goes up the gradient.</param>
/// <param name="NotReset">The second sentence's step has the first one's gradient too.</param>
internal readonly record struct BackwardMistakes(
    SoftmaxMistake Softmax = default,
    SlopeMistake Slope = default,
    PropagationMistake Propagation = default,
    StepsMistake Steps = default,
    bool StateOfSameStep = false,
    bool OutputFirst = false,
    bool Uphill = false,
    bool NotReset = false)
{
    /// <summary>One mistake each.</summary>
    private static readonly Func<BackwardMistakes, BackwardMistakes>[] Singles =
    [
        m => m with { Uphill = true },
        m => m with { NotReset = true },
        m => m with { Softmax = SoftmaxMistake.Twice },
        m => m with { Softmax = SoftmaxMistake.TwiceAndThrough },
        m => m with { Softmax = SoftmaxMistake.LabelMissing },
        m => m with { Slope = SlopeMistake.Missing },
        m => m with { Slope = SlopeMistake.TanhAgain },
        m => m with { Steps = StepsMistake.LastOnly },
        m => m with { Steps = StepsMistake.FirstOnly },
        m => m with { Steps = StepsMistake.WithoutFirst },
        m => m with { Propagation = PropagationMistake.NotTransposed },
        m => m with { Propagation = PropagationMistake.Missing },
        m => m with { StateOfSameStep = true },
        m => m with { OutputFirst = true },
    ];

    /// <summary>None, one, then two mistakes at once.</summary>
    public static readonly BackwardMistakes[] All = Combine();

    /// <summary>How many things are wrong.</summary>
    public int Count =>
        (Softmax == default ? 0 : 1) + (Slope == default ? 0 : 1) + (Propagation == default ? 0 : 1) + (Steps == default ? 0 : 1)
        + (StateOfSameStep ? 1 : 0) + (OutputFirst ? 1 : 0) + (Uphill ? 1 : 0) + (NotReset ? 1 : 0);

    /// <summary>The mistakes in words.</summary>
    /// <param name="names">The parameters that show them, as "W, U and b".</param>
    /// <param name="rate">The learning rate, as text.</param>
    public IEnumerable<string> Describe(string names, string rate)
    {
        if (Uphill)
            yield return $"{names} changed by +{rate} × the gradient: the sign of the update is wrong, a step goes down the gradient (-=)";
        if (NotReset)
            yield return $"{names} changed at the second sentence by {rate} × the gradients of both sentences: gradients not reset, begin each sentence with zeros";
        if (Softmax is SoftmaxMistake.Twice or SoftmaxMistake.TwiceAndThrough)
            yield return $"{names} changed as if softmax were taken twice: dy = softmax(y) less 1 at the label, not softmax(softmax(y))";
        if (Softmax == SoftmaxMistake.LabelMissing)
            yield return $"{names} changed as if dy were p: take 1 off at the label";
        if (Slope == SlopeMistake.Missing)
            yield return $"{names} changed by {rate} × a gradient without tanh': da_t = ds_t ⊙ (1 - s_t²)";
        if (Slope == SlopeMistake.TanhAgain)
            yield return $"{names} changed by {rate} × a gradient with tanh taken again: s_t is a tanh already, tanh' = 1 - s_t²";
        if (Steps == StepsMistake.LastOnly)
            yield return $"{names} changed by {rate} × the gradient of one time step only: sum over t";
        if (Steps == StepsMistake.FirstOnly)
            yield return $"{names} changed by {rate} × the gradient of the first time step only, the others were overwritten: sum over t (+=)";
        if (Steps == StepsMistake.WithoutFirst)
            yield return $"{names} changed by {rate} × a gradient without the first time step: sum over t = T … 1";
        if (Propagation == PropagationMistake.NotTransposed)
            yield return $"{names} changed by {rate} × a gradient with W not transposed: ds_(t-1) = Wᵀ da_t, not W da_t";
        if (Propagation == PropagationMistake.Missing)
            yield return $"{names} changed by {rate} × a gradient with the same ds at every step: ds_(t-1) = Wᵀ da_t";
        if (StateOfSameStep)
            yield return $"{names} changed by {rate} × a gradient with s_t in place of s_(t-1): dW = Σ_t da_t s_(t-1)ᵀ";
        if (OutputFirst)
            yield return $"{names} changed as if W_out had been updated first: take ds_T = W_outᵀ dy before the step";
    }

    private static BackwardMistakes[] Combine()
    {
        var all = new List<BackwardMistakes> { default };
        all.AddRange(Singles.Select(single => single(default)));
        for (int i = 0; i < Singles.Length; i++)
        {
            for (int j = i + 1; j < Singles.Length; j++)
            {
                BackwardMistakes both = Singles[j](Singles[i](default));
                if (both.Count == 2)
                    all.Add(both);
            }
        }
        return [.. all];
    }
}
