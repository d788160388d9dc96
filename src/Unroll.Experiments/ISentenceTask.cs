using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// Made-up sentences of several sizes and a label for each: what a cell must be able to do is decided by the task, not by data.
/// </summary>
internal interface ISentenceTask
{
    /// <summary>V: how many words there are, ids 0 and 1 for padding and unknown words included.</summary>
    int Vocabulary { get; }

    /// <summary>C.</summary>
    int Classes { get; }

    /// <summary>Draws one sentence with its label.</summary>
    /// <param name="size">How large it is, in the unit of the task.</param>
    /// <param name="generator">Where the random numbers come from.</param>
    /// <param name="texts">Gets the sentence.</param>
    void Add(int size, TorchGenerator generator, EncodedTexts texts);
}
