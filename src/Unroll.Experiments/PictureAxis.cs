namespace Unroll.Experiments;

/// <summary>Where numbers stand along an axis of a picture.</summary>
/// <param name="Low">The number at the beginning.</param>
/// <param name="High">The number at the end.</param>
/// <param name="From">The place of the beginning.</param>
/// <param name="To">The place of the end.</param>
/// <param name="Scale">How numbers are spaced.</param>
/// <param name="Ticks">Numbers that are written along it.</param>
internal sealed record PictureAxis(
    double Low, double High, double From, double To, ChartScale Scale, IReadOnlyList<double> Ticks)
{
    private const int MostTicks = 7;
    private const int FootRoom = 18;
    // What shares have along their axis at least, so that it does not make noise large.
    private const double LeastShares = 0.1;

    /// <summary>The place of a zero on a logarithmic axis, at its foot; null where there is none.</summary>
    public double? Zero { get; init; }

    /// <summary>An axis of names, each in the middle of a place of its own.</summary>
    public static PictureAxis OfNames(int count, double from, double to) =>
        new(-0.5, count - 0.5, from, to, ChartScale.Linear, [.. Enumerable.Range(0, count).Select(i => (double)i)]);

    /// <summary>
    /// An axis on which all numbers have room that are finite, and positive on a logarithmic one. A logarithmic one that is not
    /// tight has a foot for zeros.
    /// </summary>
    /// <param name="axis">Its scale.</param>
    /// <param name="values">The numbers.</param>
    /// <param name="from">The place of the beginning.</param>
    /// <param name="to">The place of the end.</param>
    /// <param name="isTight">Whether it begins and ends with the least and the largest number, and not with a round one.</param>
    public static PictureAxis Of(ChartAxis axis, IEnumerable<double> values, double from, double to, bool isTight)
    {
        bool isLog = axis.Scale == ChartScale.Log;
        double[] finite = [.. values.Where(double.IsFinite)];
        double[] shown = [.. finite.Where(value => !isLog || value > 0)];
        double low = shown.Length == 0 ? (isLog ? 1 : 0) : shown.Min();
        double high = shown.Length == 0 ? (isLog ? 10 : 1) : shown.Max();
        if (!isLog)
            return Even(low, high, from, to, isTight);
        if (isTight || shown.Length == 0 || !finite.Contains(0))
            return Logarithmic(low, high, from, to, isTight);
        PictureAxis above = Logarithmic(low, high, from + FootRoom * Math.Sign(to - from), to, isTight);
        return above with { Zero = from, Ticks = [0, .. above.Ticks] };
    }

    /// <summary>Whether a number has a place here.</summary>
    public bool Has(double value) =>
        double.IsFinite(value) && (Scale == ChartScale.Linear || value > 0 || (value == 0 && Zero is not null));

    /// <summary>The place of a number.</summary>
    public double At(double value) => value == 0 && Zero is { } zero
        ? zero
        : From + (To - From) * (Map(value) - Map(Low)) / (Map(High) - Map(Low));

    private double Map(double value) => Scale == ChartScale.Log ? Math.Log(value) : value;

    private static PictureAxis Even(double low, double high, double from, double to, bool isTight)
    {
        if (!isTight && low >= 0 && high <= 1)
            low = Math.Max(0, Math.Min(low, high - LeastShares));
        if (low == high)
            (low, high) = (low - 0.5, high + 0.5);
        double raw = (high - low) / 5;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * ((double[])[1, 2, 5, 10]).First(factor => factor * power >= raw * 0.999);
        if (!isTight)
            (low, high) = (Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step);
        var ticks = new List<double>();
        for (double i = Math.Ceiling(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
            ticks.Add(i * step);
        return new PictureAxis(low, high, from, to, ChartScale.Linear, ticks);
    }

    // Powers of ten; of two where all numbers lie within three powers of ten.
    private static PictureAxis Logarithmic(double low, double high, double from, double to, bool isTight)
    {
        if (low == high)
            (low, high) = (low / 2, high * 2);
        double @base = high / low > 1500 ? 10 : 2;
        int first = (int)Math.Floor(Math.Log(low, @base) + 1e-9);
        int last = (int)Math.Ceiling(Math.Log(high, @base) - 1e-9);
        int step = Math.Max(1, (int)Math.Ceiling((last - first) / (double)MostTicks));
        if (!isTight)
            (low, high) = (Math.Pow(@base, first), Math.Pow(@base, last));
        double[] ticks =
        [
            .. Enumerable.Range(0, last - first + 1).Where(i => i % step == 0).Select(i => Math.Pow(@base, first + i))
                .Where(tick => tick >= low * 0.999 && tick <= high * 1.001),
        ];
        return new PictureAxis(low, high, from, to, ChartScale.Log, ticks);
    }
}
