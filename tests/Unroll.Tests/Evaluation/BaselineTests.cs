using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class BaselineTests
{
    [Fact]
    public void One_class_is_predicted_without_loss()
    {
        EncodedTexts texts = Texts.Of(([1, 2], 0), ([3], 0));
        Assert.Equal((1, 0), Scores(MajorityBaseline.Train(texts, classes: 1).Evaluate(texts)));

        static (double Accuracy, double Loss) Scores(EvaluationResult result) => (result.Accuracy, result.Loss);
    }

    [Fact]
    public void The_majority_is_the_first_of_equals_and_a_class_without_texts_costs_a_finite_loss()
    {
        MajorityBaseline majority = MajorityBaseline.Train(
            Texts.Of(([1], 2), ([1], 1), ([1], 2), ([1], 1), ([1], 0)), classes: 4);
        Assert.Equal(1, majority.Label);
        EvaluationResult result = majority.Evaluate(Texts.Of(([9], 1), ([9], 2), ([9], 3), ([9], 1)));
        Assert.Equal(0.5, result.Accuracy);
        Assert.Equal(-(3 * Math.Log(3.0 / 9) + Math.Log(1.0 / 9)) / 4, result.Loss, tolerance: 1e-6);
    }
}
