namespace Unroll.Bench;

/// <summary>Time a token from short to long sentences, at one batch and width.</summary>
internal static class FlatBenchmark
{
    public static void Run(TextWriter output)
    {
        output.WriteLine("| cell | T | µs a token | against T = 10 |");
        output.WriteLine("|---|---|---|---|");
        foreach (Cell cell in (Cell[])[Cell.Rnn, Cell.Gru, Cell.Lstm])
        {
            double first = 0;
            foreach (int time in (int[])[10, 50, 200, 1000, 2000])
            {
                var work = new Work(cell, 32, time, 100, 128, Environment.ProcessorCount, 1);
                double token = StepBenchmark.Run(work).TrainSeconds / (work.Batch * work.Time) * 1e6;
                if (first == 0)
                    first = token;
                output.WriteLine($"| {work.CellName} | {time} | {token:F3} | {token / first:F2} |");
            }
        }
    }
}
