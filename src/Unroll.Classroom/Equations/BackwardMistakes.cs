namespace Unroll.Classroom.Equations;

/// <summary>What may be wrong with dy, the gradient of the logits.</summary>
internal enum SoftmaxMistake
{
    Correct,

    /// <summary>dy = softmax(softmax(y)), less 1 at the label.</summary>
    Twice,

    /// <summary>Softmax is taken twice and the gradient goes back through both.</summary>
    TwiceAndThrough,

    /// <summary>dy = p: no 1 is subtracted at the label.</summary>
    LabelMissing,
}

/// <summary>What may be wrong with tanh', the derivative in da_t.</summary>
internal enum DerivativeMistake
{
    Correct,
    Missing,

    /// <summary>1 - tanh²(s_t), though s_t is a tanh already.</summary>
    TanhAgain,
}

/// <summary>What may be wrong with ds_{t-1} = Wᵀ da_t.</summary>
internal enum PropagationMistake
{
    Correct,
    NotTransposed,
    Missing,
}

/// <summary>Which time steps the gradient adds up; it should be all of them.</summary>
internal enum TimeStepsMistake
{
    Correct,
    LastOnly,
    FirstOnly,
    AllButFirst,
}

/// <summary>What may be wrong with a step of SGD and with its gradient. The default value is a right step.</summary>
/// <param name="Softmax">The mistake in dy.</param>
/// <param name="Derivative">The mistake in tanh'.</param>
/// <param name="Propagation">The mistake in ds_{t-1} = Wᵀ da_t.</param>
/// <param name="TimeSteps">The mistake in the sum over t.</param>
/// <param name="UsesSameState">dW is computed with s_t in place of s_{t-1}.</param>
/// <param name="UpdatesOutputFirst">ds_T is computed with the W_out of after its update.</param>
/// <param name="GoesUphill">The step goes up the gradient.</param>
/// <param name="KeepsGradient">The second sentence's step also contains the first sentence's gradient.</param>
internal readonly record struct BackwardMistakes(
    SoftmaxMistake Softmax = default,
    DerivativeMistake Derivative = default,
    PropagationMistake Propagation = default,
    TimeStepsMistake TimeSteps = default,
    bool UsesSameState = false,
    bool UpdatesOutputFirst = false,
    bool GoesUphill = false,
    bool KeepsGradient = false)
{
    /// <summary>Each makes one mistake more.</summary>
    private static readonly Func<BackwardMistakes, BackwardMistakes>[] Single =
    [
        m => m with { GoesUphill = true },
        m => m with { KeepsGradient = true },
        m => m with { Softmax = SoftmaxMistake.Twice },
        m => m with { Softmax = SoftmaxMistake.TwiceAndThrough },
        m => m with { Softmax = SoftmaxMistake.LabelMissing },
        m => m with { Derivative = DerivativeMistake.Missing },
        m => m with { Derivative = DerivativeMistake.TanhAgain },
        m => m with { TimeSteps = TimeStepsMistake.LastOnly },
        m => m with { TimeSteps = TimeStepsMistake.FirstOnly },
        m => m with { TimeSteps = TimeStepsMistake.AllButFirst },
        m => m with { Propagation = PropagationMistake.NotTransposed },
        m => m with { Propagation = PropagationMistake.Missing },
        m => m with { UsesSameState = true },
        m => m with { UpdatesOutputFirst = true },
    ];

    /// <summary>No mistake, each mistake alone, and each two at once: fewest first.</summary>
    public static readonly BackwardMistakes[] All = UpToTwo();

    /// <summary>How many things are wrong.</summary>
    public int Count =>
        (Softmax == default ? 0 : 1) + (Derivative == default ? 0 : 1) + (Propagation == default ? 0 : 1)
        + (TimeSteps == default ? 0 : 1) + (UsesSameState ? 1 : 0) + (UpdatesOutputFirst ? 1 : 0) + (GoesUphill ? 1 : 0)
        + (KeepsGradient ? 1 : 0);

    /// <summary>Puts each mistake into words.</summary>
    /// <param name="names">The parameters whose changes show the mistakes, as "W, U and b".</param>
    /// <param name="rate">The learning rate, as text.</param>
    public IEnumerable<string> Describe(string names, string rate)
    {
        if (GoesUphill)
        {
            yield return
                $"{names} changed by +{rate} × the gradient: the sign of the update is wrong, a step goes down the gradient (-=)";
        }
        if (KeepsGradient)
        {
            yield return
                $"{names} changed at the second sentence by {rate} × the gradients of both sentences: "
                + "gradients not reset, begin each sentence with zeros";
        }
        if (Describe(Softmax) is { } softmax)
            yield return $"{names} changed as if {softmax}";
        if (Describe(Derivative) is { } derivative)
            yield return $"{names} changed by {rate} × a gradient {derivative}";
        if (Describe(TimeSteps) is { } timeSteps)
            yield return $"{names} changed by {rate} × {timeSteps}";
        if (Describe(Propagation) is { } propagation)
            yield return $"{names} changed by {rate} × a gradient {propagation}";
        if (UsesSameState)
            yield return $"{names} changed by {rate} × a gradient with s_t in place of s_(t-1): dW = Σ_t da_t s_(t-1)ᵀ";
        if (UpdatesOutputFirst)
            yield return $"{names} changed as if W_out had been updated first: take ds_T = W_outᵀ dy before the step";
    }

    private static string? Describe(SoftmaxMistake mistake) => mistake switch
    {
        SoftmaxMistake.Correct => null,
        SoftmaxMistake.Twice or SoftmaxMistake.TwiceAndThrough =>
            "softmax were taken twice: dy = softmax(y) less 1 at the label, not softmax(softmax(y))",
        SoftmaxMistake.LabelMissing => "dy were p: take 1 off at the label",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(DerivativeMistake mistake) => mistake switch
    {
        DerivativeMistake.Correct => null,
        DerivativeMistake.Missing => "without tanh': da_t = ds_t ⊙ (1 - s_t²)",
        DerivativeMistake.TanhAgain => "with tanh taken again: s_t is a tanh already, tanh' = 1 - s_t²",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(TimeStepsMistake mistake) => mistake switch
    {
        TimeStepsMistake.Correct => null,
        TimeStepsMistake.LastOnly => "the gradient of one time step only: sum over t",
        TimeStepsMistake.FirstOnly => "the gradient of the first time step only, the others were overwritten: sum over t (+=)",
        TimeStepsMistake.AllButFirst => "a gradient without the first time step: sum over t = T … 1",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(PropagationMistake mistake) => mistake switch
    {
        PropagationMistake.Correct => null,
        PropagationMistake.NotTransposed => "with W not transposed: ds_(t-1) = Wᵀ da_t, not W da_t",
        PropagationMistake.Missing => "with the same ds at every step: ds_(t-1) = Wᵀ da_t",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static BackwardMistakes[] UpToTwo()
    {
        var all = new List<BackwardMistakes> { default };
        all.AddRange(Single.Select(single => single(default)));
        for (int i = 0; i < Single.Length; i++)
        {
            for (int j = i + 1; j < Single.Length; j++)
            {
                BackwardMistakes both = Single[j](Single[i](default));
                if (both.Count == 2)
                    all.Add(both);
            }
        }
        return [.. all];
    }
}
