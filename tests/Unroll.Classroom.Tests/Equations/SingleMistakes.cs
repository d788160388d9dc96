using Unroll.Classroom.Equations;
using Xunit;

namespace Unroll.Classroom.Tests.Equations;

/// <summary>Each mistake in the backward pass alone, by a name of its own.</summary>
internal static class SingleMistakes
{
    private static readonly Dictionary<string, BackwardMistakes> ByName = new()
    {
        ["uphill"] = new(GoesUphill: true),
        ["gradient kept"] = new(KeepsGradient: true),
        ["softmax twice"] = new(SoftmaxMistake.Twice),
        ["softmax twice and back through both"] = new(SoftmaxMistake.TwiceAndThrough),
        ["label missing"] = new(SoftmaxMistake.LabelMissing),
        ["tanh' missing"] = new(Derivative: DerivativeMistake.Missing),
        ["tanh again"] = new(Derivative: DerivativeMistake.TanhAgain),
        ["last step only"] = new(TimeSteps: TimeStepsMistake.LastOnly),
        ["first step only"] = new(TimeSteps: TimeStepsMistake.FirstOnly),
        ["all but the first step"] = new(TimeSteps: TimeStepsMistake.AllButFirst),
        ["not transposed"] = new(Propagation: PropagationMistake.NotTransposed),
        ["no propagation"] = new(Propagation: PropagationMistake.Missing),
        ["same state"] = new(UsesSameState: true),
        ["output updated first"] = new(UpdatesOutputFirst: true),
    };

    public static IEnumerable<string> Names => ByName.Keys;

    public static BackwardMistakes Of(string name) => ByName[name];

    /// <summary>A row for each mistake that some test is about.</summary>
    public static TheoryData<string> Rows(Func<BackwardMistakes, bool> selects) =>
        [.. ByName.Where(mistake => selects(mistake.Value)).Select(mistake => mistake.Key)];
}
