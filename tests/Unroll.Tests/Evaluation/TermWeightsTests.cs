using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Xunit;

namespace Unroll.Tests.Evaluation;

public class TermWeightsTests
{
    [Fact]
    public void A_text_becomes_tf_idf_of_its_words_and_pairs_of_length_1()
    {
        EncodedTexts texts = Texts.Of(([7, 8, 7], 0), ([8], 0), ([9, 8], 0));
        var terms = new TermWeights(texts, [0, 1, 2], limit: 100);
        SparseRows rows = terms.RowsOf(texts, [0]);

        // In order of appearance: 7, 8, (7,8), (8,7), then 9, (9,8), which the first text has not.
        Assert.Equal(6, terms.Columns);
        Assert.Equal([1, 3, 1, 1, 1, 1], terms.TextsWith);
        Assert.Equal([0, 1, 2, 3], rows.ColumnsOf(0));
        double rare = 1 + Math.Log(4.0 / 2), common = 1 + Math.Log(4.0 / 4);
        double length = Math.Sqrt(4 * rare * rare + common * common + 2 * rare * rare);
        double[] expected = [2 * rare / length, common / length, rare / length, rare / length];
        Close.To(expected, [
            .. rows.ValuesOf(0).ToArray().Select(value => (double)value)], absolute: 1e-6, relative: 1e-6, "tf-idf");
    }

    [Fact]
    public void Pairs_are_ordered_and_large_ids_stay_apart()
    {
        EncodedTexts texts = Texts.Of(([1, 2], 0), ([2, 1], 0), ([int.MaxValue, int.MaxValue - 1], 0), ([0, 0], 0), ([0], 0));
        var terms = new TermWeights(texts, [0, 1, 2, 3, 4], limit: 100);
        // 1, 2, (1,2), (2,1); two large ones and their pair; 0 and (0,0).
        Assert.Equal([2, 2, 1, 1, 1, 1, 1, 2, 1], terms.TextsWith);
    }

    [Fact]
    public void Unknown_words_have_no_column_and_can_leave_a_row_empty()
    {
        EncodedTexts texts = Texts.Of(([1, 2], 0), ([3, 4], 0), ([1, 3], 0));
        SparseRows rows = new TermWeights(texts, [0], limit: 100).RowsOf(texts, [1, 2]);
        Assert.True(rows.ColumnsOf(0).IsEmpty);
        Assert.Equal([0], rows.ColumnsOf(1));
        Assert.Equal([1f], rows.ValuesOf(1));
    }

    [Fact]
    public void Past_the_limit_the_terms_of_most_texts_stay()
    {
        EncodedTexts texts = Texts.Of(([5], 0), ([6], 0), ([6, 7], 0), ([7, 5], 0), ([6], 0));
        var terms = new TermWeights(texts, [0, 1, 2, 3, 4], limit: 2);
        Assert.Equal([3, 2], terms.TextsWith);
        // 6 in three texts, then 5, which came before 7.
        Assert.Equal([0], terms.RowsOf(texts, [1]).ColumnsOf(0));
        Assert.Equal([1], terms.RowsOf(texts, [0]).ColumnsOf(0));
        Assert.Equal([1], terms.RowsOf(texts, [3]).ColumnsOf(0));
    }
}
