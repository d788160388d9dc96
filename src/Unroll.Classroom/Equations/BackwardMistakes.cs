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

    /// <summary>1 is subtracted at the other label.</summary>
    LabelSwapped,

    /// <summary>Softmax over an axis of length 1: every p is 1.</summary>
    WrongAxis,

    /// <summary>p = exp(y), not divided by the sum.</summary>
    NotNormalized,

    /// <summary>p_k = sigmoid(y_k), each logit for itself.</summary>
    Sigmoid,

    /// <summary>dy is p less 1 at the label, and 0 at the other label.</summary>
    LabelOnly,

    /// <summary>1 is subtracted at every label.</summary>
    OneEverywhere,

    /// <summary>dy = -1/p at the label: the gradient by p, not by y.</summary>
    ByProbability,

    /// <summary>The gradient of Σ (p - target)², through the softmax.</summary>
    Squared,

    /// <summary>That of half of it.</summary>
    HalfSquared,

    /// <summary>The gradient of Σ (y - target)², of the logits themselves.</summary>
    SquaredOfLogits,

    /// <summary>That of half of it.</summary>
    HalfSquaredOfLogits,
}

/// <summary>What may be wrong with tanh', the derivative in da_t.</summary>
internal enum DerivativeMistake
{
    Correct,
    Missing,

    /// <summary>1 - tanh²(s_t), though s_t is a tanh already.</summary>
    TanhAgain,

    /// <summary>It is missing in the parameter's gradient, and stands in ds_{t-1}.</summary>
    MissingInParameter,

    /// <summary>It is missing in ds_{t-1}, and stands in the parameter's gradient.</summary>
    MissingInPropagation,

    /// <summary>It is missing at the last step alone.</summary>
    MissingAtLastStep,

    /// <summary>It is missing at all steps but the last.</summary>
    MissingBeforeLastStep,

    /// <summary>s_t (1 - s_t), which is the logistic sigmoid's.</summary>
    Sigmoid,

    /// <summary>1 where s_t is positive, which is ReLU's.</summary>
    Relu,

    /// <summary>1 - s_t: the square is missing.</summary>
    NotSquared,

    /// <summary>1 + s_t².</summary>
    WrongSign,

    /// <summary>1 - s_{t-1}².</summary>
    StateBefore,
}

/// <summary>What may be wrong with ds_{t-1} = Wᵀ da_t.</summary>
internal enum PropagationMistake
{
    Correct,
    NotTransposed,
    Missing,

    /// <summary>ds_{t-1} is added to ds_t, which was not set to zero.</summary>
    Accumulated,
}

/// <summary>Which time steps the gradient adds up; it should be all of them.</summary>
internal enum TimeStepsMistake
{
    Correct,
    LastOnly,
    FirstOnly,
    AllButFirst,
    AllButLast,
    LastTwo,
    LastThree,
}

/// <summary>What may be wrong with the outer product dW = Σ da_t s_{t-1}ᵀ.</summary>
internal enum OuterMistake
{
    Correct,

    /// <summary>s_t in place of s_{t-1}.</summary>
    SameState,
    Transposed,
}

/// <summary>What may be wrong with the column of dU.</summary>
internal enum WordGradientMistake
{
    Correct,
    WordBefore,
    WordAfter,
    FirstWord,
    LastWord,
    Backwards,
    ColumnBefore,
    ColumnAfter,
    EveryColumn,
}

/// <summary>What may be wrong with the output layer's gradient.</summary>
internal enum OutputGradientMistake
{
    Correct,

    /// <summary>ds_T is computed with the W_out of after its update.</summary>
    UpdatedFirst,

    /// <summary>ds_T = W_out dy, where H = C.</summary>
    NotTransposed,

    /// <summary>ds_T = dy, where H = C.</summary>
    WeightsMissing,

    /// <summary>dW_out with s_{T-1}.</summary>
    StateBefore,

    /// <summary>dW_out = s_T dyᵀ, where H = C.</summary>
    Transposed,
}

/// <summary>Whether parameters change while the loop over time still needs them.</summary>
internal enum LoopUpdateMistake
{
    Correct,
    BeforePropagation,
    AfterPropagation,
}

/// <summary>When the gradient is set to zero; it should be before each sentence.</summary>
internal enum ResetMistake
{
    Correct,

    /// <summary>The second sentence's step also contains the first sentence's gradient.</summary>
    EachEpoch,

    /// <summary>Every step contains the gradients of all sentences so far.</summary>
    Never,
}

/// <summary>What may be wrong with a step of SGD and with its gradient. The default value is a right step.</summary>
/// <param name="Softmax">The mistake in dy.</param>
/// <param name="Derivative">The mistake in tanh'.</param>
/// <param name="Propagation">The mistake in ds_{t-1} = Wᵀ da_t.</param>
/// <param name="TimeSteps">The mistake in the sum over t.</param>
/// <param name="Outer">The mistake in dW.</param>
/// <param name="Word">The mistake in the column of dU.</param>
/// <param name="Output">The mistake in the output layer's gradient.</param>
/// <param name="LoopUpdate">Parameters are updated in the loop over time.</param>
/// <param name="GoesUphill">The step goes up the gradient.</param>
/// <param name="Reset">The mistake in setting gradients to zero.</param>
internal readonly record struct BackwardMistakes(
    SoftmaxMistake Softmax = default,
    DerivativeMistake Derivative = default,
    PropagationMistake Propagation = default,
    TimeStepsMistake TimeSteps = default,
    OuterMistake Outer = default,
    WordGradientMistake Word = default,
    OutputGradientMistake Output = default,
    LoopUpdateMistake LoopUpdate = default,
    bool GoesUphill = false,
    ResetMistake Reset = default)
{
    /// <summary>No mistake, each mistake alone, and each two at once: fewest first.</summary>
    public static readonly BackwardMistakes[] All = UpToTwo();

    /// <summary>How many things are wrong.</summary>
    public int Count =>
        (Softmax == default ? 0 : 1) + (Derivative == default ? 0 : 1) + (Propagation == default ? 0 : 1)
        + (TimeSteps == default ? 0 : 1) + (Outer == default ? 0 : 1) + (Word == default ? 0 : 1) + (Output == default ? 0 : 1)
        + (LoopUpdate == default ? 0 : 1) + (GoesUphill ? 1 : 0) + (Reset == default ? 0 : 1);

    /// <summary>Whether it depends on the learning rate, and not only the size of the step.</summary>
    public bool DependsOnRate => LoopUpdate != default || Output == OutputGradientMistake.UpdatedFirst;

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
        if (BackwardWording.Of(Reset) is { } reset)
            yield return $"{names} changed at the second sentence by {rate} × the gradients of {reset}";
        if (BackwardWording.Of(Softmax) is { } softmax)
            yield return $"{names} changed as if {softmax}";
        if (BackwardWording.Of(Derivative) is { } derivative)
            yield return $"{names} changed by {rate} × a gradient {derivative}";
        if (BackwardWording.Of(TimeSteps) is { } timeSteps)
            yield return $"{names} changed by {rate} × {timeSteps}";
        if (BackwardWording.Of(Propagation) is { } propagation)
            yield return $"{names} changed by {rate} × a gradient {propagation}";
        if (BackwardWording.Of(Outer) is { } outer)
            yield return $"{names} changed by {rate} × a gradient {outer}";
        if (BackwardWording.Of(Word) is { } word)
            yield return $"{names} changed by {rate} × a gradient {word}";
        if (BackwardWording.Of(Output) is { } output)
            yield return $"{names} changed {output}";
        if (LoopUpdate != default)
        {
            yield return $"{names} changed as if W were updated in the loop over t: "
                + "take every step of the loop with the same W, and update after it";
        }
    }

    private static BackwardMistakes[] UpToTwo()
    {
        BackwardMistakes[] singles =
        [
            new(GoesUphill: true),
            .. Others<ResetMistake>().Select(mistake => new BackwardMistakes(Reset: mistake)),
            .. Others<SoftmaxMistake>().Select(mistake => new BackwardMistakes(Softmax: mistake)),
            .. Others<DerivativeMistake>().Select(mistake => new BackwardMistakes(Derivative: mistake)),
            .. Others<TimeStepsMistake>().Select(mistake => new BackwardMistakes(TimeSteps: mistake)),
            .. Others<PropagationMistake>().Select(mistake => new BackwardMistakes(Propagation: mistake)),
            .. Others<OuterMistake>().Select(mistake => new BackwardMistakes(Outer: mistake)),
            .. Others<WordGradientMistake>().Select(mistake => new BackwardMistakes(Word: mistake)),
            .. Others<OutputGradientMistake>().Select(mistake => new BackwardMistakes(Output: mistake)),
            .. Others<LoopUpdateMistake>().Select(mistake => new BackwardMistakes(LoopUpdate: mistake)),
        ];
        var all = new List<BackwardMistakes> { default };
        all.AddRange(singles);
        for (int i = 0; i < singles.Length; i++)
        {
            for (int j = i + 1; j < singles.Length; j++)
            {
                BackwardMistakes both = singles[i].And(singles[j]);
                if (both.Count == 2)
                    all.Add(both);
            }
        }
        return [.. all];
    }

    // The mistakes of both, where each part has one of them.
    private BackwardMistakes And(BackwardMistakes other) => new(
        Softmax == default ? other.Softmax : Softmax,
        Derivative == default ? other.Derivative : Derivative,
        Propagation == default ? other.Propagation : Propagation,
        TimeSteps == default ? other.TimeSteps : TimeSteps,
        Outer == default ? other.Outer : Outer,
        Word == default ? other.Word : Word,
        Output == default ? other.Output : Output,
        LoopUpdate == default ? other.LoopUpdate : LoopUpdate,
        GoesUphill || other.GoesUphill,
        Reset == default ? other.Reset : Reset);

    private static IEnumerable<T> Others<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().Skip(1);
}
