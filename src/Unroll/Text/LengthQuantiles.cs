using System.Text.Json;

namespace Unroll.Text;

/// <summary>How long texts are, in tokens.</summary>
/// <remarks>A quantile of q % is the smallest length that at least q % of the texts do not exceed (nearest rank).</remarks>
/// <param name="Mean">The mean.</param>
/// <param name="Minimum">The shortest.</param>
/// <param name="P5">5 %.</param>
/// <param name="P25">25 %.</param>
/// <param name="Median">50 %.</param>
/// <param name="P75">75 %.</param>
/// <param name="P95">95 %.</param>
/// <param name="P99">99 %.</param>
/// <param name="Maximum">The longest.</param>
public sealed record LengthQuantiles(
    double Mean, int Minimum, int P5, int P25, int Median, int P75, int P95, int P99, int Maximum)
{
    internal static LengthQuantiles Of(IEnumerable<int> lengths)
    {
        int[] sorted = [.. lengths.Order()];
        if (sorted.Length == 0)
            return new LengthQuantiles(0, 0, 0, 0, 0, 0, 0, 0, 0);
        return new LengthQuantiles(
            sorted.Average(length => (double)length), sorted[0], At(5), At(25), At(50), At(75), At(95), At(99), sorted[^1]);

        int At(int percent) => sorted[(int)(((long)percent * sorted.Length + 99) / 100) - 1];
    }

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("mean", Math.Round(Mean, 4));
        json.WriteNumber("min", Minimum);
        json.WriteNumber("p5", P5);
        json.WriteNumber("p25", P25);
        json.WriteNumber("p50", Median);
        json.WriteNumber("p75", P75);
        json.WriteNumber("p95", P95);
        json.WriteNumber("p99", P99);
        json.WriteNumber("max", Maximum);
        json.WriteEndObject();
    }
}
