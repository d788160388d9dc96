using System.Text.RegularExpressions;
using Unroll.Data;
using Xunit;

namespace Unroll.Tests.Samples;

/// <summary>samples/reviews.tsv: small, balanced, and not decided by single words.</summary>
public partial class ReviewsTests
{
    private static readonly string[] Classes = ["bad", "good"];

    private readonly IReadOnlyList<LabelledText> _rows =
        [.. DataFile.Read(Path.Combine(RepositoryRoot.Path, "samples", "reviews.tsv"))];

    [Fact]
    public void There_are_at_least_400_rows_half_of_each_class()
    {
        Assert.True(_rows.Count >= 400, $"{_rows.Count} rows");
        Assert.Equal(Classes, _rows.Select(row => row.Label).Distinct().Order());
        int good = _rows.Count(row => row.Label == "good");
        Assert.InRange((double)good / _rows.Count, 0.49, 0.51);
    }

    [Fact]
    public void No_text_comes_twice() =>
        Assert.Empty(
            _rows.GroupBy(
                row => row.Text.Trim(),
                StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => same.Key));

    [Fact]
    public void A_third_of_each_class_has_a_negation_or_a_turn()
    {
        foreach (string label in Classes)
        {
            LabelledText[] rows = [.. _rows.Where(row => row.Label == label)];
            int turned = rows.Count(row => NegationOrTurn().IsMatch(row.Text));
            Assert.True(turned * 3 >= rows.Length, $"{turned} of the {rows.Length} rows that are {label}");
        }
    }

    [Fact]
    public void Texts_have_2_to_25_words_and_no_stray_white_space()
    {
        foreach (LabelledText row in _rows)
        {
            Assert.InRange(row.Text.Split(' ').Length, 2, 25);
            Assert.DoesNotContain("  ", row.Text, StringComparison.Ordinal);
            Assert.Equal(row.Text.Trim(), row.Text);
        }
    }

    [Fact]
    public void Classes_are_mixed_from_the_first_row_to_the_last()
    {
        foreach (LabelledText[] part in _rows.Chunk(_rows.Count / 8).Where(part => part.Length >= 50))
            Assert.InRange((double)part.Count(row => row.Label == "good") / part.Length, 0.3, 0.7);
    }

    [GeneratedRegex(
        @"\b(not|never|no|nothing|nobody|without|but|until|though|although|despite|yet|hardly|cannot)\b|n't\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex NegationOrTurn();
}
