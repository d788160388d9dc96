using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// The adding problem (Hochreiter and Schmidhuber, 1997; in the form of Le et al., 2015): uniform numbers from 0 to 1, two of
/// them marked, one in each half; the output at the end shall be the sum of the two.
/// </summary>
/// <remarks>Always answering 1 has a mean squared error of 2/12 = 1/6, the variance of the sum.</remarks>
internal sealed class AddingTask : ISequenceTask
{
    public string Name => "adding";

    public string Question => "Can a cell add two marked numbers of a long sequence? (Hochreiter and Schmidhuber, 1997)";

    public string LossName => "mean squared error";

    public string LengthName => "numbers in the sequence";

    public int InputSize => 2;

    public int OutputSize => 1;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = SequenceExperiment.DefaultCells,
        Lengths = full ? [150, 200, 300, 400] : [20, 50, 100],
        LeastLength = 2,
        Seeds = full ? 5 : 3,
        Steps = full ? 50_000 : 3000,
        Hidden = full ? 100 : 48,
    };

    public int Steps(int length) => length;

    public int OutputSteps(int length) => 1;

    public double Chance(int length) => 1.0 / 6;

    public void Draw(int length, int rows, TorchGenerator generator, Span<float> input, Span<float> targets)
    {
        int half = length / 2;
        for (int i = 0; i < length * rows; i++)
            (input[2 * i], input[2 * i + 1]) = (generator.NextSingle(), 0);
        for (int row = 0; row < rows; row++)
        {
            int first = (int)(generator.NextUInt32() % (uint)half) * rows + row;
            int second = (half + (int)(generator.NextUInt32() % (uint)(length - half))) * rows + row;
            (input[2 * first + 1], input[2 * second + 1]) = (1, 1);
            targets[row] = input[2 * first] + input[2 * second];
        }
    }

    /// <summary>L = Σ (y - target)² / B,  dy = 2 (y - target) / B.</summary>
    public double Loss(Span<float> outputs, ReadOnlySpan<float> targets)
    {
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            double difference = (double)outputs[i] - targets[i];
            sum += difference * difference;
            outputs[i] = (float)(2 * difference / outputs.Length);
        }
        return sum / outputs.Length;
    }
}
