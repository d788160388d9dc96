namespace Unroll.Classroom.Equations;

/// <summary>Which state the output layer reads; it should be s_T.</summary>
internal enum OutputStateMistake
{
    Correct,
    Previous,
    First,
    Start,
    Sum,
    Mean,
}

/// <summary>What may be wrong with + b_out.</summary>
internal enum OutputBiasMistake
{
    Correct,
    Missing,
    Twice,
    InInnerLoop,
    Subtracted,
}

/// <summary>What may be wrong with W_out s_T.</summary>
internal enum OutputWeightMistake
{
    Correct,

    /// <summary>W_outᵀ, where H = C.</summary>
    Transposed,

    /// <summary>The rows of both labels change places.</summary>
    Swapped,
    Missing,
}

/// <summary>What the logits are put through; it should be nothing.</summary>
internal enum OutputActivationMistake
{
    Correct,
    Softmax,
    LogSoftmax,
    Tanh,
    Sigmoid,
    Relu,
}

/// <summary>What may be wrong with y = W_out s_T + b_out. The default value is the right equation.</summary>
/// <param name="State">The mistake in s_T.</param>
/// <param name="Bias">The mistake in + b_out.</param>
/// <param name="Weight">The mistake in W_out.</param>
/// <param name="Activation">What the sum is put through.</param>
internal readonly record struct LogitMistakes(
    OutputStateMistake State = default,
    OutputBiasMistake Bias = default,
    OutputWeightMistake Weight = default,
    OutputActivationMistake Activation = default)
{
    private const string Right = "y = W_out s_T + b_out";

    /// <summary>No mistake, each mistake alone, and each two at once: fewest first.</summary>
    public static readonly LogitMistakes[] All = UpToTwo();

    /// <summary>How many things are wrong.</summary>
    public int Count =>
        (State == default ? 0 : 1) + (Bias == default ? 0 : 1) + (Weight == default ? 0 : 1) + (Activation == default ? 0 : 1);

    /// <summary>Puts each mistake into words.</summary>
    public IEnumerable<string> Describe() =>
        new[] { Describe(State), Describe(Bias), Describe(Weight), Describe(Activation) }.OfType<string>();

    private static string? Describe(OutputStateMistake mistake) => mistake switch
    {
        OutputStateMistake.Correct => null,
        OutputStateMistake.Previous => $"logits are from the wrong state, s_(T-1): {Right}, after the last word",
        OutputStateMistake.First => $"logits are from the wrong state, s_1: {Right}, after the last word",
        OutputStateMistake.Start => $"logits are from the wrong state, s_0: {Right}, after the last word",
        OutputStateMistake.Sum => $"logits are from the wrong state, the sum of all states: {Right}, the last one alone",
        OutputStateMistake.Mean => $"logits are from the wrong state, the mean of all states: {Right}, the last one alone",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(OutputBiasMistake mistake) => mistake switch
    {
        OutputBiasMistake.Correct => null,
        OutputBiasMistake.Missing => $"b_out is missing: {Right}",
        OutputBiasMistake.Twice => $"b_out is added twice: {Right} has it once",
        OutputBiasMistake.InInnerLoop =>
            "b_out is added H times, in the loop over the units of s_T: add it once, outside that loop",
        OutputBiasMistake.Subtracted => $"b_out is subtracted: {Right}",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(OutputWeightMistake mistake) => mistake switch
    {
        OutputWeightMistake.Correct => null,
        OutputWeightMistake.Transposed => $"W_out is transposed: {Right}, not W_outᵀ s_T",
        OutputWeightMistake.Swapped => $"the logits of both labels have changed places: {Right}, row k for label k",
        OutputWeightMistake.Missing => $"W_out s_T is missing: {Right}",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static string? Describe(OutputActivationMistake mistake) => mistake switch
    {
        OutputActivationMistake.Correct => null,
        OutputActivationMistake.Softmax =>
            "logits are a softmax already, and the loss takes it again: softmax taken twice; "
            + $"{Right} and no more",
        OutputActivationMistake.LogSoftmax => $"logits are the logarithm of a softmax: {Right} and no more",
        OutputActivationMistake.Tanh => $"logits are a tanh: {Right} and no more",
        OutputActivationMistake.Sigmoid => $"logits are a logistic sigmoid: {Right} and no more",
        OutputActivationMistake.Relu => $"logits are a ReLU, never negative: {Right} and no more",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static LogitMistakes[] UpToTwo()
    {
        var all =
            from state in Enum.GetValues<OutputStateMistake>()
            from bias in Enum.GetValues<OutputBiasMistake>()
            from weight in Enum.GetValues<OutputWeightMistake>()
            from activation in Enum.GetValues<OutputActivationMistake>()
            let mistakes = new LogitMistakes(state, bias, weight, activation)
            where mistakes.Count <= 2
            select mistakes;
        return [.. all.OrderBy(mistakes => mistakes.Count)];
    }
}
