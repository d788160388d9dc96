namespace Unroll;

/// <summary>How the learning rate changes from step to step.</summary>
public enum ScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>
    /// It is multiplied by <see cref="LearningRateSchedule.Gamma"/> every <see cref="LearningRateSchedule.StepSize"/> steps.
    /// </summary>
    Step,

    /// <summary>It falls to zero along half a cosine (Loshchilov and Hutter, 2017).</summary>
    Cosine,

    /// <summary>
    /// It rises from 1/25 to the full rate in the first 30 % of the steps, then falls to almost zero, both along cosines (Smith,
    /// 2018).
    /// </summary>
    OneCycle,
}

/// <summary>The learning rate of every step, as a factor of the rate that was asked for; PyTorch's schedulers.</summary>
/// <param name="Kind">The shape.</param>
/// <param name="WarmUpSteps">Steps in which the factor also rises linearly from 1/n to 1; 0 for none.</param>
/// <param name="StepSize">Steps between two falls of <see cref="ScheduleKind.Step"/>.</param>
/// <param name="Gamma">The factor of each fall of <see cref="ScheduleKind.Step"/>.</param>
public sealed record LearningRateSchedule(
    ScheduleKind Kind = ScheduleKind.Constant, int WarmUpSteps = 0, int StepSize = 1000, double Gamma = 0.5)
{
    private const double PeakAt = 0.3;
    private const double StartFactor = 1 / 25.0;
    private const double EndFactor = StartFactor / 1e4;

    /// <summary>The factor of one step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="totalSteps">How many there are in the whole training.</param>
    public double Factor(long step, long totalSteps)
    {
        double warmUp = step < WarmUpSteps ? (step + 1.0) / WarmUpSteps : 1;
        return warmUp * Kind switch
        {
            ScheduleKind.Step => Math.Pow(Gamma, step / StepSize),
            ScheduleKind.Cosine => (1 + Math.Cos(Math.PI * step / totalSteps)) / 2,
            ScheduleKind.OneCycle => OneCycle(step, totalSteps),
            ScheduleKind.Constant => 1,
            _ => throw new InvalidOperationException($"no schedule {Kind}"),
        };
    }

    private static double OneCycle(long step, long totalSteps)
    {
        double peak = PeakAt * totalSteps - 1;
        double last = totalSteps - 1;
        return step <= peak
            ? Anneal(StartFactor, 1, step / peak)
            : Anneal(1, EndFactor, (step - peak) / (last - peak));
    }

    private static double Anneal(double from, double to, double share) => to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share));
}
