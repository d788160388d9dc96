using Unroll.Classroom.Equations;
using Xunit;

namespace Unroll.Classroom.Tests.Equations;

public class GradientCheckTests
{
    /// <summary>The mistakes that change the gradient itself, and not what the step makes of it.</summary>
    public static TheoryData<string> GradientMistakes { get; } =
        SingleMistakes.Rows(m => m is
        {
            GoesUphill: false, Reset: ResetMistake.Correct, DependsOnRate: false, Output: not OutputGradientMistake.Transposed,
        });

    [Theory]
    [InlineData(2, 42)]
    [InlineData(7, 3)]
    public void The_right_gradient_passes(int hidden, ulong seed)
    {
        GradientCheck check = GradientCheck.Run(hidden, seed);
        Assert.True(check.Passes);
        Assert.Equal(LabParameters.Names, check.Differences.Select(difference => difference.Parameter));
    }

    [Theory]
    [MemberData(nameof(GradientMistakes))]
    public void A_mistaken_gradient_does_not_pass(string mistake) =>
        Assert.False(GradientCheck.Run(3, 42, SingleMistakes.Of(mistake)).Passes);
}
