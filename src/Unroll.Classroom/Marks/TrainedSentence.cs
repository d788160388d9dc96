using Unroll.Classroom.Equations;

namespace Unroll.Classroom.Marks;

/// <summary>A sentence that the sheet trained on.</summary>
/// <param name="Parameters">The parameters that it was read with.</param>
/// <param name="Words">Its words as indices in the vocabulary, [T].</param>
/// <param name="Label">Its right label.</param>
/// <param name="Pass">What the forward pass computed.</param>
internal sealed record TrainedSentence(LabParameters Parameters, int[] Words, int Label, ForwardPass Pass);
