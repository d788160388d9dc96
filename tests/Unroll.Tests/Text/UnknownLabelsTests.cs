using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public class UnknownLabelsTests
{
    private static readonly string[] Known = ["negative", "positive", "LOC:city", "LOC:other", "a", "b", "class_1"];

    [Theory]
    [InlineData("Positive", "positive")]
    [InlineData(" positive ", "positive")]
    [InlineData("posi\u200Btive", "positive")]
    [InlineData("postive", "positive")]
    [InlineData("positivee", "positive")]
    [InlineData("pozitive", "positive")]
    [InlineData("positvie", "positive")]
    [InlineData("LOC: city", "LOC:city")]
    [InlineData("neutral", null)]
    [InlineData("LOC:mount", null)]
    [InlineData("c", null)]
    [InlineData("ab", null)]
    [InlineData("class_2", null)]
    [InlineData("positives!", null)]
    public void A_label_that_was_probably_meant_is_found(string label, string? expected) =>
        Assert.Equal(expected, UnknownLabels.Nearest(label, Known));

    [Fact]
    public void One_line_says_how_many_rows_which_labels_and_how_they_count()
    {
        Assert.Equal(
            "1 row of test has a label that the model does not know: \"Positive\" (1, the model knows \"positive\"); " +
            "it counts as wrong in accuracy and macro-F1 and not in loss and calibration, in train and in eval",
            UnknownLabels.Describe(new Dictionary<string, int> { ["Positive"] = 1 }, Known, "test"));
        Dictionary<string, int> many = Enumerable.Range(1, 10).ToDictionary(n => $"new\n{n}", n => n == 7 ? 1000 : n);
        Assert.StartsWith(
            "1,048 rows of rows.tsv have labels that the model does not know: \"new\\n7\" (1,000), \"new\\n10\" (10), " +
            "\"new\\n9\" (9)",
            UnknownLabels.Describe(many, Known, "rows.tsv"), StringComparison.Ordinal);
        Assert.Contains(
            "\"new\\n3\" (3) and 2 more; they count", UnknownLabels.Describe(many, Known, "x"), StringComparison.Ordinal);
    }
}
