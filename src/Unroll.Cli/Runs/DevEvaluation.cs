using System.Text.Json;
using Unroll.Data;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Storage;

namespace Unroll.Cli.Runs;

/// <summary>
/// <c>evaluation.json</c>: the kept model on the dev rows. Training keeps no texts, so their file is read once more, for the
/// mistakes.
/// </summary>
/// <param name="classifier">The model.</param>
/// <param name="path">The file with the dev rows.</param>
/// <param name="format">How it is read.</param>
/// <param name="rows">Which of its rows are dev rows, in ascending order; null for all.</param>
/// <param name="threads">How many threads compute; null for one per processor.</param>
/// <param name="terminal">For <see cref="DataInput"/>.</param>
internal sealed class DevEvaluation(
    SentenceClassifier classifier, string path, DataFormat format, IReadOnlyList<int>? rows, int? threads, Terminal terminal)
{
    private const int MostMistakes = 20;

    /// <summary>Measures.</summary>
    /// <param name="count">How many dev rows there are.</param>
    /// <param name="summary">What was said at the end of the training.</param>
    /// <returns>The file's content.</returns>
    /// <exception cref="InputException">The file cannot be read again, or has other rows now.</exception>
    public string Measure(int count, TrainingSummary summary)
    {
        // A named pipe has no length, and gives nothing a second time.
        if (path != DataInput.StandardInput && new FileInfo(path) is not { Exists: true, Length: > 0 })
        {
            throw new InputException(
                $"{path}: cannot be read a second time, expected a file; the report has no scores on dev rows");
        }
        // What was trained on and measured every epoch is measured here too.
        classifier.MaximumTokens = int.MaxValue;
        using var run = new EvaluationRun(classifier, MostMistakes, threads);
        foreach (LabelledText row in Selected())
            run.Add(row);
        EvaluationReport report = run.Report();
        if (report.Result.Rows != count)
        {
            throw new InputException(
                $"{DataInput.NameOf(path)}: {report.Result.Rows} dev rows, expected {count} as before the training; " +
                "the report has no scores on dev rows");
        }
        return JsonLine.Of(json => WriteFields(json, report, run.ByLength.Ranges(), summary));
    }

    private IEnumerable<LabelledText> Selected()
    {
        HashSet<int>? selected = rows is null ? null : [.. rows];
        return DataInput.Read(path, format, terminal, isAgain: true).Where((_, i) => selected is null || selected.Contains(i));
    }

    private static void WriteFields(
        Utf8JsonWriter json, EvaluationReport report, IReadOnlyList<LengthRange> ranges, TrainingSummary summary)
    {
        report.WriteFields(json);
        json.WriteStartArray("by_length");
        foreach (LengthRange range in ranges)
            range.WriteTo(json);
        json.WriteEndArray();
        json.WriteStartObject("summary");
        summary.WriteFields(json);
        json.WriteEndObject();
    }
}
