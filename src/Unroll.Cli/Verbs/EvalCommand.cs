using System.CommandLine;
using Unroll.Cli.Runs;
using Unroll.Data;
using Unroll.Models;

namespace Unroll.Cli.Verbs;

/// <summary><c>unroll eval</c>: how a model does on labelled rows.</summary>
internal static class EvalCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = Options.Model();
        var data = new Argument<string>("DATA") { Description = $"Labelled rows: {DataOptions.Formats}" };
        var format = new DataOptions();
        Option<int> mistakes = Options.Integer("--mistakes", "How many of the worst mistakes to show", 10, 0);
        Option<int> maximum = Options.MaximumTokens();
        Option<bool> half = Options.HalfPrecision();
        Option<bool> json = Options.Json("Print one JSON object");
        var command = new Command(
            "eval", "Measure a model on labelled rows: accuracy, F1, each label, confusions, calibration, worst mistakes")
        {
            model, data, mistakes, maximum, half, json,
        };
        format.AddTo(command);
        command.SetAction(parsed =>
        {
            SentenceClassifier classifier = SavedModel.Load(parsed.GetRequiredValue(model), terminal);
            classifier.MaximumTokens = parsed.GetValue(maximum);
            classifier.HalfPrecision = parsed.GetValue(half);
            string path = parsed.GetRequiredValue(data), source = DataInput.NameOf(path);
            EvaluationReport report = Report(
                classifier, DataInput.Read(path, format.Get(parsed), terminal), source, parsed.GetValue(mistakes));
            if (report.UnknownLabelsLine(source) is { } unknown)
                terminal.Error.WriteLine($"warning: {unknown}");
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(JsonOutput.Of(report.WriteFields));
            else
                new EvaluationTable(report).Write(terminal.Output);
            return 0;
        });
        return command;
    }

    /// <summary>What a model does on the rows of a file, whose errors name it.</summary>
    /// <exception cref="InputException">A row cannot be used, or no row has a label that the model knows.</exception>
    public static EvaluationReport Report(
        SentenceClassifier classifier, IEnumerable<LabelledText> rows, string source, int mistakes)
    {
        using var run = new EvaluationRun(classifier, mistakes);
        foreach (LabelledText row in rows)
            Add(run, row, source);
        EvaluationReport report = run.Report();
        return report.UnknownLabels.Count > 0 && report.Result.Rows == report.Result.UnknownLabelRows
            ? throw NoKnownLabel(source, report.UnknownLabels, report.Labels)
            : report;
    }

    private static void Add(EvaluationRun run, LabelledText row, string source)
    {
        try
        {
            run.Add(row);
        }
        catch (InputException e)
        {
            throw new InputException($"{source}:{row.Line}: {e.Message}", e);
        }
    }

    private static InputException NoKnownLabel(
        string source, IReadOnlyDictionary<string, int> unknown, IReadOnlyList<string> labels) =>
        new(
            $"{source}: no row has a label of the model; found {Excerpt.Of([.. unknown.Keys])}, " +
            $"the model knows {Excerpt.Of([.. labels])}; take the data the model is for");
}
