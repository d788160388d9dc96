using System.Globalization;
using System.Text.Json;
using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>What is said about a model at the end of its training.</summary>
/// <param name="kept">The epoch whose model is kept.</param>
internal sealed class TrainSummary(EpochReport kept)
{
    private readonly List<(string Name, string Key, EvaluationResult? Dev, EvaluationResult? Test)> _baselines = [];

    /// <summary>What calibration did; null without dev rows.</summary>
    public CalibrationReport? Calibration { get; set; }

    /// <summary>The model on the test rows; null without them.</summary>
    public EvaluationResult? Test { get; set; }

    /// <summary>Trains simpler models on the same rows.</summary>
    public void MeasureBaselines(EncodedTexts train, EncodedTexts dev, EncodedTexts? test, int classes)
    {
        if (dev.Count == 0 && test is null)
            return;
        var majority = MajorityBaseline.Train(train, classes);
        _baselines.Add(("majority class", "majority", On(dev, majority.Evaluate), On(test, majority.Evaluate)));
        var linear = BagOfWordsBaseline.Train(train, classes);
        _baselines.Add(("bag of words, linear", "bag_of_words", On(dev, linear.Evaluate), On(test, linear.Evaluate)));

        static EvaluationResult? On(EncodedTexts? texts, Func<EncodedTexts, EvaluationResult> evaluate) =>
            texts is { Count: > 0 } ? evaluate(texts) : null;
    }

    /// <summary>Prints it.</summary>
    public void Write(Terminal terminal, bool json)
    {
        if (json)
            terminal.Output.WriteLine(JsonLine.Of(WriteFields));
        else if (kept.DevAccuracy is not null || Test is not null)
            WriteTable(terminal.Output);
    }

    private void WriteTable(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{"",-24}{Columns("dev", kept.DevAccuracy is not null)}{Columns("test", Test is not null)}");
        output.WriteLine(Row(string.Create(CultureInfo.InvariantCulture, $"this model (epoch {kept.Epoch})"), kept.DevAccuracy, kept.DevMacroF1, Test));
        foreach ((string name, _, EvaluationResult? dev, EvaluationResult? test) in _baselines)
            output.WriteLine(Row(name, dev?.Accuracy, dev?.MacroF1, test));
        if (Calibration is { } done)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Calibrated on dev: temperature {done.Temperature:F3}, calibration error {done.ErrorBefore:F4} → {done.ErrorAfter:F4}, loss {done.LossBefore:F4} → {done.LossAfter:F4}"));
        }
        (string best, _, EvaluationResult? bestOnDev, EvaluationResult? bestOnTest) = _baselines.DefaultIfEmpty().MaxBy(baseline => (baseline.Test ?? baseline.Dev)?.Accuracy);
        if ((bestOnTest ?? bestOnDev)?.Accuracy > (Test?.Accuracy ?? kept.DevAccuracy))
            output.WriteLine($"A simpler model does better here: {best}. Try --cell lstm, more --epochs, another --dropout, or use the simpler one.");

        static string Columns(string rows, bool any) => any ? $"{rows + " accuracy",14}{rows + " macro-F1",16}" : "";

        static string Row(string name, double? accuracy, double? macroF1, EvaluationResult? test) =>
            string.Create(CultureInfo.InvariantCulture, $"{name,-24}{Pair(accuracy, macroF1)}{Pair(test?.Accuracy, test?.MacroF1)}").TrimEnd();

        static string Pair(double? accuracy, double? macroF1) =>
            accuracy is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{accuracy,14:F4}{macroF1,16:F4}");
    }

    /// <summary>Writes what <c>--json</c> prints between the braces.</summary>
    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteNumber("kept_epoch", kept.Epoch);
        WriteScores("dev", kept.DevAccuracy, kept.DevMacroF1);
        WriteScores("test", Test?.Accuracy, Test?.MacroF1);
        if (Calibration is { } calibration)
        {
            json.WriteNumber("temperature", calibration.Temperature);
            json.WriteNumber("ece_before", calibration.ErrorBefore);
            json.WriteNumber("ece_after", calibration.ErrorAfter);
        }
        json.WriteStartObject("baselines");
        foreach ((_, string key, EvaluationResult? dev, EvaluationResult? test) in _baselines)
        {
            json.WriteStartObject(key);
            WriteScores("dev", dev?.Accuracy, dev?.MacroF1);
            WriteScores("test", test?.Accuracy, test?.MacroF1);
            json.WriteEndObject();
        }
        json.WriteEndObject();

        void WriteScores(string rows, double? accuracy, double? macroF1)
        {
            if (accuracy is null || macroF1 is null)
                return;
            json.WriteNumber($"{rows}_accuracy", accuracy.Value);
            json.WriteNumber($"{rows}_macro_f1", macroF1.Value);
        }
    }
}
