using System.Globalization;
using System.Text.Json;
using Unroll.Data;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>What became of rows without labels.</summary>
/// <param name="report">What the training says of them.</param>
internal sealed class UnlabelledDisplay(SelfTrainingReport report)
{
    private const int MostNamed = 8;

    /// <summary>One line, and one about rows that were left out or deserve a look.</summary>
    /// <param name="file">The file.</param>
    /// <param name="seconds">How long the first model and the labelling took; null to leave it out.</param>
    public IEnumerable<string> Lines(string file, double? seconds)
    {
        IEnumerable<string> labels = report.Labelled.OrderByDescending(entry => entry.Value).Take(MostNamed)
            .Select(entry => Invariant($"{Excerpt.Of(entry.Key)} {entry.Value:N0}"));
        string named = string.Join(", ", labels) + (report.Labelled.Count > MostNamed ? ", …" : "");
        string accuracy = report.FirstDevAccuracy is { } dev ? Invariant($", dev accuracy of the first model {dev:F4}") : "";
        yield return (report.RowsLabelled == 0 ? "warning: " : "")
            + Invariant($"{file}: {Rows(report.Rows)} without labels, {report.Tokens:N0} tokens; {report.RowsLabelled:N0} ")
            + Invariant($"learned with the label that two models agree on ({named}); {report.NewWords:N0} more words")
            + accuracy + (seconds is null ? "" : Invariant($"; {seconds:F0} s"));
        string[] odd =
        [
            .. Odd(report.EmptyTexts, "without a word, left out"),
            .. Odd(report.RowsInTrain, "with a text of train, left out"),
            .. Odd(report.RowsInDev, "with a text of dev, left out"),
            .. Odd(report.RowsInTest, "with a text of test, taken without its label"),
        ];
        if (odd.Length > 0)
            yield return $"note: {file}: {string.Join("; ", odd)}";
    }

    /// <summary>Writes the same as the fields of a JSON object.</summary>
    /// <param name="json">Inside an object.</param>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WritePropertyName("unlabelled");
        report.WriteTo(json);
    }

    private static string[] Odd(int rows, string what) => rows == 0 ? [] : [$"{Rows(rows)} {what}"];

    private static string Rows(int count) => Invariant($"{count:N0} row{(count == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
