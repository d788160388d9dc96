namespace Unroll.Classroom.Equations;

/// <summary>What the network computes when it reads one sentence.</summary>
/// <param name="States">s_0 … s_T, [T+1][H].</param>
/// <param name="Logits">y, [C].</param>
internal sealed record ForwardPass(double[][] States, double[] Logits);

/// <summary>A network's forward pass: the mistakes that are in it. The default value is the exercise's.</summary>
/// <param name="States">Those in the hidden state update.</param>
/// <param name="Logits">Those in the output layer.</param>
internal readonly record struct OwnForward(ForwardMistakes States = default, LogitMistakes Logits = default);

/// <summary>
/// The lab's network as plain loops in double precision: the equations of docs/mathematics.md. Each can also be computed with a
/// mistake in it, because the grader has to know what a mistaken sheet computes. <see cref="LabGradient"/> goes back through it.
/// </summary>
internal static class LabNetwork
{
    /// <summary>s_t = tanh(W s_{t-1} + U x_t + b), y = W_out s_T + b_out.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="words">The words of the sentence as indices in the vocabulary, [T].</param>
    /// <param name="own">The mistakes, if there are any.</param>
    /// <param name="start">s_0, [H]; zeros if null.</param>
    public static ForwardPass Forward(LabParameters parameters, int[] words, OwnForward own = default, double[]? start = null)
    {
        double[][] s = new double[words.Length + 1][];
        s[0] = start ?? new double[parameters.Hidden];
        for (int t = 1; t <= words.Length; t++)
            s[t] = NextState(parameters, s, words, t, own.States);
        return new ForwardPass(s, Logits(parameters, s, own.Logits));
    }

    /// <summary>s_t = tanh(W s_{t-1} + U x_t + b), or what the mistakes make of it.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="s">The states before, [t] at least.</param>
    /// <param name="words">The words of the sentence, [T].</param>
    /// <param name="t">The step, from 1.</param>
    /// <param name="mistakes">What is wrong.</param>
    public static double[] NextState(LabParameters parameters, double[][] s, int[] words, int t, ForwardMistakes mistakes)
    {
        int hidden = parameters.Hidden;
        double[] next = new double[hidden];
        bool isBackwards = mistakes.Recurrence == RecurrenceMistake.OverwrittenBackwards;
        for (int n = 0; n < hidden; n++)
        {
            int i = isBackwards ? hidden - 1 - n : n;
            double a = PreActivation(parameters, s, next, words, t, i, mistakes);
            next[i] = Activation(a, mistakes.Activation);
            if (mistakes.Bias == BiasMistake.Outside)
                next[i] += parameters.B[i, 0];
        }
        return next;
    }

    /// <summary>W s_{t-1} + U x_t + b for one unit, or what the mistakes make of it.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="s">The states before, [t] at least.</param>
    /// <param name="next">s_t as far as it is known; read where the state is overwritten in place.</param>
    /// <param name="words">The words of the sentence, [T].</param>
    /// <param name="t">The step, from 1.</param>
    /// <param name="i">The unit.</param>
    /// <param name="mistakes">What is wrong.</param>
    public static double PreActivation(
        LabParameters parameters, double[][] s, double[] next, int[] words, int t, int i, ForwardMistakes mistakes)
    {
        double a = BiasFactor(mistakes.Bias, parameters.Hidden) * parameters.B[i, 0];
        int column = Column(words, t, mistakes.Input);
        if (column >= 0)
            a += InputFactor(mistakes.Input, parameters.Hidden) * parameters.U[i, column];
        double[] before = s[Before(t, mistakes.Recurrence)];
        for (int j = 0; j < before.Length; j++)
        {
            bool isNew = IsOverwritten(j, i, mistakes.Recurrence);
            a += (isNew ? next[j] : before[j]) * RecurrentWeight(parameters.W, i, j, mistakes.Recurrence);
        }
        return a;
    }

    /// <summary>Whether unit i reads the new value of unit j, which stands in the old one's place already.</summary>
    internal static bool IsOverwritten(int j, int i, RecurrenceMistake mistake) => mistake switch
    {
        RecurrenceMistake.Overwritten => j < i,
        RecurrenceMistake.OverwrittenBackwards => j > i,
        RecurrenceMistake.Correct or RecurrenceMistake.Transposed or RecurrenceMistake.Missing
            or RecurrenceMistake.TwoStepsBack or RecurrenceMistake.WithoutW or RecurrenceMistake.Elementwise => false,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    /// <summary>y = W_out s_T + b_out, or what the mistakes make of it.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="s">s_0 … s_T.</param>
    /// <param name="mistakes">What is wrong.</param>
    public static double[] Logits(LabParameters parameters, double[][] s, LogitMistakes mistakes = default) =>
        Activation(Sums(parameters, s, mistakes), mistakes.Activation);

    /// <summary>W_out s_T + b_out, before any activation that does not belong there.</summary>
    public static double[] Sums(LabParameters parameters, double[][] s, LogitMistakes mistakes)
    {
        double[] weights = StateWeights(s.Length - 1, mistakes.State);
        double[] sums = new double[LabParameters.Classes];
        for (int k = 0; k < sums.Length; k++)
        {
            int row = mistakes.Weight == OutputWeightMistake.Swapped ? sums.Length - 1 - k : k;
            double sum = OutputBiasFactor(mistakes.Bias, parameters.Hidden) * parameters.OutputB[row, 0];
            for (int j = 0; j < parameters.Hidden; j++)
            {
                double state = 0;
                for (int t = 0; t < s.Length; t++)
                    state += weights[t] * s[t][j];
                sum += OutputWeight(parameters, k, j, mistakes.Weight) * state;
            }
            sums[k] = sum;
        }
        return sums;
    }

    /// <summary>p = softmax(y).</summary>
    public static double[] Softmax(double[] y) => LogitGradient.Softmax(y);

    /// <summary>-log p of the label.</summary>
    public static double Loss(double[] logits, int label)
    {
        double max = logits.Max();
        return max + Math.Log(logits.Sum(value => Math.Exp(value - max))) - logits[label];
    }

    /// <summary>The gradient of the loss by back-propagation through time, or what the mistakes make of it.</summary>
    /// <param name="parameters">The parameters that the sentence was read with.</param>
    /// <param name="words">The words of the sentence, [T].</param>
    /// <param name="pass">What the forward pass computed.</param>
    /// <param name="label">The right label.</param>
    /// <param name="mistakes">What is wrong.</param>
    /// <param name="learningRate">Only read where a parameter is updated too early.</param>
    public static LabParameters Backward(
        LabParameters parameters, int[] words, ForwardPass pass, int label, BackwardMistakes mistakes, double learningRate) =>
        new LabGradient(parameters, words, pass, default, mistakes, learningRate).Compute(label);

    /// <summary>How much of each state the output layer reads, [T+1]; the last one alone should have 1.</summary>
    internal static double[] StateWeights(int steps, OutputStateMistake mistake)
    {
        double[] weights = new double[steps + 1];
        switch (mistake)
        {
            case OutputStateMistake.Correct:
                weights[steps] = 1;
                break;
            case OutputStateMistake.Previous:
                weights[steps - 1] = 1;
                break;
            case OutputStateMistake.First:
                weights[1] = 1;
                break;
            case OutputStateMistake.Start:
                weights[0] = 1;
                break;
            case OutputStateMistake.Sum:
                Array.Fill(weights, 1.0);
                weights[0] = 0;
                break;
            case OutputStateMistake.Mean:
                Array.Fill(weights, 1.0 / steps);
                weights[0] = 0;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null);
        }
        return weights;
    }

    internal static double OutputBiasFactor(OutputBiasMistake mistake, int hidden) => mistake switch
    {
        OutputBiasMistake.Correct => 1,
        OutputBiasMistake.Missing => 0,
        OutputBiasMistake.Twice => 2,
        OutputBiasMistake.InInnerLoop => hidden,
        OutputBiasMistake.Subtracted => -1,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    internal static double BiasFactor(BiasMistake mistake, int hidden) => mistake switch
    {
        BiasMistake.Correct => 1,
        BiasMistake.Missing or BiasMistake.Outside => 0,
        BiasMistake.Twice => 2,
        BiasMistake.InInnerLoop => hidden,
        BiasMistake.Subtracted => -1,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    internal static double InputFactor(InputMistake mistake, int hidden) => mistake switch
    {
        InputMistake.Twice => 2,
        InputMistake.InInnerLoop => hidden,
        InputMistake.Correct or InputMistake.Missing or InputMistake.WordBefore or InputMistake.WordAfter
            or InputMistake.FirstWord or InputMistake.LastWord or InputMistake.Backwards or InputMistake.ColumnBefore
            or InputMistake.ColumnAfter or InputMistake.Position => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    /// <summary>The column of U that step t reads; negative for none.</summary>
    internal static int Column(int[] words, int t, InputMistake mistake)
    {
        int last = words.Length;
        return mistake switch
        {
            InputMistake.Correct or InputMistake.Twice or InputMistake.InInnerLoop => words[t - 1],
            InputMistake.Missing => -1,
            InputMistake.WordBefore => words[Math.Max(t - 2, 0)],
            InputMistake.WordAfter => words[Math.Min(t, last - 1)],
            InputMistake.FirstWord => words[0],
            InputMistake.LastWord => words[last - 1],
            InputMistake.Backwards => words[last - t],
            InputMistake.ColumnBefore => (words[t - 1] + LabParameters.Inputs - 1) % LabParameters.Inputs,
            InputMistake.ColumnAfter => (words[t - 1] + 1) % LabParameters.Inputs,
            InputMistake.Position => (t - 1) % LabParameters.Inputs,
            _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
        };
    }

    /// <summary>The step whose state the recurrence of step t reads.</summary>
    internal static int Before(int t, RecurrenceMistake mistake) =>
        mistake == RecurrenceMistake.TwoStepsBack ? Math.Max(t - 2, 0) : t - 1;

    internal static double RecurrentWeight(double[,] w, int i, int j, RecurrenceMistake mistake) => mistake switch
    {
        RecurrenceMistake.Correct or RecurrenceMistake.Overwritten or RecurrenceMistake.OverwrittenBackwards
            or RecurrenceMistake.TwoStepsBack => w[i, j],
        RecurrenceMistake.Transposed => w[j, i],
        RecurrenceMistake.Missing => 0,
        RecurrenceMistake.WithoutW => i == j ? 1 : 0,
        RecurrenceMistake.Elementwise => i == j ? w[i, i] : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    internal static double OutputWeight(LabParameters parameters, int k, int j, OutputWeightMistake mistake) => mistake switch
    {
        OutputWeightMistake.Correct => parameters.OutputW[k, j],
        OutputWeightMistake.Transposed =>
            parameters.Hidden == LabParameters.Classes ? parameters.OutputW[j, k] : double.NaN,
        OutputWeightMistake.Swapped => parameters.OutputW[LabParameters.Classes - 1 - k, j],
        OutputWeightMistake.Missing => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static double Activation(double a, ActivationMistake mistake) => mistake switch
    {
        ActivationMistake.Correct => Math.Tanh(a),
        ActivationMistake.Identity => a,
        ActivationMistake.Sigmoid => 1 / (1 + Math.Exp(-a)),
        ActivationMistake.Relu => Math.Max(a, 0),
        ActivationMistake.LeakyRelu => a > 0 ? a : 0.01 * a,
        ActivationMistake.TanhTwice => Math.Tanh(Math.Tanh(a)),
        ActivationMistake.Softsign => a / (1 + Math.Abs(a)),
        ActivationMistake.Clipped => Math.Clamp(a, -1, 1),
        ActivationMistake.Sine => Math.Sin(a),
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static double[] Activation(double[] sums, OutputActivationMistake mistake) => mistake switch
    {
        OutputActivationMistake.Correct => sums,
        OutputActivationMistake.Softmax => Softmax(sums),
        OutputActivationMistake.LogSoftmax => [.. Softmax(sums).Select(p => Math.Log(p))],
        OutputActivationMistake.Tanh => [.. sums.Select(Math.Tanh)],
        OutputActivationMistake.Sigmoid => [.. sums.Select(sum => 1 / (1 + Math.Exp(-sum)))],
        OutputActivationMistake.Relu => [.. sums.Select(sum => Math.Max(sum, 0))],
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };
}
