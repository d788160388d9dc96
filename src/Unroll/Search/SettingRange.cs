using System.Globalization;

namespace Unroll.Search;

/// <summary>Where the values of one setting are drawn from: some choices, or numbers between two ends.</summary>
/// <param name="Name">The setting.</param>
public sealed record SettingRange(string Name)
{
    private const string Digits = "G4";

    /// <summary>The values, as they are written in JSON without quotes; none for numbers between two ends.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The least number.</summary>
    public double From { get; init; }

    /// <summary>The greatest number.</summary>
    public double To { get; init; }

    /// <summary>Whether the logarithm is drawn uniformly, and not the number.</summary>
    public bool IsLog { get; init; }

    /// <summary>Whether numbers are whole.</summary>
    public bool IsWhole { get; init; }

    /// <summary>A value; numbers that are not whole have four digits, so that they can be typed.</summary>
    /// <param name="u">Where it stands in the range, from 0 up to but not 1.</param>
    public string Draw(double u)
    {
        if (Choices.Count > 0)
            return Choices[(int)(u * Choices.Count)];
        if (IsWhole && !IsLog)
            return Text(From + Math.Floor(u * (To - From + 1)));
        double value = IsLog ? Math.Exp(double.Lerp(Math.Log(From), Math.Log(To), u)) : double.Lerp(From, To, u);
        double rounded = IsWhole
            ? Math.Round(value)
            : double.Parse(value.ToString(Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Text(Math.Clamp(rounded, From, To));
    }

    /// <summary>The values at both ends, and all choices: what must be usable for the range to be.</summary>
    public IEnumerable<string> Ends => Choices.Count > 0 ? Choices : [Text(From), Text(To)];

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
