namespace Unroll.Classroom.Equations;

/// <summary>What may be wrong with the term W s_{t-1}.</summary>
internal enum RecurrenceMistake
{
    Correct,
    Transposed,
    Missing,
}

/// <summary>What may stand in place of tanh.</summary>
internal enum ActivationMistake
{
    Correct,
    Identity,
    Sigmoid,
    Relu,
}

/// <summary>What may be wrong with s_t = tanh(W s_{t-1} + U x_t + b). The default value is the right equation.</summary>
/// <param name="Recurrence">The mistake in W s_{t-1}.</param>
/// <param name="LacksBias">b is missing.</param>
/// <param name="LacksInput">U x_t is missing.</param>
/// <param name="Activation">The mistake in tanh.</param>
internal readonly record struct ForwardMistakes(
    RecurrenceMistake Recurrence = default,
    bool LacksBias = false,
    bool LacksInput = false,
    ActivationMistake Activation = default)
{
    /// <summary>No mistake, each mistake alone, and each two at once: fewest first.</summary>
    public static readonly ForwardMistakes[] All = UpToTwo();

    /// <summary>How many things are wrong.</summary>
    public int Count =>
        (Recurrence == default ? 0 : 1) + (LacksBias ? 1 : 0) + (LacksInput ? 1 : 0) + (Activation == default ? 0 : 1);

    /// <summary>Puts each mistake into words.</summary>
    public IEnumerable<string> Describe()
    {
        if (Describe(Recurrence) is { } recurrence)
            yield return recurrence;
        if (LacksBias)
            yield return "b is missing from the sum inside tanh";
        if (LacksInput)
            yield return "U x_t is missing: the column of U that the word names";
        if (Describe(Activation) is { } activation)
            yield return $"tanh is missing: s_t is {activation}, expected its tanh";
    }

    private static string? Describe(RecurrenceMistake mistake) => mistake switch
    {
        RecurrenceMistake.Correct => null,
        RecurrenceMistake.Transposed => "W is transposed: s_t has W s_(t-1), not Wᵀ s_(t-1)",
        RecurrenceMistake.Missing => "W s_(t-1) is missing: every state forgets the words before",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(ActivationMistake mistake) => mistake switch
    {
        ActivationMistake.Correct => null,
        ActivationMistake.Identity => "the sum itself",
        ActivationMistake.Sigmoid => "the logistic sigmoid of the sum",
        ActivationMistake.Relu => "the positive part of the sum",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static ForwardMistakes[] UpToTwo()
    {
        bool[] either = [false, true];
        var all = new List<ForwardMistakes>();
        foreach (RecurrenceMistake recurrence in Enum.GetValues<RecurrenceMistake>())
        {
            foreach (bool lacksBias in either)
            {
                foreach (bool lacksInput in either)
                {
                    foreach (ActivationMistake activation in Enum.GetValues<ActivationMistake>())
                        all.Add(new ForwardMistakes(recurrence, lacksBias, lacksInput, activation));
                }
            }
        }
        return [.. all.Where(mistakes => mistakes.Count <= 2).OrderBy(mistakes => mistakes.Count)];
    }
}
