using System.Diagnostics;
using Unroll.Classroom.Marks;
using Unroll.Tests;
using Xunit;

namespace Unroll.Classroom.Tests.Marks;

public class SheetGraderTests(MarkedClass marked) : IClassFixture<MarkedClass>
{
    [Theory]
    [InlineData("tanh' forgotten", 18.5, "W, U and b changed by 0.1 × a gradient without tanh': da_t = ds_t ⊙ (1 - s_t²)")]
    [InlineData("last step only", 18.5, "W, U and b changed by 0.1 × the gradient of one time step only: sum over t")]
    [InlineData("not transposed", 18.5,
        "W, U and b changed by 0.1 × a gradient with W not transposed: ds_(t-1) = Wᵀ da_t, not W da_t")]
    [InlineData("bias not updated", 19, "b did not change: b -= 0.1 × db")]
    [InlineData("not reset", 17.5,
        "W, U, b, W_out and b_out changed at the second sentence by 0.1 × the gradients of all sentences so far: "
        + "gradients not reset, begin each sentence with zeros")]
    [InlineData("softmax twice", 17.5,
        "W, U, b, W_out and b_out changed as if softmax were taken twice: "
        + "dy = softmax(y) less 1 at the label, not softmax(softmax(y))")]
    [InlineData("rate of one", 19.5, "U changed by 0.025 × the gradient, expected 0.1 ×")]
    [InlineData("mean of both sentences", 20, "the steps show a learning rate of 0.05, the sheet sets 0.1")]
    public void One_mistake_in_the_update_is_named_alone(string name, double total, string remark)
    {
        SheetScore score = marked[name];
        Assert.Equal([new Remark(Criterion.Update, remark)], score.Remarks);
        Assert.Equal((SheetStatus.Marked, total), (score.Status, score.Total));
        Assert.Equal([5, 5, total - 15, 5], Marks(name));
    }

    [Fact]
    public void A_softmax_too_many_in_the_logits_is_named_alone()
    {
        const string Text =
            "logits are a softmax already, and the loss takes it again: softmax taken twice; y = W_out s_T + b_out and no more";
        Assert.Equal([new Remark(Criterion.Forward, Text)], marked["softmax as logits"].Remarks);
        Assert.Equal((SheetStatus.Marked, 19), (marked["softmax as logits"].Status, marked["softmax as logits"].Total));
    }

    [Fact]
    public void The_wrong_sign_is_named_and_its_predictions_cost_nothing()
    {
        const string Text =
            "update: W, U, b, W_out and b_out changed by +0.1 × the gradient: "
            + "the sign of the update is wrong, a step goes down the gradient (-=)";
        Assert.Equal(Text, Remarks("sign")[0]);
        Assert.All(Remarks("sign").Skip(1), remark => Assert.StartsWith("prediction: ", remark, StringComparison.Ordinal));
        Assert.Equal([5, 5, 2.5, 5], Marks("sign"));
    }

    [Fact]
    public void A_frozen_output_layer_is_named_and_learns_one_sentence_only()
    {
        Assert.Equal(
            [
                "update: the output layer is frozen, W_out and b_out did not change: W_out -= 0.1 × dy s_Tᵀ, b_out -= 0.1 × dy",
                "prediction: \"The movie is good\" → 0, expected 1: it follows from the above and costs nothing",
            ],
            Remarks("output frozen"));
        Assert.Equal([5, 5, 3, 5], Marks("output frozen"));
    }

    [Theory]
    [InlineData("solution", 2, 0.1)]
    [InlineData("other size and start", 5, 0.05)]
    [InlineData("single precision", 2, 0.1)]
    public void A_right_sheet_has_all_marks_and_no_remark(string name, int hidden, double rate)
    {
        SheetScore score = marked[name];
        Assert.Equal([], score.Remarks);
        Assert.Equal([5, 5, 5, 5], Marks(name));
        Assert.Equal(hidden, score.Hidden);
        Assert.Equal(rate, score.LearningRate!.Value, 1e-6);
    }

    [Fact]
    public void The_untouched_template_is_told_what_to_do()
    {
        Assert.Equal((SheetStatus.Untouched, 0), (marked["template"].Status, marked["template"].Total));
        Assert.Equal(
            [
                "sheet: not begun: to do are 1 parameters, 2 hidden state update, 3 output layer, "
                + "4 back-propagation and SGD, 5 the test",
            ],
            Remarks("template"));
    }

    [Fact]
    public void A_mistake_in_the_forward_pass_costs_there_only_when_the_gradient_follows_it()
    {
        Assert.Contains(
            "forward: tanh is missing: s_t is the logistic sigmoid of the sum, expected its tanh", Remarks("tanh forgotten"));
        Assert.Equal([5, 3.5, 5], Marks("tanh forgotten")[..3]);
    }

    [Fact]
    public void Wrong_shapes_and_constant_weights_are_named()
    {
        Assert.Contains("parameters: b is 1 × 1, expected H × 1 = 2 × 1", Remarks("shapes"));
        Assert.Contains(
            "parameters: W_out is 0 everywhere at the start: draw its numbers at random, or all units stay the same",
            Remarks("shapes"));
        Assert.Equal(3.5, Marks("shapes")[0]);
    }

    [Fact]
    public void Predictions_that_no_training_made_have_no_marks()
    {
        Assert.Equal([5, 5, 0, 0], Marks("hard-coded"));
        Assert.Contains("prediction: the final parameters are the initial ones: nothing was learnt", Remarks("hard-coded"));
        Assert.Contains(
            "update: no parameter changed: back-propagation and parameter -= learning rate × gradient are to do (TODO 4)",
            Remarks("hard-coded"));
    }

    // Between two # stands the text of the line whose number is expected.
    [Theory]
    [InlineData("does not compile", SheetStatus.NotCompiled, 0,
        "sheet: does not compile: line #double loss = -Math.Log(p[label])#: ; expected (CS1002)")]
    [InlineData("loops forever", SheetStatus.TimedOut, 15,
        "sheet: still running after 10 s, stopped; marked by what it had reported")]
    [InlineData("crashes", SheetStatus.Crashed, 5,
        "sheet: crashed: line #s[t][i + 1] = #: IndexOutOfRangeException: Index was outside the bounds of the array; "
        + "marked by what it had reported")]
    [InlineData("garbage", SheetStatus.NoTrace, 0,
        "sheet: it reported nothing: keep the lines of the sheet that begin with Report, and the class Report")]
    [InlineData("floods", SheetStatus.Flooded, 0, "sheet: printed more than 16 million characters, stopped")]
    [InlineData("recursion", SheetStatus.Crashed, 0, "sheet: crashed: stack overflow, a method that calls itself without end")]
    [InlineData("memory", SheetStatus.Crashed, 0, "sheet: crashed: ")]
    [InlineData("reads input", SheetStatus.Crashed, 0,
        "sheet: crashed: line 1: NullReferenceException: Object reference not set to an instance of an object")]
    [InlineData("empty", SheetStatus.NotCompiled, 0, "sheet: does not compile: ")]
    public void A_sheet_that_does_not_end_well_has_a_score_that_says_so(
        string name, SheetStatus status, double total, string remark)
    {
        Assert.Equal((status, total), (marked[name].Status, marked[name].Total));
        string[] parts = remark.Split('#');
        string expected = parts is [string before, string line, string after]
            ? $"{before}{MarkedClass.LineOf(name, line)}{after}"
            : remark;
        Assert.StartsWith(expected, Remarks(name)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_that_cannot_be_read_is_named_by_its_line()
    {
        Assert.Equal((SheetStatus.NoTrace, 0), (marked["garbage trace"].Status, marked["garbage trace"].Total));
        Assert.Contains("sheet: line 1 of the trace is not what Report writes", Remarks("garbage trace"));
    }

    [Fact]
    public void The_processes_a_sheet_started_are_stopped_with_it()
    {
        Assert.Equal(SheetStatus.TimedOut, marked["leaves a child"].Status);
        Assert.DoesNotContain(
            Process.GetProcessesByName("sleep"), process => CommandLineOf(process).Contains("31.4159", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tanh' forgotten")]
    [InlineData("last step only")]
    [InlineData("not transposed")]
    [InlineData("bias not updated")]
    [InlineData("sign")]
    [InlineData("not reset")]
    [InlineData("output frozen")]
    [InlineData("softmax twice")]
    public void The_document_shows_the_remark(string name) =>
        Assert.Contains($"\n{marked[name].Remarks[0].Text}\n", Document(), StringComparison.Ordinal);

    [Fact]
    public void The_document_shows_a_remark_in_the_table() =>
        Assert.Contains($"\n  {Remarks("last step only")[0]}\n", Document(), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(MarkedClass.Names), MemberType = typeof(MarkedClass))]
    public void No_remark_has_control_characters(string name) =>
        Assert.DoesNotContain(string.Concat(Remarks(name)), char.IsControl);

    private static string Document() => File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "classroom.md"));

    private static string CommandLineOf(Process process)
    {
        string file = $"/proc/{process.Id}/cmdline";
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    private double[] Marks(string name) => [.. SheetScore.Criteria.Select(criterion => marked[name][criterion])];

    private string[] Remarks(string name) =>
        [.. marked[name].Remarks.Select(remark => $"{remark.Criterion.Name()}: {remark.Text}")];
}
