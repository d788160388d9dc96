using System.Text.Json;
using Unroll.Models;
using Unroll.Storage;
using Unroll.Text;
using Unroll.Training;

namespace Unroll.Cli.Runs;

/// <content>What it tells and writes beside the model.</content>
internal sealed partial class TrainRun
{
    private void Show(DataReport report)
    {
        foreach (string part in report.Brief().Split('\n'))
            terminal.Error.WriteLine(part);
        string line = JsonLine.Of(writer => WriteData(writer, report));
        if (json)
            terminal.Output.WriteLine(JsonOutput.Versioned(line));
        _folder?.WriteData(line);
    }

    private void Show(DataReport report, WordVectors? vectors, SelfTrainingReport? selfTraining, double? seconds)
    {
        var fields = new List<Action<Utf8JsonWriter>>();
        if (selfTraining is not null)
        {
            var display = new UnlabelledDisplay(selfTraining);
            Tell(display.Lines(DataInput.NameOf(Unlabelled!), seconds), display.WriteFields);
        }
        if (vectors is not null)
        {
            var display = new VectorsDisplay(vectors);
            Tell(display.Lines(Vectors!), display.WriteFields);
        }
        if (fields.Count == 0)
            return;
        _folder?.WriteData(JsonLine.Of(writer =>
        {
            WriteData(writer, report);
            foreach (Action<Utf8JsonWriter> write in fields)
                write(writer);
        }));

        void Tell(IEnumerable<string> lines, Action<Utf8JsonWriter> write)
        {
            foreach (string line in lines)
                terminal.Error.WriteLine(line);
            if (json)
                terminal.Output.WriteLine(JsonOutput.Of(write));
            fields.Add(write);
        }
    }

    private static void WriteData(Utf8JsonWriter writer, DataReport report)
    {
        writer.WritePropertyName("data");
        report.WriteTo(writer);
    }

    private void WarnOfExplosion(IReadOnlyList<EpochReport> epochs, int classes, string which = "")
    {
        if (LossExplosion.Warning(epochs, classes, options.LearningRate) is { } warning)
            terminal.Error.WriteLine($"warning: {which}{FlagNames.Translate(warning, Verb)}");
    }

    // Of a training that was interrupted, resumed ones included.
    private bool HasExploded(int classes, int epochs) =>
        _folder?.Epochs().Take(epochs).LastOrDefault(epoch => epoch.IsBest) is { } kept && LossExplosion.IsIn(kept, classes);

    private void AddMetrics(EpochReport report) => TryWrite("the epoch's metrics", () => _folder?.AddMetrics(report));

    private bool TryWrite(string what, Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn(what, e);
            return false;
        }
    }

    // A disk that is full now may have room when the model is saved.
    private void Warn(string what, Exception e) =>
        terminal.Error.WriteLine($"warning: {what} could not be written ({WriteFailure.ReasonOf(e)}); training goes on");
}
