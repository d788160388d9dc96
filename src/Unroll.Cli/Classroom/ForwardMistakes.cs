namespace Unroll.Cli.Classroom;

internal enum RecurrenceMistake
{
    Right,
    Transposed,
    Missing,
}

internal enum ActivationMistake
{
    Right,
    None,
    Sigmoid,
    Relu,
}

/// <summary>What may be wrong with s_t = tanh(W s_{t-1} + U x_t + b).</summary>
/// <param name="Recurrence">W s_{t-1}.</param>
/// <param name="Bias">b is missing.</param>
/// <param name="Input">U x_t is missing.</param>
/// <param name="Activation">tanh.</param>
internal readonly record struct ForwardMistakes(RecurrenceMistake Recurrence, bool Bias, bool Input, ActivationMistake Activation)
{
    /// <summary>How many things are wrong.</summary>
    public int Count =>
        (Recurrence == RecurrenceMistake.Right ? 0 : 1) + (Bias ? 1 : 0) + (Input ? 1 : 0) + (Activation == ActivationMistake.Right ? 0 : 1);

    /// <summary>Up to two mistakes at once, fewest first.</summary>
    public static readonly ForwardMistakes[] All =
        [.. from recurrence in Enum.GetValues<RecurrenceMistake>()
            from bias in (bool[])[false, true]
            from input in (bool[])[false, true]
            from activation in Enum.GetValues<ActivationMistake>()
            let mistakes = new ForwardMistakes(recurrence, bias, input, activation)
            where mistakes.Count <= 2
            orderby mistakes.Count
            select mistakes];

    /// <summary>The mistakes in words.</summary>
    public IEnumerable<string> Describe()
    {
        if (Recurrence == RecurrenceMistake.Transposed)
            yield return "W is transposed: s_t has W s_(t-1), not Wᵀ s_(t-1)";
        if (Recurrence == RecurrenceMistake.Missing)
            yield return "W s_(t-1) is missing: every state forgets the words before";
        if (Bias)
            yield return "b is missing from the sum inside tanh";
        if (Input)
            yield return "U x_t is missing: the column of U that the word names";
        if (Activation != ActivationMistake.Right)
        {
            string found = Activation switch
            {
                ActivationMistake.Sigmoid => "the logistic sigmoid of the sum",
                ActivationMistake.Relu => "the positive part of the sum",
                ActivationMistake.None => "the sum itself",
                _ => throw new InvalidOperationException($"no such mistake {Activation}"),
            };
            yield return $"tanh is missing: s_t is {found}, expected its tanh";
        }
    }
}
