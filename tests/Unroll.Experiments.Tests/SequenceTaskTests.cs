using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Experiments.Tests;

/// <summary>The tasks of the literature: their sequences, and the losses of knowing nothing.</summary>
public class SequenceTaskTests
{
    [Fact]
    public void Adding_marks_a_number_in_each_half_and_asks_for_their_sum()
    {
        const int length = 11;
        const int rows = 300;
        var task = new AddingTask();
        float[] input = new float[length * rows * 2];
        float[] targets = new float[rows];
        task.Draw(length, rows, new TorchGenerator(1), input, targets);
        var places = new HashSet<int>();
        for (int row = 0; row < rows; row++)
        {
            int[] marked = [.. Enumerable.Range(0, length).Where(t => input[2 * (t * rows + row) + 1] == 1)];
            Assert.Equal(2, marked.Length);
            Assert.True(marked[0] < length / 2 && marked[1] >= length / 2);
            Assert.Equal(marked.Sum(t => input[2 * (t * rows + row)]), targets[row]);
            places.UnionWith(marked);
        }
        Assert.Equal(length, places.Count);
    }

    [Fact]
    public void Who_always_answers_the_mean_sum_is_a_sixth_off()
    {
        const int rows = 100_000;
        var task = new AddingTask();
        float[] targets = new float[rows];
        task.Draw(4, rows, new TorchGenerator(1), new float[4 * rows * 2], targets);
        float[] outputs = new float[rows];
        Array.Fill(outputs, 1f);
        Assert.Equal(task.Chance(4), task.Loss(outputs, targets), 0.002);
        Assert.Equal(1.0 / 6, task.Chance(100), 1e-12);
    }

    [Fact]
    public void Copying_asks_for_the_ten_symbols_after_the_sign()
    {
        const int length = 7;
        const int rows = 50;
        var task = new CopyTask();
        float[] input = new float[task.Steps(length) * rows * task.InputSize];
        float[] targets = new float[task.Steps(length) * rows];
        task.Draw(length, rows, new TorchGenerator(1), input, targets);
        int SymbolAt(int t, int row) => Array.IndexOf(input[((t * rows + row) * 10)..((t * rows + row + 1) * 10)], 1f);
        Assert.Equal(27, task.Steps(length));
        Assert.Equal(task.Steps(length) * rows, input.Sum(), 0.1);
        for (int row = 0; row < rows; row++)
        {
            for (int t = 0; t < task.Steps(length); t++)
            {
                int expected = t < 10 ? -1 : t == 10 + length - 1 ? 9 : 8;
                Assert.True(expected < 0 ? SymbolAt(t, row) < 8 : SymbolAt(t, row) == expected, $"step {t}: {SymbolAt(t, row)}");
                Assert.Equal(t < length + 10 ? 8 : SymbolAt(t - length - 10, row), targets[t * rows + row]);
            }
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    public void Who_knows_only_when_to_answer_has_the_loss_of_chance(int length)
    {
        const int rows = 3;
        var task = new CopyTask();
        int outputs = task.Steps(length) * rows;
        float[] targets = new float[outputs];
        task.Draw(length, rows, new TorchGenerator(1), new float[outputs * task.InputSize], targets);
        float[] logits = new float[outputs * task.OutputSize];
        for (int i = 0; i < outputs; i++)
            logits[i * 9 + 8] = i < (length + 10) * rows ? 100 : -100;
        Assert.Equal(10 * Math.Log(8) / (length + 20), task.Loss(logits, targets), 1e-6);
        Assert.Equal(10 * Math.Log(8) / (length + 20), task.Chance(length), 1e-12);
    }
}
