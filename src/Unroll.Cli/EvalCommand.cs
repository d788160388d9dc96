using System.CommandLine;
using System.Text.Json;
using Unroll.Evaluation;
using Unroll.Models;
using Unroll.Text;

namespace Unroll.Cli;

/// <summary><c>unroll eval</c>: how a model does on labelled rows.</summary>
internal static class EvalCommand
{
    // A matrix of more classes than this is no use to anybody; JSON has the single confusions then.
    private const int MostClassesOfMatrix = 1000;
    private const int LabelsInError = 10;

    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "Model folder" };
        var data = new Argument<string>("DATA") { Description = "Labelled rows" };
        Option<int> mistakes = Options.Integer("--mistakes", "How many of the worst mistakes to show", 10, 0);
        Option<bool> json = Options.Json("Print one JSON object");
        var command = new Command("eval", "Measure a model on labelled rows: accuracy, macro-F1, each label, confusions, calibration, worst mistakes")
        {
            model, data, mistakes, json,
        };
        command.SetAction(parsed =>
        {
            SentenceClassifier classifier = SentenceClassifier.Load(parsed.GetRequiredValue(model));
            string path = parsed.GetRequiredValue(data);
            using var run = new EvaluationRun(classifier, parsed.GetValue(mistakes));
            foreach ((int line, LabelledText row) in ReadRows(path))
                Add(run, row, line, path);
            (EvaluationResult result, IReadOnlyList<Mistake> worst) = run.Finish();
            if (result.Rows == 0)
                throw NoKnownLabel(path, run.UnknownLabels, classifier.Config.Labels);
            var report = new EvaluationReport(classifier.Config.Labels, result, run.UnknownLabels, worst);
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(JsonLine.Of(writer => WriteFields(writer, report)));
            else
                report.Write(terminal.Output);
            return 0;
        });
        return command;
    }

    private static IEnumerable<(int Line, LabelledText Row)> ReadRows(string path) =>
        LabelledTextReader.ReadTsv(path).Select((row, i) => (i + LabelledTextReader.FirstRowLine, row));

    private static void Add(EvaluationRun run, LabelledText row, int line, string path)
    {
        try
        {
            run.Add(row, line);
        }
        catch (InputException e)
        {
            throw new InputException($"{path}:{line}: {e.Message}", e);
        }
    }

    private static InputException NoKnownLabel(string path, IReadOnlyDictionary<string, int> unknown, IReadOnlyList<string> labels) =>
        new($"{path}: no row has a label of the model; found {Some(unknown.Keys)}, the model knows {Some(labels)}; take the data the model is for");

    private static string Some(IEnumerable<string> labels)
    {
        string[] all = [.. labels];
        string more = all.Length > LabelsInError ? $" and {all.Length - LabelsInError} more" : "";
        return string.Join(", ", all.Take(LabelsInError).Select(label => $"\"{label}\"")) + more;
    }

    private static void WriteFields(Utf8JsonWriter json, EvaluationReport report)
    {
        EvaluationResult result = report.Result;
        json.WriteNumber("rows", result.Rows);
        json.WriteNumber("accuracy", result.Accuracy);
        json.WriteNumber("macro_f1", result.MacroF1);
        json.WriteNumber("ece", result.CalibrationError);
        json.WriteNumber("loss", result.Loss);
        json.WriteStartObject("labels");
        for (int c = 0; c < report.Labels.Count; c++)
            WriteScores(json, report.Labels[c], result.Confusion[c]);
        json.WriteEndObject();
        if (report.Labels.Count <= MostClassesOfMatrix)
            WriteMatrix(json, result.Confusion.ToArray());
        else
            WriteConfusions(json, report);
        json.WriteStartObject("unknown_labels");
        foreach ((string label, int rows) in report.UnknownLabels)
            json.WriteNumber(label, rows);
        json.WriteEndObject();
        json.WriteStartArray("mistakes");
        foreach (Mistake mistake in report.Mistakes)
            WriteMistake(json, mistake);
        json.WriteEndArray();
    }

    private static void WriteScores(Utf8JsonWriter json, string label, ClassScores scores)
    {
        json.WriteStartObject(label);
        json.WriteNumber("precision", scores.Precision);
        json.WriteNumber("recall", scores.Recall);
        json.WriteNumber("f1", scores.F1);
        json.WriteNumber("support", scores.Support);
        json.WriteEndObject();
    }

    private static void WriteMatrix(Utf8JsonWriter json, int[][] matrix)
    {
        json.WriteStartArray("confusion");
        foreach (int[] row in matrix)
        {
            json.WriteStartArray();
            foreach (int count in row)
                json.WriteNumberValue(count);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteConfusions(Utf8JsonWriter json, EvaluationReport report)
    {
        json.WriteNull("confusion");
        json.WriteStartArray("confusions");
        foreach (Confusion confusion in report.Result.Confusion.LargestConfusions(int.MaxValue))
        {
            json.WriteStartObject();
            json.WriteString("label", report.Labels[confusion.Truth]);
            json.WriteString("predicted", report.Labels[confusion.Predicted]);
            json.WriteNumber("rows", confusion.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMistake(Utf8JsonWriter json, Mistake mistake)
    {
        json.WriteStartObject();
        json.WriteNumber("line", mistake.Line);
        json.WriteString("text", mistake.Text);
        json.WriteString("label", mistake.Label);
        json.WriteString("predicted", mistake.Predicted);
        json.WriteNumber("probability", mistake.Probability);
        json.WriteNumber("loss", mistake.Loss);
        json.WriteEndObject();
    }
}
