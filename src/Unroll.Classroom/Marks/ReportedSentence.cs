using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>A training sentence as the sheet reported it, with the sheet's parameters of that moment.</summary>
/// <param name="Number">Its number, from 1, over all epochs.</param>
/// <param name="Parameters">The parameters that the sentence was read with.</param>
/// <param name="Reported">What the sheet says it computed.</param>
/// <param name="Last">The last state of the sentence before, [H]; null if there is none.</param>
internal sealed record ReportedSentence(int Number, LabParameters Parameters, ReportedPass Reported, double[]? Last)
{
    /// <summary>The reported states and logits, if they have the right shapes and are finite numbers.</summary>
    public ForwardPass? Pass { get; } = Reported.Validate(Parameters.Hidden);

    /// <summary>The sentence to back-propagate through: as reported where that is valid, else computed anew.</summary>
    public TrainedSentence ToTrained() =>
        new(Parameters, Reported.Words, Reported.Label, Pass ?? LabNetwork.Forward(Parameters, Reported.Words));
}
