using Unroll.Classroom.Equations;
using Unroll.Classroom.Marks;
using Unroll.Classroom.Tests.Equations;
using Xunit;

namespace Unroll.Classroom.Tests.Marks;

/// <summary>Steps that no sheet took: two steps of SGD from any start, at any size and rate, with a mistake or two.</summary>
public class UpdateGraderTests
{
    private static readonly int[] Good = [0, 1, 2, 3];
    private static readonly int[] Bad = [0, 1, 2, 4];

    /// <summary>Each mistake at three sizes of the hidden state.</summary>
    public static MatrixTheoryData<string, int> MistakesAndSizes { get; } = new(SingleMistakes.Names, [2, 3, 9]);

    // What another mistake is too: at four words, or where W_out is not square.
    private static bool IsAnother(BackwardMistakes mistakes, int hidden) =>
        mistakes.TimeSteps == TimeStepsMistake.LastThree
        || (hidden != 2 && mistakes.Output is OutputGradientMistake.Transposed or OutputGradientMistake.NotTransposed
            or OutputGradientMistake.WeightsMissing);

    [Theory]
    [MemberData(nameof(MistakesAndSizes))]
    public void Every_mistake_alone_is_named_whatever_the_start(string mistake, int hidden)
    {
        BackwardMistakes mistakes = SingleMistakes.Of(mistake);
        if (IsAnother(mistakes, hidden))
            return;
        string expected = mistakes.Describe("", "0.1").Single();
        for (int seed = 0; seed < 10; seed++)
        {
            SheetScore score = Mark(hidden, seed, rate: 0.1, setRate: 0.1, mistakes);
            // Where every state is negative, ReLU's derivative is zero.
            bool isUnchanged = mistake == "Derivative Relu"
                && score.Remarks[0].Text.Contains("did not change", StringComparison.Ordinal);
            Assert.True(isUnchanged || score.Remarks.Any(remark => remark.Text.EndsWith(expected, StringComparison.Ordinal)));
            Assert.InRange(score[Criterion.Update], 2, 4.5);
        }
    }

    [Theory]
    [InlineData(1, 0.1, 0.1)]
    [InlineData(2, 0.003, null)]
    [InlineData(4, 1.5, 0.1)]
    [InlineData(30, 0.1, null)]
    public void A_right_step_has_all_marks(int hidden, double rate, double? setRate)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            SheetScore score = Mark(hidden, seed, rate, setRate, default);
            Assert.Equal(5, score[Criterion.Update]);
            Assert.Equal(rate, score.LearningRate!.Value, 1e-9);
            Assert.Equal(setRate is null || setRate == rate ? 0 : 1, score.Remarks.Count);
        }
    }

    [Fact]
    public void Without_a_set_rate_softmax_taken_twice_is_told_from_a_smaller_rate()
    {
        var twice = new BackwardMistakes(SoftmaxMistake.Twice);
        for (int seed = 0; seed < 20; seed++)
        {
            Remark remark = Assert.Single(Mark(3, seed, 0.1, null, twice).Remarks);
            Assert.Contains("softmax", remark.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_mistakes_are_both_named_and_have_no_marks()
    {
        var both = new BackwardMistakes(Derivative: DerivativeMistake.Missing, Propagation: PropagationMistake.NotTransposed);
        SheetScore score = Mark(3, 1, 0.1, 0.1, both);
        Assert.Equal(2, score[Criterion.Update]);
        Assert.Equal(
            [
                "W, U and b changed by 0.1 × a gradient without tanh': da_t = ds_t ⊙ (1 - s_t²)",
                "W, U and b changed by 0.1 × a gradient with W not transposed: ds_(t-1) = Wᵀ da_t, not W da_t",
            ],
            score.Remarks.Select(remark => remark.Text));
    }

    [Fact]
    public void One_step_for_both_sentences_is_right_and_said()
    {
        LabParameters start = Start(3, 5);
        TrainedSentence first = Read(start, Good, 1), second = Read(start, Bad, 0);
        LabParameters end = start.Plus(-0.1, Gradient(first, default)).Plus(-0.1, Gradient(second, default));
        SheetScore score = new("sheet.cs");
        UpdateGrader.Grade(new SgdSteps([new(start, start, [first]), new(start, end, [second])]), 0.1, score);
        Assert.Equal(5, score[Criterion.Update]);
        Assert.Equal(
            "one step is taken for both sentences together; the exercise takes one after each",
            Assert.Single(score.Remarks).Text);
    }

    [Fact]
    public void Steps_at_rates_of_their_own_are_named()
    {
        TrainedSentence first = Read(Start(3, 5), Good, 1);
        LabParameters afterFirst = first.Parameters.Plus(-0.04, Gradient(first, default));
        TrainedSentence second = Read(afterFirst, Bad, 0);
        SheetScore score = new("sheet.cs");
        LabParameters afterSecond = afterFirst.Plus(-0.01, Gradient(second, default));
        UpdateGrader.Grade(
            new SgdSteps([new(first.Parameters, afterFirst, [first]), new(afterFirst, afterSecond, [second])]), 0.1, score);
        Assert.Equal(2.5, score[Criterion.Update]);
        const string Expected = "W, U, b, W_out and b_out changed by 0.04 × the gradient at the first sentence and 0.01 ×";
        Assert.Contains(score.Remarks, remark => remark.Text.StartsWith(Expected, StringComparison.Ordinal));
    }

    [Fact]
    public void What_no_mistake_explains_shows_the_largest_difference()
    {
        LabParameters start = Start(2, 3);
        TrainedSentence first = Read(start, Good, 1);
        LabParameters after = start.Plus(-0.1, Gradient(first, default));
        after.U[1, 2] += 0.25;
        SheetScore score = new("sheet.cs");
        UpdateGrader.Grade(new SgdSteps([new(start, after, [first])]), 0.1, score);
        Assert.Equal(4, score[Criterion.Update]);
        const string Expected = "U changed at sentence 1 by something other than 0.1 × its gradient: row 2, column 3 by ";
        Assert.StartsWith(Expected, Assert.Single(score.Remarks).Text, StringComparison.Ordinal);
    }

    // With the derivative of tanh in the place of the sigmoid's, many trainings end in numbers without bound.
    [Fact]
    public void Steps_of_a_training_that_flies_off_are_judged_while_they_have_digits_enough()
    {
        var sigmoid = new OwnForward(new ForwardMistakes(Activation: ActivationMistake.Sigmoid));
        int without = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            LabParameters parameters = Start(2, seed).Plus(2, Start(2, seed + 1000));
            var steps = new List<TrainedStep>();
            for (int i = 0; i < 400 && parameters.W.Cast<double>().All(double.IsFinite); i++)
            {
                int[] words = i % 2 == 0 ? [3, 0, 2, 4] : [1, 4, 2, 3];
                var sentence = new TrainedSentence(
                    parameters, words, 1 - i % 2, LabNetwork.Forward(parameters, words, sigmoid));
                LabParameters after = parameters.Plus(-0.1, Gradient(sentence, default));
                steps.Add(new TrainedStep(parameters, after, [sentence]));
                parameters = after;
            }
            without += parameters.U.Cast<double>().Any(value => !(Math.Abs(value) < 1e9)) ? 1 : 0;
            SheetScore score = new("sheet.cs");
            UpdateGrader.Grade(new SgdSteps(steps, sigmoid), 0.1, score);
            Assert.Empty(score.Remarks.Select(remark => $"{seed}: {remark.Text}"));
            Assert.Equal(5, score[Criterion.Update]);
        }
        Assert.InRange(without, 1, 39);
    }

    [Fact]
    public void A_wrong_step_to_numbers_without_bound_is_no_excuse()
    {
        LabParameters start = Start(2, 3);
        TrainedSentence first = Read(start, Good, 1);
        LabParameters right = start.Plus(-0.1, Gradient(first, default));
        TrainedSentence second = Read(right, Bad, 0);
        LabParameters wrong = right.Plus(-1e12, Gradient(second, default));
        SheetScore score = new("sheet.cs");
        UpdateGrader.Grade(
            new SgdSteps([new(start, right, [first]), new(right, wrong, [second]), new(wrong, wrong.Plus(1, start), [second])]),
            0.1, score);
        Assert.InRange(score[Criterion.Update], 0, 2.5);
    }

    private static SheetScore Mark(int hidden, int seed, double rate, double? setRate, BackwardMistakes mistakes)
    {
        const int Epochs = 3;
        double step = mistakes.GoesUphill ? rate : -rate;
        LabParameters parameters = Start(hidden, seed);
        LabParameters? kept = null;
        var steps = new List<TrainedStep>();
        for (int i = 0; i < 2 * Epochs; i++)
        {
            TrainedSentence sentence = i % 2 == 0 ? Read(parameters, Good, 1) : Read(parameters, Bad, 0);
            LabParameters gradient = Gradient(sentence, mistakes);
            bool isKept = mistakes.Reset == ResetMistake.Never || (mistakes.Reset == ResetMistake.EachEpoch && i % 2 == 1);
            kept = isKept && kept is not null ? gradient.Plus(1, kept) : gradient;
            LabParameters after = parameters.Plus(step, kept);
            steps.Add(new TrainedStep(parameters, after, [sentence]));
            parameters = after;
        }
        SheetScore score = new("sheet.cs");
        UpdateGrader.Grade(new SgdSteps(steps), setRate, score);
        return score;
    }

    private static LabParameters Gradient(TrainedSentence sentence, BackwardMistakes mistakes) =>
        LabNetwork.Backward(sentence.Parameters, sentence.Words, sentence.Pass, sentence.Label, mistakes, 0.1);

    private static TrainedSentence Read(LabParameters parameters, int[] words, int label) =>
        new(parameters, words, label, LabNetwork.Forward(parameters, words));

    private static LabParameters Start(int hidden, int seed)
    {
        var random = new Random(seed);
        var parameters = new LabParameters(hidden);
        for (int p = 0; p < LabParameters.Count; p++)
        {
            for (int i = 0; i < parameters[p].GetLength(0); i++)
            {
                for (int j = 0; j < parameters[p].GetLength(1); j++)
                    parameters[p][i, j] = (2 * random.NextDouble() - 1) / Math.Sqrt(hidden);
            }
        }
        return parameters;
    }
}
