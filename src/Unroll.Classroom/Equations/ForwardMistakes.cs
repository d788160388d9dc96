namespace Unroll.Classroom.Equations;

/// <summary>What may be wrong with the term W s_{t-1}.</summary>
internal enum RecurrenceMistake
{
    Correct,
    Transposed,
    Missing,

    /// <summary>s_{t-1} is overwritten unit by unit: later units read the new values of earlier ones.</summary>
    Overwritten,

    /// <summary>The same, from the last unit to the first.</summary>
    OverwrittenBackwards,

    /// <summary>s_{t-2} in place of s_{t-1}.</summary>
    TwoStepsBack,

    /// <summary>s_{t-1} itself, without W.</summary>
    WithoutW,

    /// <summary>Only the diagonal of W: a product unit by unit.</summary>
    Elementwise,
}

/// <summary>What may be wrong with + b.</summary>
internal enum BiasMistake
{
    Correct,
    Missing,
    Twice,

    /// <summary>H times: it is added in the loop over the units of s_{t-1}.</summary>
    InInnerLoop,
    Subtracted,

    /// <summary>Added to tanh(…), not inside.</summary>
    Outside,
}

/// <summary>What may be wrong with U x_t.</summary>
internal enum InputMistake
{
    Correct,
    Missing,
    WordBefore,
    WordAfter,
    FirstWord,
    LastWord,
    Backwards,
    ColumnBefore,
    ColumnAfter,

    /// <summary>Column t - 1, whatever the word is.</summary>
    Position,
    Twice,

    /// <summary>H times: it is added in the loop over the units of s_{t-1}.</summary>
    InInnerLoop,
}

/// <summary>What may stand in place of tanh.</summary>
internal enum ActivationMistake
{
    Correct,
    Identity,
    Sigmoid,
    Relu,
    LeakyRelu,
    TanhTwice,
    Softsign,
    Clipped,
    Sine,
}

/// <summary>What may be wrong with s_0 = 0.</summary>
internal enum StartMistake
{
    Correct,

    /// <summary>The first word is read with the last state of the sentence before.</summary>
    CarriedOver,
}

/// <summary>What may be wrong with s_t = tanh(W s_{t-1} + U x_t + b). The default value is the right equation.</summary>
/// <param name="Recurrence">The mistake in W s_{t-1}.</param>
/// <param name="Bias">The mistake in + b.</param>
/// <param name="Input">The mistake in U x_t.</param>
/// <param name="Activation">The mistake in tanh.</param>
/// <param name="Start">The mistake in s_0.</param>
internal readonly record struct ForwardMistakes(
    RecurrenceMistake Recurrence = default,
    BiasMistake Bias = default,
    InputMistake Input = default,
    ActivationMistake Activation = default,
    StartMistake Start = default)
{
    /// <summary>No mistake, each mistake alone, and each two at once: fewest first.</summary>
    public static readonly ForwardMistakes[] All = UpToTwo();

    /// <summary>How many things are wrong.</summary>
    public int Count =>
        (Recurrence == default ? 0 : 1) + (Bias == default ? 0 : 1) + (Input == default ? 0 : 1)
        + (Activation == default ? 0 : 1) + (Start == default ? 0 : 1);

    /// <summary>Puts each mistake into words.</summary>
    public IEnumerable<string> Describe() =>
        new[] { Describe(Recurrence), Describe(Bias), Describe(Input), Describe(Activation), Describe(Start) }.OfType<string>();

    private static string? Describe(RecurrenceMistake mistake) => mistake switch
    {
        RecurrenceMistake.Correct => null,
        RecurrenceMistake.Transposed => "W is transposed: s_t has W s_(t-1), not Wᵀ s_(t-1)",
        RecurrenceMistake.Missing => "W s_(t-1) is missing: every state forgets the words before",
        RecurrenceMistake.Overwritten or RecurrenceMistake.OverwrittenBackwards =>
            "the state is overwritten in place: W s_(t-1) reads units that are s_t already; keep s_(t-1) until s_t is whole",
        RecurrenceMistake.TwoStepsBack => "the recurrence reads s_(t-2): s_t has W s_(t-1)",
        RecurrenceMistake.WithoutW => "W is missing from W s_(t-1): the state before is added as it is",
        RecurrenceMistake.Elementwise =>
            "W s_(t-1) takes the diagonal of W alone: each unit of s_t sums W_ij s_(t-1)_j over all j",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(BiasMistake mistake) => mistake switch
    {
        BiasMistake.Correct => null,
        BiasMistake.Missing => "b is missing from the sum inside tanh",
        BiasMistake.Twice => "b is added twice: s_t = tanh(W s_(t-1) + U x_t + b) has it once",
        BiasMistake.InInnerLoop => "b is added H times, in the loop over the units of s_(t-1): add it once, outside that loop",
        BiasMistake.Subtracted => "b is subtracted: s_t = tanh(W s_(t-1) + U x_t + b)",
        BiasMistake.Outside => "b is added to the tanh: it belongs inside, tanh(W s_(t-1) + U x_t + b)",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(InputMistake mistake) => mistake switch
    {
        InputMistake.Correct => null,
        InputMistake.Missing => "U x_t is missing: the column of U that the word names",
        InputMistake.WordBefore => "wrong word: step t reads word t - 1; x_t is the one-hot vector of word t",
        InputMistake.WordAfter => "wrong word: step t reads word t + 1; x_t is the one-hot vector of word t",
        InputMistake.FirstWord => "wrong word: every step reads the first word; x_t is the one-hot vector of word t",
        InputMistake.LastWord => "wrong word: every step reads the last word; x_t is the one-hot vector of word t",
        InputMistake.Backwards => "the words are read from the last to the first: x_t is the one-hot vector of word t",
        InputMistake.ColumnBefore => "wrong word's column: U x_t is the column of U before the word's own",
        InputMistake.ColumnAfter => "wrong word's column: U x_t is the column of U after the word's own",
        InputMistake.Position => "wrong word's column: U x_t is column t of U, whatever the word; it is the column of word t",
        InputMistake.Twice => "U x_t is added twice: s_t = tanh(W s_(t-1) + U x_t + b) has it once",
        InputMistake.InInnerLoop =>
            "U x_t is added H times, in the loop over the units of s_(t-1): add it once, outside that loop",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(ActivationMistake mistake) => mistake switch
    {
        ActivationMistake.Correct => null,
        ActivationMistake.Identity => "tanh is missing: s_t is the sum itself, expected its tanh",
        ActivationMistake.Sigmoid => "tanh is missing: s_t is the logistic sigmoid of the sum, expected its tanh",
        ActivationMistake.Relu => "tanh is missing: s_t is the positive part of the sum (ReLU), expected its tanh",
        ActivationMistake.LeakyRelu => "tanh is missing: s_t is a leaky ReLU of the sum, expected its tanh",
        ActivationMistake.TanhTwice => "tanh is taken twice: s_t = tanh(W s_(t-1) + U x_t + b)",
        ActivationMistake.Softsign => "tanh is missing: s_t is sum / (1 + |sum|), expected its tanh",
        ActivationMistake.Clipped => "tanh is missing: s_t is the sum cut at -1 and 1, expected its tanh",
        ActivationMistake.Sine => "tanh is missing: s_t is the sine of the sum, expected its tanh",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(StartMistake mistake) => mistake switch
    {
        StartMistake.Correct => null,
        StartMistake.CarriedOver => "the state is carried over from the sentence before: every sentence begins with s_0 = 0",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static ForwardMistakes[] UpToTwo()
    {
        var singles = new List<ForwardMistakes>();
        singles.AddRange(Others<RecurrenceMistake>().Select(mistake => new ForwardMistakes(Recurrence: mistake)));
        singles.AddRange(Others<BiasMistake>().Select(mistake => new ForwardMistakes(Bias: mistake)));
        singles.AddRange(Others<InputMistake>().Select(mistake => new ForwardMistakes(Input: mistake)));
        singles.AddRange(Others<ActivationMistake>().Select(mistake => new ForwardMistakes(Activation: mistake)));
        singles.AddRange(Others<StartMistake>().Select(mistake => new ForwardMistakes(Start: mistake)));
        var all = new List<ForwardMistakes> { default };
        all.AddRange(singles);
        for (int i = 0; i < singles.Count; i++)
        {
            for (int j = i + 1; j < singles.Count; j++)
            {
                ForwardMistakes both = singles[i].And(singles[j]);
                if (both.Count == 2)
                    all.Add(both);
            }
        }
        return [.. all];
    }

    // The mistakes of both, where each part has one of them.
    private ForwardMistakes And(ForwardMistakes other) => new(
        Recurrence == default ? other.Recurrence : Recurrence,
        Bias == default ? other.Bias : Bias,
        Input == default ? other.Input : Input,
        Activation == default ? other.Activation : Activation,
        Start == default ? other.Start : Start);

    private static IEnumerable<T> Others<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().Skip(1);
}
