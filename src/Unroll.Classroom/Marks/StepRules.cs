namespace Unroll.Classroom.Marks;

/// <summary>
/// What else may be done with a right gradient than a step of plain SGD: momentum, weight decay, clipping, other optimisers,
/// and learning rates that change. Each rule fits its one number to a step or two, and then has to explain every step of the
/// training.
/// </summary>
internal static class StepRules
{
    private const double Small = 1e-6;
    private const string AsItIs = "plain SGD takes it as it is";

    /// <summary>Says what was done; null if no rule explains it.</summary>
    /// <param name="history">The steps of a parameter.</param>
    public static string? Describe(StepHistory history)
    {
        Func<StepHistory, string?>[] rules =
            [OneRate, ChangingRate, Momentum, WeightDecay, ClippedValues, ClippedNorm, Adaptive, GradientBefore];
        return rules.Select(rule => rule(history)).FirstOrDefault(text => text is not null);
    }

    private static string? OneRate(StepHistory h) =>
        h.Rates.All(rate => rate is not null) && IsConstant(h.Rates)
            ? $"changed by {Text(h.Rates[0]!.Value)} × the gradient, expected {Text(h.Rate)} ×"
            : null;

    // Every step goes along its gradient, at a rate that follows the epochs or the steps by a law.
    private static string? ChangingRate(StepHistory h)
    {
        // A gradient that is nearly zero at the end says little of the rate.
        int count = h.Rates.TakeWhile(rate => rate is not null).Count();
        if (count < h.Count || count < 6)
            return null;
        double[] rates = [.. h.Rates.OfType<double>()];
        var epochs = Enumerable.Range(0, count).GroupBy(h.Epoch).Select(group => group.Select(i => rates[i]).ToArray()).ToArray();
        bool isByEpoch = epochs.Length > 2 && epochs.All(epoch => AreEqual(epoch.Max(), epoch.Min()))
            && epochs.Any(epoch => epoch.Length > 1);
        double[] sequence = isByEpoch ? [.. epochs.Select(epoch => epoch[0])] : rates;
        string unit = isByEpoch ? "epoch" : "step";
        string? law = Law(sequence, unit);
        if (law is null && !isByEpoch)
            return null;
        string verb = sequence[^1] < sequence[0] ? "decays" : "changes";
        return $"changed at a learning rate that {verb}: {Text(sequence[0])} at {unit} 1, {Text(sequence[1])} at {unit} 2, "
            + $"{Text(sequence[^1])} at {unit} {sequence.Length}{law}; plain SGD keeps it at {Text(h.Rate)}";
    }

    // The law by which a sequence goes on; null if it has none of these.
    private static string? Law(double[] rates, string unit)
    {
        double ratio = rates[1] / rates[0];
        if (Follows((i, before) => before * ratio))
            return $" (× {Text(ratio)} each {unit})";
        double growth = 1 / rates[1] - 1 / rates[0];
        if (Follows((i, _) => 1 / (1 / rates[0] + i * growth)))
            return $" (η / (1 + k × {unit}))";
        if (Follows((i, _) => rates[0] / Math.Sqrt(i + 1)))
            return $" (η / √{unit})";
        double difference = rates[1] - rates[0];
        if (Follows((_, before) => before + difference))
            return " (a straight line)";
        int first = Array.FindIndex(rates, rate => !AreEqual(rate, rates[0]));
        double jump = first > 0 ? rates[first] / rates[0] : 1;
        if (first > 1 && Follows((i, before) => i % first == 0 ? before * jump : before))
            return $" (× {Text(jump)} every {first} {unit}s)";
        return first > 1 && rates.Skip(first).All(rate => AreEqual(rate, rates[first])) ? $" (from {unit} {first + 1} on)" : null;

        bool Follows(Func<int, double, double> next) =>
            rates.Length > 2 && Enumerable.Range(1, rates.Length - 1).All(i => IsNear(rates[i], next(i, rates[i - 1])));
    }

    private static string? Momentum(StepHistory h)
    {
        if (h.Count < 4)
            return null;
        double first = h.Rates[0] ?? 0;
        if (first == 0)
            return null;
        // v = μ v + g, with μ from what the second step has beyond its own gradient.
        double[] rest = [.. h.Changes[1].Zip(h.Gradients[1], (change, gradient) => change / -first - gradient)];
        double mu = Along(rest, h.Gradients[0]);
        if (mu is > Small and < 1 && FitsVelocity(h, first, mu, 1, nesterov: false))
            return Named(mu);
        // v = μ v + (1 - μ) g, whose first step is smaller.
        mu = 1 - first / h.Rate;
        if (mu is > Small and < 1 && FitsVelocity(h, h.Rate, mu, 1 - mu, nesterov: false))
            return Named(mu);
        mu = first / h.Rate - 1;
        if (mu is > Small and < 1 && FitsVelocity(h, h.Rate, mu, 1, nesterov: true))
            return Named(mu);
        return null;

        static string Named(double mu) =>
            $"changed with momentum {Text(mu)}: plain SGD takes each step by its own sentence's gradient alone";
    }

    private static bool FitsVelocity(StepHistory h, double rate, double mu, double share, bool nesterov)
    {
        double[] velocity = new double[h.Gradients[0].Length];
        return h.Fits(i =>
        {
            for (int k = 0; k < velocity.Length; k++)
                velocity[k] = mu * velocity[k] + share * h.Gradients[i][k];
            return [.. velocity.Select((v, k) => -rate * (nesterov ? h.Gradients[i][k] + mu * v : v))];
        });
    }

    private static string? WeightDecay(StepHistory h)
    {
        if (h.Count < 2)
            return null;
        double[] rest = [.. h.Changes[0].Zip(h.Gradients[0], (change, gradient) => change / -h.Rate - gradient)];
        double decay = Along(rest, h.Values[0]);
        if (decay > Small && h.Fits(i => Step(i, decay, value => value)))
        {
            return $"changed with weight decay: by {Text(h.Rate)} × (gradient + {Text(decay)} × the parameter); "
                + "plain SGD takes the gradient alone";
        }
        // θ = (θ - η g) (1 - λ)
        double[] stepped = [.. h.Values[0].Zip(h.Gradients[0], (value, gradient) => value - h.Rate * gradient)];
        double shrink = Along([.. rest.Select(value => value * h.Rate)], stepped);
        if (shrink > Small && h.Fits(i => [.. h.Gradients[i].Select((g, k) =>
                -h.Rate * g - shrink * (h.Values[i][k] - h.Rate * g))]))
        {
            return $"changed with weight decay: the parameter also shrinks by {Text(shrink)} of itself at each step; "
                + "plain SGD takes the gradient alone";
        }
        double sign = Along(rest, [.. h.Values[0].Select(value => (double)Math.Sign(value))]);
        if (sign > Small && h.Fits(i => Step(i, sign, value => Math.Sign(value))))
        {
            return $"changed with weight decay of the absolute values, {Text(sign)} × the sign of the parameter; "
                + "plain SGD takes the gradient alone";
        }
        return null;

        double[] Step(int i, double scale, Func<double, double> of) =>
            [.. h.Gradients[i].Select((g, k) => -h.Rate * (g + scale * of(h.Values[i][k])))];
    }

    private static string? ClippedValues(StepHistory h)
    {
        for (int i = 0; i < h.Count; i++)
        {
            for (int k = 0; k < h.Gradients[i].Length; k++)
            {
                double found = Math.Abs(h.Changes[i][k] / h.Rate);
                if (found >= Math.Abs(h.Gradients[i][k]) * (1 - 1e-4) || found < Small)
                    continue;
                return h.Fits(step => [.. h.Gradients[step].Select(g => -h.Rate * Math.Clamp(g, -found, found))])
                    ? $"changed by a gradient that is clipped, each number at ±{Text(found)}: {AsItIs}"
                    : null;
            }
        }
        return null;
    }

    private static string? ClippedNorm(StepHistory h)
    {
        int clipped = Array.FindIndex(h.Rates, rate => rate is { } found && found < h.Rate * (1 - 1e-4));
        int first = clipped < 0 ? Array.FindIndex(h.Rates, rate => rate is { } found && found > h.Rate * (1 + 1e-4)) : clipped;
        if (first < 0)
            return null;
        double share = h.Rates[first]!.Value / h.Rate;
        (Func<int, double> Norm, string Name)[] norms =
        [
            (i => h.Norms[i], "of all gradients"),
            (i => Math.Sqrt(h.Gradients[i].Sum(g => g * g)), "of each parameter's gradient"),
        ];
        // torch.nn.utils.clip_grad_norm_ adds 10⁻⁶ to the norm.
        foreach (double epsilon in new[] { 0, 1e-6 })
        {
            foreach ((Func<int, double> norm, string name) in norms)
            {
                double limit = share * (norm(first) + epsilon);
                if (h.Fits(i => Scaled(i, Math.Min(1, limit / (norm(i) + epsilon)))))
                    return $"changed by a gradient that is clipped, the norm {name} at {Text(limit)}: {AsItIs}";
                if (h.Fits(i => Scaled(i, limit / (norm(i) + epsilon))))
                    return $"changed by a gradient that is divided by the norm {name}: {AsItIs}";
            }
        }
        return null;

        double[] Scaled(int i, double scale) => [.. h.Gradients[i].Select(g => -h.Rate * scale * g)];
    }

    private static string? Adaptive(StepHistory h)
    {
        if (h.Count < 3)
            return null;
        foreach (double epsilon in new[] { 1e-8, 1e-7, 1e-10, 0 })
        {
            foreach ((double first, double second) in new[] { (0.9, 0.999), (0.9, 0.99), (0.9, 0.9), (0.5, 0.999) })
            {
                if (FitsDirection(h, Adam(first, second, epsilon, corrected: true))
                    || FitsDirection(h, Adam(first, second, epsilon, corrected: false)))
                {
                    return "changed by Adam's step: the exercise takes plain SGD, parameter -= learning rate × gradient";
                }
            }
            foreach (double decay in new[] { 0.9, 0.99, 0.999 })
            {
                if (FitsDirection(h, Adam(0, decay, epsilon, corrected: false)))
                    return "changed by RMSprop's step: the exercise takes plain SGD, parameter -= learning rate × gradient";
            }
            if (FitsDirection(h, Adam(0, 1, epsilon, corrected: false)))
                return "changed by Adagrad's step: the exercise takes plain SGD, parameter -= learning rate × gradient";
        }
        return FitsDirection(h, gradient => [.. gradient.Select(g => (double)Math.Sign(g))])
            ? "changed by the sign of the gradient alone: the exercise takes parameter -= learning rate × gradient"
            : null;
    }

    // Adam's direction; without its first moment RMSprop's, and with a second moment that only grows Adagrad's.
    private static Func<double[], double[]> Adam(double first, double second, double epsilon, bool corrected)
    {
        double[] m = [];
        double[] v = [];
        int step = 0;
        return gradient =>
        {
            if (m.Length == 0)
                (m, v) = (new double[gradient.Length], new double[gradient.Length]);
            step++;
            double[] direction = new double[gradient.Length];
            for (int k = 0; k < direction.Length; k++)
            {
                m[k] = first * m[k] + (1 - first) * gradient[k];
                v[k] = second * v[k] + (second == 1 ? 1 : 1 - second) * gradient[k] * gradient[k];
                double mean = corrected ? m[k] / (1 - Math.Pow(first, step)) : m[k];
                double square = corrected ? v[k] / (1 - Math.Pow(second, step)) : v[k];
                double root = Math.Sqrt(square) + epsilon;
                direction[k] = root == 0 ? 0 : mean / root;
            }
            return direction;
        };
    }

    // Whether every step goes along a direction at one rate.
    private static bool FitsDirection(StepHistory h, Func<double[], double[]> next)
    {
        double rate = 0;
        return h.Fits(i =>
        {
            double[] direction = next(h.Gradients[i]);
            if (i == 0)
                rate = Along(h.Changes[0], direction);
            return [.. direction.Select(value => rate * value)];
        }) && rate < 0;
    }

    private static string? GradientBefore(StepHistory h) =>
        h.Count > 3 && h.Fits(i => [.. h.Gradients[i - 1].Select(g => -h.Rate * g)], from: 1)
            ? $"changed by {Text(h.Rate)} × the gradient of the sentence before: take each step by its own sentence's gradient"
            : null;

    // The scale at which a direction comes nearest to a list of numbers.
    private static double Along(double[] values, double[] direction)
    {
        double squares = direction.Sum(value => value * value);
        return squares == 0 ? 0 : values.Zip(direction, (a, b) => a * b).Sum() / squares;
    }

    private static bool IsConstant(double?[] rates) => rates.All(rate => IsNear(rate!.Value, rates[0]!.Value));

    private static bool AreEqual(double a, double b) => IsNear(a, b);

    private static bool IsNear(double a, double b) => Math.Abs(a - b) <= 1e-5 * Math.Max(Math.Abs(a), Math.Abs(b));

    private static string Text(double value) => Wording.Number(value);
}
