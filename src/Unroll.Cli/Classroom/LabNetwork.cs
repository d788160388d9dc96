namespace Unroll.Cli.Classroom;

/// <summary>What the network computed on one sentence.</summary>
/// <param name="States">s_0 … s_T, [T+1][H].</param>
/// <param name="Logits">y, [C].</param>
internal sealed record LabPass(double[][] States, double[] Logits);

/// <summary>
/// The lab's network in double precision, as loops: the equations of docs/mathematics.md, and beside them what comes out when one of
/// them is mistaken.
/// </summary>
internal static class LabNetwork
{
    /// <summary>s_t = tanh(W s_{t-1} + U x_t + b), y = W_out s_T + b_out.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="words">The word of every step, its place in the vocabulary.</param>
    public static LabPass Forward(LabParameters parameters, int[] words)
    {
        double[][] s = new double[words.Length + 1][];
        s[0] = new double[parameters.Hidden];
        for (int t = 1; t <= words.Length; t++)
            s[t] = NextState(parameters, s[t - 1], words[t - 1], default);
        return new LabPass(s, Logits(parameters, s[^1]));
    }

    /// <summary>s_t from s_{t-1} and the word of step t.</summary>
    public static double[] NextState(LabParameters parameters, double[] before, int word, ForwardMistakes mistakes)
    {
        double[] s = new double[before.Length];
        for (int i = 0; i < s.Length; i++)
        {
            double a = mistakes.Bias ? 0 : parameters.B[i, 0];
            a += mistakes.Input ? 0 : parameters.U[i, word];
            for (int j = 0; j < s.Length; j++)
            {
                a += before[j] * mistakes.Recurrence switch
                {
                    RecurrenceMistake.Transposed => parameters.W[j, i],
                    RecurrenceMistake.Missing => 0,
                    RecurrenceMistake.Right => parameters.W[i, j],
                    _ => throw new InvalidOperationException($"no such mistake {mistakes.Recurrence}"),
                };
            }
            s[i] = mistakes.Activation switch
            {
                ActivationMistake.None => a,
                ActivationMistake.Sigmoid => 1 / (1 + Math.Exp(-a)),
                ActivationMistake.Relu => Math.Max(a, 0),
                ActivationMistake.Right => Math.Tanh(a),
                _ => throw new InvalidOperationException($"no such mistake {mistakes.Activation}"),
            };
        }
        return s;
    }

    /// <summary>W_out s + b_out.</summary>
    public static double[] Logits(LabParameters parameters, double[] s) =>
        [.. Enumerable.Range(0, LabParameters.Classes).Select(k =>
            parameters.OutputB[k, 0] + s.Select((value, j) => parameters.OutputW[k, j] * value).Sum())];

    public static double[] Softmax(double[] y)
    {
        double[] p = [.. y.Select(value => Math.Exp(value - y.Max()))];
        double sum = p.Sum();
        return [.. p.Select(value => value / sum)];
    }

    /// <summary>-log p of the label.</summary>
    public static double Loss(double[] logits, int label) => -Math.Log(Softmax(logits)[label]);

    /// <summary>The gradient of the loss by every parameter, by back-propagation through time, or what the mistakes make of it.</summary>
    public static LabParameters Backward(
        LabParameters parameters, int[] words, LabPass pass, int label, BackwardMistakes mistakes, double learningRate)
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
                double weight = parameters.OutputW[k, j] - (mistakes.OutputFirst ? learningRate * d.OutputW[k, j] : 0);
                ds[j] += weight * dy[k];
            }
        }
        for (int t = words.Length; t >= 1; t--)
        {
            double[] dsBefore = new double[hidden];
            bool counts = mistakes.Steps switch
            {
                StepsMistake.LastOnly => t == words.Length,
                StepsMistake.FirstOnly => t == 1,
                StepsMistake.WithoutFirst => t > 1,
                StepsMistake.All => true,
                _ => throw new InvalidOperationException($"no such mistake {mistakes.Steps}"),
            };
            for (int i = 0; i < hidden; i++)
            {
                double da = ds[i] * Slope(s[t][i], mistakes.Slope);
                if (counts)
                {
                    d.B[i, 0] += da;
                    d.U[i, words[t - 1]] += da;
                }
                for (int j = 0; j < hidden; j++)
                {
                    if (counts)
                        d.W[i, j] += da * s[mistakes.StateOfSameStep ? t : t - 1][j];
                    dsBefore[j] += da * (mistakes.Propagation == PropagationMistake.NotTransposed ? parameters.W[j, i] : parameters.W[i, j]);
                }
            }
            if (mistakes.Propagation != PropagationMistake.Missing)
                ds = dsBefore;
        }
        return d;
    }

    // dy = p less 1 at the label: through the logarithm and the softmax at once.
    private static double[] LogitGradient(double[] y, int label, SoftmaxMistake mistake)
    {
        double[] p = Softmax(y);
        double[] twice = mistake is SoftmaxMistake.Twice or SoftmaxMistake.TwiceAndThrough ? Softmax(p) : p;
        double[] dy = [.. twice.Select((value, k) => value - (k == label && mistake != SoftmaxMistake.LabelMissing ? 1 : 0))];
        if (mistake != SoftmaxMistake.TwiceAndThrough)
            return dy;
        // Back through the first softmax: dy_k = p_k (dp_k - Σ_j p_j dp_j).
        double mean = p.Zip(dy, (a, b) => a * b).Sum();
        return [.. p.Select((value, k) => value * (dy[k] - mean))];
    }

    private static double Slope(double s, SlopeMistake mistake) => mistake switch
    {
        SlopeMistake.Missing => 1,
        SlopeMistake.TanhAgain => 1 - Math.Tanh(s) * Math.Tanh(s),
        SlopeMistake.Right => 1 - s * s,
        _ => throw new InvalidOperationException($"no such mistake {mistake}"),
    };
}
