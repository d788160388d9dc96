using System.Globalization;
using Unroll.Training;

namespace Unroll.Cli.Train;

/// <summary>The result of a learning rate range test: a chart on a terminal, a table otherwise, or JSON.</summary>
internal static class LearningRateDisplay
{
    public static void Write(Terminal terminal, LearningRateSearch search, bool json)
    {
        if (json)
        {
            foreach (LearningRateTrial trial in search.Trials)
            {
                terminal.Output.WriteLine(JsonLine.Of(writer =>
                {
                    writer.WriteNumber("learning_rate", trial.LearningRate);
                    writer.WriteNumber("loss", trial.Loss);
                    writer.WriteNumber("smoothed_loss", trial.SmoothedLoss);
                }));
            }
            terminal.Output.WriteLine(JsonLine.Of(writer => writer.WriteNumber("suggestion", search.Suggestion)));
            return;
        }
        if (terminal.OutputIsTerminal)
        {
            LineChart.Write(
                terminal.Output, "Loss against learning rate", "learning rate (log scale)", "smoothed loss",
                [.. search.Trials.Select(trial => trial.SmoothedLoss)], Rate(search.Trials[0].LearningRate), Rate(search.Trials[^1].LearningRate));
        }
        else
        {
            foreach (LearningRateTrial trial in search.Trials)
                terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rate(trial.LearningRate)}\t{trial.SmoothedLoss:F4}"));
        }
        terminal.Output.WriteLine($"Suggestion: --lr {Rate(search.Suggestion)}");
    }

    private static string Rate(double rate) => rate.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
