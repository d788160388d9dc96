using System.Globalization;

namespace Unroll.Experiments;

/// <summary>A figure over several seeds: its mean, the least and the most.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal readonly record struct Spread(double Mean, double Least, double Most)
{
    /// <summary>Takes some values together.</summary>
    /// <param name="values">At least one.</param>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return new Spread(all.Average(), all.Min(), all.Max());
    }

    /// <summary>The same for one of several parts.</summary>
    /// <param name="count">How many parts there are.</param>
    public Spread Over(double count) => new(Mean / count, Least / count, Most / count);

    /// <summary>The mean as a percentage with least and most in brackets: <c>97 % (95–100)</c>.</summary>
    public string Percent => string.Create(CultureInfo.InvariantCulture, $"{100 * Mean:0} % ({100 * Least:0}–{100 * Most:0})");

    /// <summary>The same for a place within brackets: <c>97 %, 95–100</c>.</summary>
    public string Bare => string.Create(CultureInfo.InvariantCulture, $"{100 * Mean:0} %, {100 * Least:0}–{100 * Most:0}");

    /// <summary>The same without the sign, for tables: <c>97.1 (95.0–100.0)</c>.</summary>
    public string InPercent =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * Mean:0.0} ({100 * Least:0.0}–{100 * Most:0.0})");

    /// <summary>Mean, least and most with three digits that count: <c>0.97 (0.95–1.00)</c>.</summary>
    public string Short =>
        $"{ShortNumber.Of(Mean)} ({ShortNumber.Of(Least)}–{ShortNumber.Of(Most)})";
}
