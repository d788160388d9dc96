using System.Globalization;
using Unroll.Evaluation;
using Unroll.Models;

namespace Unroll.Cli;

/// <summary>How a training ended, for people: the model and simpler ones, on the dev and on the test rows.</summary>
internal static class TrainingSummaryTable
{
    /// <summary>Prints it; nothing if nothing was measured.</summary>
    public static void Write(TrainingSummary summary, TextWriter output)
    {
        if (summary.Dev is null && summary.Test is null)
            return;
        output.WriteLine();
        output.WriteLine($"{"",-24}{Columns("dev", summary.Dev is not null)}{Columns("test", summary.Test is not null)}");
        string name = summary.Kept is { } kept ? Invariant($"this model (epoch {kept.Epoch})") : "this model (linear part)";
        output.WriteLine(Row(name, summary.Dev, summary.Test));
        foreach (SimplerModel model in summary.SimplerModels)
            output.WriteLine(Row(model.Name, model.Dev, model.Test));
        if ((summary.Test ?? summary.Dev) is { IsMultiLabel: true } all)
        {
            output.WriteLine(
                Invariant($"micro-F1 {all.MicroF1:F4} on {(summary.Test is null ? "dev" : "test")}; accuracy is the share of ") +
                "rows whose labels are all found, and no other");
        }
        if (summary.Calibration is { } done)
        {
            output.WriteLine(
                Invariant($"Calibrated on dev: temperature {done.Temperature:F3}, ") +
                Invariant($"calibration error {done.ErrorBefore:F4} → {done.ErrorAfter:F4}, ") +
                Invariant($"loss {done.LossBefore:F4} → {done.LossAfter:F4}"));
        }
        if (summary.Abstention is { } chosen)
        {
            output.WriteLine(chosen.IsReached
                ? Invariant($"Abstains below {chosen.Threshold:F4}: answers {chosen.Coverage:P1} of the dev rows, ") +
                    Invariant($"of these {chosen.Precision:P1} right")
                : Invariant($"Abstains always: no threshold makes {chosen.Wanted:P1} of its answers right on ") +
                    Invariant($"{chosen.Rows} dev rows"));
        }
        if (summary.FinalEpochs is var final and > 0)
        {
            string epochs = Invariant($"{final} epoch{(final == 1 ? "" : "s")}");
            output.WriteLine($"Then the network learned the dev rows too, in {epochs}; dev scores are from before");
        }
        if (summary.Better is { } better)
        {
            output.WriteLine(
                $"A simpler model does better here: {better.Name}. {FlagNames.Translate(summary.Advice!, "train")}");
        }
    }

    private static string Columns(string rows, bool any) => any ? $"{rows + " accuracy",14}{rows + " macro-F1",16}" : "";

    private static string Row(string name, EvaluationResult? dev, EvaluationResult? test) =>
        $"{name,-24}{Pair(dev)}{Pair(test)}".TrimEnd();

    private static string Pair(EvaluationResult? result) =>
        result is null ? "" : Invariant($"{result.Accuracy,14:F4}{result.MacroF1,16:F4}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
