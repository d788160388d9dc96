using Unroll.Engine.Losses;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// The copying problem (Hochreiter and Schmidhuber, 1997; in the form of Arjovsky et al., 2016): ten symbols of eight, T blanks
/// of which the last is another sign, and ten blanks more, in which the ten symbols shall come out; before, blanks shall.
/// </summary>
/// <remarks>Knowing only when to answer gives a mean cross-entropy of 10 ln 8 / (T + 20).</remarks>
internal sealed class CopyTask : ISequenceTask
{
    private const int Symbols = 8;
    private const int Kept = 10;
    private const int Blank = Symbols;
    private const int Sign = Symbols + 1;

    private readonly SoftmaxCrossEntropy _loss = new();

    public string Name => "copy";

    public string Question => "Can a cell give ten symbols back after a gap? (Arjovsky et al., 2016)";

    public string LossName => "cross-entropy";

    public string LengthName => "steps of gap";

    public int InputSize => Symbols + 2;

    public int OutputSize => Symbols + 1;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = SequenceExperiment.DefaultCells,
        Lengths = full ? [100, 200, 300, 500] : [5, 20],
        Seeds = full ? 5 : 3,
        Steps = full ? 50_000 : 6000,
        Hidden = full ? 128 : 64,
    };

    public int Steps(int length) => length + 2 * Kept;

    public int OutputSteps(int length) => length + 2 * Kept;

    public double Chance(int length) => Kept * Math.Log(Symbols) / (length + 2 * Kept);

    public void Draw(int length, int rows, TorchGenerator generator, Span<float> input, Span<float> targets)
    {
        input.Clear();
        targets.Fill(Blank);
        for (int row = 0; row < rows; row++)
        {
            for (int t = 0; t < Steps(length); t++)
            {
                int symbol = t < Kept ? (int)(generator.NextUInt32() % Symbols) : t == Kept + length - 1 ? Sign : Blank;
                input[(t * rows + row) * InputSize + symbol] = 1;
                if (t < Kept)
                    targets[(length + Kept + t) * rows + row] = symbol;
            }
        }
    }

    public double Loss(Span<float> outputs, ReadOnlySpan<float> targets)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            Span<float> logits = outputs.Slice(i * OutputSize, OutputSize);
            sum += _loss.Row(logits, (int)targets[i], targets.Length, logits);
        }
        return sum / targets.Length;
    }
}
