using System.Globalization;
using Unroll.Training;

namespace Unroll.Cli;

/// <summary>The result of a learning rate range test: a chart on a terminal, a table otherwise, or JSON.</summary>
internal static class LearningRateDisplay
{
    public static void Write(Terminal terminal, LearningRateSearch search, bool json)
    {
        if (json)
        {
            foreach (string line in search.JsonLines())
                terminal.Output.WriteLine(JsonOutput.Versioned(line));
            return;
        }
        if (terminal.OutputIsTerminal)
        {
            LineChart.Write(
                terminal.Output, "Loss against learning rate", "learning rate (log scale)", "smoothed loss",
                [.. search.Trials.Select(trial => trial.SmoothedLoss)], Rate(search.Trials[0].LearningRate),
                Rate(search.Trials[^1].LearningRate));
        }
        else
        {
            foreach (LearningRateTrial trial in search.Trials)
            {
                string loss = trial.SmoothedLoss.ToString("F4", CultureInfo.InvariantCulture);
                terminal.Output.WriteLine($"{Rate(trial.LearningRate)}\t{loss}");
            }
        }
        terminal.Output.WriteLine($"Suggestion: --lr {Rate(search.Suggestion)}");
    }

    private static string Rate(double rate) => rate.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
