namespace Unroll.Classroom.Equations;

/// <summary>What the network computes when it reads one sentence.</summary>
/// <param name="States">s_0 … s_T, [T+1][H].</param>
/// <param name="Logits">y, [C].</param>
internal sealed record ForwardPass(double[][] States, double[] Logits);

/// <summary>
/// The lab's network as plain loops in double precision: the equations of docs/mathematics.md. Each can also be computed with a
/// mistake in it, because the grader has to know what a mistaken sheet computes.
/// </summary>
internal static class LabNetwork
{
    /// <summary>s_t = tanh(W s_{t-1} + U x_t + b), y = W_out s_T + b_out.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="words">The words of the sentence as indices in the vocabulary, [T].</param>
    public static ForwardPass Forward(LabParameters parameters, int[] words)
    {
        double[][] s = new double[words.Length + 1][];
        s[0] = new double[parameters.Hidden];
        for (int t = 1; t <= words.Length; t++)
            s[t] = NextState(parameters, s[t - 1], words[t - 1], default);
        return new ForwardPass(s, Logits(parameters, s[^1]));
    }

    /// <summary>s_t = tanh(W s_{t-1} + U x_t + b), or what the mistakes make of it.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="before">s_{t-1}, [H].</param>
    /// <param name="word">The word of step t.</param>
    /// <param name="mistakes">What is wrong.</param>
    public static double[] NextState(LabParameters parameters, double[] before, int word, ForwardMistakes mistakes)
    {
        double[] s = new double[before.Length];
        for (int i = 0; i < s.Length; i++)
        {
            double a = mistakes.LacksBias ? 0 : parameters.B[i, 0];
            a += mistakes.LacksInput ? 0 : parameters.U[i, word];
            for (int j = 0; j < s.Length; j++)
                a += before[j] * RecurrentWeight(parameters.W, i, j, mistakes.Recurrence);
            s[i] = Activation(a, mistakes.Activation);
        }
        return s;
    }

    /// <summary>y = W_out s + b_out.</summary>
    public static double[] Logits(LabParameters parameters, double[] s)
    {
        return [.. Enumerable.Range(0, LabParameters.Classes).Select(Logit)];

        double Logit(int k) => parameters.OutputB[k, 0] + s.Select((value, j) => parameters.OutputW[k, j] * value).Sum();
    }

    /// <summary>p = softmax(y).</summary>
    public static double[] Softmax(double[] y)
    {
        double[] p = [.. y.Select(value => Math.Exp(value - y.Max()))];
        double sum = p.Sum();
        return [.. p.Select(value => value / sum)];
    }

    /// <summary>-log p of the label.</summary>
    public static double Loss(double[] logits, int label) => -Math.Log(Softmax(logits)[label]);

    /// <summary>
    /// The gradient of the loss with respect to every parameter, by back-propagation through time, or what the mistakes make of
    /// it.
    /// </summary>
    /// <param name="parameters">The parameters that the sentence was read with.</param>
    /// <param name="words">The words of the sentence, [T].</param>
    /// <param name="pass">What the forward pass computed.</param>
    /// <param name="label">The right label.</param>
    /// <param name="mistakes">What is wrong.</param>
    /// <param name="learningRate">Only read where W_out is updated too early.</param>
    public static LabParameters Backward(
        LabParameters parameters, int[] words, ForwardPass pass, int label, BackwardMistakes mistakes, double learningRate)
    {
        int hidden = parameters.Hidden;
        var d = new LabParameters(hidden);
        double[][] s = pass.States;
        double[] dy = LogitGradient(pass.Logits, label, mistakes.Softmax);
        double[] ds = new double[hidden];
        for (int k = 0; k < dy.Length; k++)
        {
            d.OutputB[k, 0] = dy[k];
            for (int j = 0; j < hidden; j++)
            {
                d.OutputW[k, j] = dy[k] * s[^1][j];
                double weight = parameters.OutputW[k, j] - (mistakes.UpdatesOutputFirst ? learningRate * d.OutputW[k, j] : 0);
                ds[j] += weight * dy[k];
            }
        }
        for (int t = words.Length; t >= 1; t--)
        {
            double[] dsBefore = new double[hidden];
            bool isAdded = IsAdded(t, words.Length, mistakes.TimeSteps);
            for (int i = 0; i < hidden; i++)
            {
                double da = ds[i] * TanhDerivative(s[t][i], mistakes.Derivative);
                if (isAdded)
                {
                    d.B[i, 0] += da;
                    d.U[i, words[t - 1]] += da;
                }
                for (int j = 0; j < hidden; j++)
                {
                    if (isAdded)
                        d.W[i, j] += da * s[mistakes.UsesSameState ? t : t - 1][j];
                    bool isTransposed = mistakes.Propagation != PropagationMistake.NotTransposed;
                    dsBefore[j] += da * (isTransposed ? parameters.W[i, j] : parameters.W[j, i]);
                }
            }
            if (mistakes.Propagation != PropagationMistake.Missing)
                ds = dsBefore;
        }
        return d;
    }

    private static double RecurrentWeight(double[,] w, int i, int j, RecurrenceMistake mistake) => mistake switch
    {
        RecurrenceMistake.Correct => w[i, j],
        RecurrenceMistake.Transposed => w[j, i],
        RecurrenceMistake.Missing => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    private static double Activation(double a, ActivationMistake mistake) => mistake switch
    {
        ActivationMistake.Correct => Math.Tanh(a),
        ActivationMistake.Identity => a,
        ActivationMistake.Sigmoid => 1 / (1 + Math.Exp(-a)),
        ActivationMistake.Relu => Math.Max(a, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    // dy = p, less 1 at the label: the gradient through logarithm and softmax in one.
    private static double[] LogitGradient(double[] y, int label, SoftmaxMistake mistake)
    {
        double[] p = Softmax(y);
        double[] used = mistake is SoftmaxMistake.Twice or SoftmaxMistake.TwiceAndThrough ? Softmax(p) : p;
        double[] dy = [.. used.Select((value, k) => value - (k == label && mistake != SoftmaxMistake.LabelMissing ? 1 : 0))];
        if (mistake != SoftmaxMistake.TwiceAndThrough)
            return dy;
        // Back through the first softmax too: dy_k = p_k (dp_k - Σ_j p_j dp_j).
        double mean = p.Zip(dy, (a, b) => a * b).Sum();
        return [.. p.Select((value, k) => value * (dy[k] - mean))];
    }

    // Whether the gradient of step t of T is added to the sum.
    private static bool IsAdded(int t, int steps, TimeStepsMistake mistake) => mistake switch
    {
        TimeStepsMistake.Correct => true,
        TimeStepsMistake.LastOnly => t == steps,
        TimeStepsMistake.FirstOnly => t == 1,
        TimeStepsMistake.AllButFirst => t > 1,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    // tanh' from s = tanh(a).
    private static double TanhDerivative(double s, DerivativeMistake mistake) => mistake switch
    {
        DerivativeMistake.Correct => 1 - s * s,
        DerivativeMistake.Missing => 1,
        DerivativeMistake.TanhAgain => 1 - Math.Tanh(s) * Math.Tanh(s),
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };
}
