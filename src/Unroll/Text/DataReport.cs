using System.Globalization;
using System.Text.Json;
using Unroll.Data;

namespace Unroll.Text;

/// <summary>
/// What there is to know about data before a model is trained on it: sizes, labels, lengths, rows that come twice or contradict
/// each other, rows to measure on that were trained on, unknown words. Rows are numbered from 1, without a header line.
/// </summary>
public sealed class DataReport
{
    private const int MostNamed = 8;
    private const int LabelWidth = 24;
    private const int TwinWidth = 60;
    private const int FewRows = 20;

    /// <summary>Looks at all rows.</summary>
    /// <param name="train">The rows to train on.</param>
    /// <param name="others">
    /// Rows to measure on: other rows of the same corpus, or of one made by its <see cref="Corpus.CreateSharing"/>.
    /// </param>
    /// <exception cref="ArgumentException">A part's corpus does not share its tokens with train's.</exception>
    public DataReport(CorpusPart train, params IEnumerable<CorpusPart> others)
    {
        var trainReport = new PartReport(train);
        train.Corpus.EndPass();
        Parts = [trainReport, .. others.Select(part => new PartReport(part, trainReport))];
        train.Corpus.EndPass();
        Warnings = [.. LabelWarnings(), .. UnknownLabelWarnings(), .. Parts.SelectMany(TextWarnings)];
    }

    /// <summary>The rows to train on, then the others.</summary>
    public IReadOnlyList<PartReport> Parts { get; }

    /// <summary>What deserves a look, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>A line for each part and each warning.</summary>
    public string Brief() => string.Join('\n', [.. Parts.Select(Line), .. Warnings.Select(warning => $"warning: {warning}")]);

    /// <summary>Writes everything as one object.</summary>
    /// <param name="json">Where to, in a place where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("parts");
        foreach (PartReport part in Parts)
            part.WriteTo(json);
        json.WriteEndArray();
        json.WriteStartArray("warnings");
        foreach (string warning in Warnings)
            json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Line(PartReport part)
    {
        LengthQuantiles lengths = part.Lengths;
        string labels = Named(
            [.. part.Labels.OrderByDescending(entry => entry.Value).Select(
                entry => Invariant($"{Short(entry.Key)} {entry.Value:N0}"))]);
        string unknown = part.Overlap is { } overlap
            ? Invariant(
                $"; unknown words {100 * overlap.UnknownTokens:F1} % ({100 * overlap.UnknownTypes:F1} % of the different ones)")
            : "";
        return Invariant(
            $"{part.Name,-5} {Rows(part.Rows)}; {part.Labels.Count:N0} label{(part.Labels.Count == 1 ? "" : "s")}",
            $"{(part.HasSeveralLabels ? ", a text may have several" : "")}: ",
            $"{labels}; ") + Invariant(
            $"tokens a text: median {lengths.Median:N0}, 95 % {lengths.P95:N0}, longest {lengths.Maximum:N0}{unknown}");
    }

    private IEnumerable<string> LabelWarnings()
    {
        PartReport train = Parts[0];
        if (train.Labels.Count == 1 && !train.HasSeveralLabels)
            yield return $"every row of {train.Name} has the label {Quoted(train.Labels[0].Key)}: there is nothing to tell apart";
        string[] lonely = [.. train.Labels.Where(entry => entry.Value == 1).Select(entry => Quoted(entry.Key))];
        if (lonely.Length > 0)
        {
            yield return Invariant(
                $"{lonely.Length:N0} label{(lonely.Length == 1 ? " has" : "s have")} a single row in {train.Name}: ",
                $"{Named(lonely)}") + (train.Rows >= FewRows && 2 * lonely.Length > train.Rows
                    ? "; nearly every row has a label of its own: check that the labels are labels"
                    : "");
        }
        foreach ((string what, string[] alike) in LabelTwins.Of(Parts.SelectMany(part => part.Labels).Select(entry => entry.Key)))
            yield return $"{what}: {Named([.. alike.Select(label => $"\"{Cut(LabelTwins.Shown(label), TwinWidth)}\"")])}";
    }

    private IEnumerable<string> UnknownLabelWarnings()
    {
        string[] known = [.. Parts[0].Labels.Select(entry => entry.Key)];
        return Parts.Where(part => part.UnknownLabels.Count > 0)
            .Select(part => UnknownLabels.Describe(part.UnknownLabels.ToDictionary(), known, part.Name));
    }

    private IEnumerable<string> TextWarnings(PartReport part)
    {
        if (part.EmptyTexts > 0)
            yield return $"{Rows(part.EmptyTexts)} of {part.Name} without a word: read as the unknown word";
        if (part.DuplicateRows > 0)
            yield return $"{Rows(part.DuplicateRows)} of {part.Name} with text and label of an earlier row";
        if (part.ConflictingTexts > 0)
        {
            string rows = string.Join("; ", part.Conflicts.Select(conflict => string.Join(", ", conflict.Rows)));
            string more = part.ConflictingTexts > part.Conflicts.Count ? "; …" : "";
            yield return Invariant(
                $"{part.ConflictingTexts:N0} text{(part.ConflictingTexts == 1 ? "" : "s")} of {part.Name} with more than one ",
                $"label, at rows {rows}{more}");
        }
        if (part.Overlap is { RowsInTrain: > 0 } overlap)
        {
            yield return Invariant(
                $"{Rows(overlap.RowsInTrain)} of {part.Name} ({100.0 * overlap.RowsInTrain / part.Rows:F1} %) with a text of ",
                $"{Parts[0].Name}: what is measured there is memory");
        }
    }

    private static string Rows(int count) => Invariant($"{count:N0} row{(count == 1 ? "" : "s")}");

    private static string Named(string[] names) =>
        string.Join(", ", names.Take(MostNamed)) + (
            names.Length > MostNamed ? Invariant($" and {names.Length - MostNamed:N0} more") : "");

    private static string Quoted(string label) => $"\"{Short(label)}\"";

    private static string Short(string label) =>
        Cut(Excerpt.Visible(string.Concat(label.Select(c => char.IsControl(c) ? ' ' : c))), LabelWidth);

    private static string Cut(string line, int width)
    {
        if (line.Length <= width)
            return line;
        return line[..(char.IsHighSurrogate(line[width - 1]) ? width - 1 : width)] + "…";
    }

    private static string Invariant(params FormattableString[] parts) =>
        string.Concat(parts.Select(part => part.ToString(CultureInfo.InvariantCulture)));
}
