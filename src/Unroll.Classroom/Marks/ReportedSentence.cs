using Unroll.Classroom.Equations;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>A training sentence as the sheet reported it, with the sheet's parameters of that moment.</summary>
/// <param name="Parameters">The parameters that the sentence was read with.</param>
/// <param name="Reported">What the sheet says it computed.</param>
internal sealed record ReportedSentence(LabParameters Parameters, ReportedPass Reported)
{
    /// <summary>The reported states and logits, if they have the right shapes and are finite numbers.</summary>
    public ForwardPass? Pass { get; } = Reported.Validate(Parameters.Hidden);

    /// <summary>The sentence to back-propagate through: as reported where that is valid, else computed anew.</summary>
    public TrainedSentence ToTrained() =>
        new(Parameters, Reported.Words, Reported.Label, Pass ?? LabNetwork.Forward(Parameters, Reported.Words));
}
