using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// Sequences of numbers, what shall come out at their end, and the loss: one of the tests of memory from the literature.
/// </summary>
internal interface ISequenceTask
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What it answers, in one line.</summary>
    string Question { get; }

    /// <summary>What the loss is.</summary>
    string LossName { get; }

    /// <summary>What the length of a sequence counts.</summary>
    string LengthName { get; }

    /// <summary>I.</summary>
    int InputSize { get; }

    /// <summary>C.</summary>
    int OutputSize { get; }

    /// <summary>The sizes of the experiment.</summary>
    ExperimentSettings Defaults(bool full);

    /// <summary>T, the steps of a sequence of a given length.</summary>
    int Steps(int length);

    /// <summary>O: the last steps, which have outputs.</summary>
    int OutputSteps(int length);

    /// <summary>The loss of knowing nothing of the sequence.</summary>
    double Chance(int length);

    /// <summary>Draws sequences.</summary>
    /// <param name="length">Their length.</param>
    /// <param name="rows">B.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <param name="input">x, [T,B,I]; overwritten.</param>
    /// <param name="targets">[O,B]; overwritten.</param>
    void Draw(int length, int rows, TorchGenerator generator, Span<float> input, Span<float> targets);

    /// <summary>The mean loss, and its gradient.</summary>
    /// <param name="outputs">y, [O,B,C]; overwritten with dy.</param>
    /// <param name="targets">[O,B].</param>
    double Loss(Span<float> outputs, ReadOnlySpan<float> targets);
}
