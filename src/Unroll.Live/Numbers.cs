using System.Globalization;

namespace Unroll.Live;

/// <summary>Numbers in texts.</summary>
internal static class Numbers
{
    /// <summary>A share in percent, with a digit where it is small.</summary>
    public static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Round(100 * share, share < 0.1 ? 1 : 0)} %");

    /// <summary>A float in the shortest digits that give it back.</summary>
    public static string Of(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
