using System.Globalization;

namespace Unroll.Experiments;

/// <summary>Numbers with three digits that count.</summary>
internal static class ShortNumber
{
    /// <summary>A number as tables and sentences show it.</summary>
    /// <param name="value">The number.</param>
    public static string Of(double value) => value switch
    {
        0 => "0",
        _ when !double.IsFinite(value) => "not finite",
        _ when Math.Abs(value) is >= 1e-3 and < 1e4 => Significant(value),
        _ => value.ToString("0.0e+0", CultureInfo.InvariantCulture),
    };

    private static string Significant(double value)
    {
        int whole = (int)Math.Floor(Math.Log10(Math.Abs(value))) + 1;
        return value.ToString("F" + Math.Clamp(3 - whole, 0, 6), CultureInfo.InvariantCulture);
    }
}
