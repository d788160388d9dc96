using System.Globalization;
using Unroll.Data;

namespace Unroll.Cli.Runs;

/// <summary>What <c>--class-weights</c> is given.</summary>
internal static class ClassWeightEntries
{
    /// <summary>The flag.</summary>
    public const string Flag = "--class-weights";

    /// <summary>Weights that make every class count alike.</summary>
    public const string Balanced = "balanced";

    private static string NameOf(string label)
    {
        bool isPlain = label.Trim() == label && !label.Contains(',', StringComparison.Ordinal);
        return Excerpt.Visible(isPlain ? label : QuotedList.Quoted(label));
    }

    /// <summary>The weight of each label; those that are not named weigh 1.</summary>
    /// <param name="given">Entries LABEL=NUMBER.</param>
    /// <param name="labels">The labels in the model's order.</param>
    /// <exception cref="InputException">An entry is none, or names no label.</exception>
    public static float[] Parse(string[] given, IReadOnlyList<string> labels)
    {
        string names = string.Join(", ", labels.Take(20).Select(NameOf));
        float[] weights = [.. Enumerable.Repeat(1f, labels.Count)];
        var named = new HashSet<int>();
        foreach (string entry in QuotedList.Entries(given, IsWhole))
        {
            (string? quoted, string rest) = QuotedList.Split(Flag, entry);
            int equals = quoted is null ? entry.LastIndexOf('=')
                : rest.StartsWith('=') ? entry.Length - rest.Length
                : -1;
            string label = equals < 0 ? "" : quoted ?? Named(entry[..equals]);
            int c = labels.ToList().IndexOf(label);
            bool valid = float.TryParse(entry[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out float weight)
                && weight >= 0 && float.IsFinite(weight);
            if (equals < 0 || !valid)
            {
                throw new InputException(
                    $"{Flag} has {Excerpt.Visible(entry)}, expected {Balanced} or LABEL=NUMBER " +
                    $"(0 or a positive number) for labels among {names}");
            }
            if (c < 0)
            {
                throw new InputException(
                    $"{Flag} names the label {NameOf(label)}, which no row has; expected labels among {names}");
            }
            if (!named.Add(c))
                throw new InputException($"{Flag} names the label {Excerpt.Visible(label)} twice, expected it once");
            weights[c] = weight;
        }
        return weights.Any(weight => weight > 0)
            ? weights
            : throw new InputException($"{Flag} has 0 for every label, expected a positive weight for one at least");

        bool IsWhole(string entry) => entry.LastIndexOf('=') is var equals and > 0 && labels.Contains(Named(entry[..equals]));

        // A blank before the equals sign is nobody's name, but where a label ends in one.
        string Named(string written) => labels.Contains(written) ? written : written.Trim();
    }
}
