using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Text;

public class CharacterNgramsTests
{
    // Made in Python: for w = "<" + word + ">", i and n from 3 to 6: FNV-1a over w[i:i+n].encode(), modulo the rows.
    public static TheoryData<string, int, int[]> Golden => new()
    {
        { "a", 32768, [20976] },
        { "film", 32768, [11722, 23634, 14125, 13033, 8692, 25563, 16767, 30223, 3875, 1988] },
        {
            "naïve", 32768,
            [12970, 10220, 22382, 1617, 23314, 24172, 2091, 14607, 13792, 16479, 22707, 2770, 12676, 21390]
        },
        { "😀", 32768, [27796] },
        { "<x>", 32768, [30983, 21691, 3423, 13061, 9697, 28895] },
        { "film", 7, [1, 4, 4, 3, 2, 1, 6, 3, 5, 5] },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Rows_are_those_of_FNV_1a_over_three_to_six_letters(string word, int tableRows, int[] expected)
    {
        var rows = new List<int> { 1, 2, 3 };
        CharacterNgrams.Read(word, tableRows, rows);
        Assert.Equal(expected, rows);
    }

    [Fact]
    public void A_word_without_end_has_pieces_of_its_first_letters_alone()
    {
        var rows = new List<int>();
        CharacterNgrams.Read(new string('x', 300), 32768, rows);
        Assert.Equal(1018, rows.Count);
        CharacterNgrams.Read("\ud83d", 32768, rows);
        Assert.Single(rows);
    }
}
