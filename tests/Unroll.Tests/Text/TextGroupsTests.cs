using Unroll.Data;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Text;

/// <summary>Texts that belong together, and the dev rows that are split off with them.</summary>
public class TextGroupsTests
{
    [Fact]
    public void Copies_and_texts_within_others_are_one_group()
    {
        int[]? groups = Groups(
            "a fine film with a heart", "fine film with a", "dull", "with a heart", "dull", "the fine film with a plot", "heart",
            "", "a fine film", "");
        Assert.NotNull(groups);
        // "fine film with a" stands in both longer ones; shorter parts may stand there by chance, but copies are copies.
        Assert.Equal(groups[0], groups[1]);
        Assert.Equal(groups[0], groups[5]);
        Assert.Equal(groups[2], groups[4]);
        int[] alone = [groups[3], groups[6], groups[7], groups[8], groups[9]];
        Assert.Equal(5, alone.Distinct().Count());
        Assert.Equal(7, groups.Distinct().Count());
    }

    [Fact]
    public void Texts_that_have_nothing_in_common_have_no_groups() =>
        Assert.Null(Groups("a fine film with a heart", "a fine film", "with a heart", "a film fine with a heart"));

    // The same as looking at every pair.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_pair_is_found(int seed)
    {
        var random = new Random(seed);
        string[] texts =
        [
            .. Enumerable.Range(0, 120).Select(
                _ => string.Join(' ', Enumerable.Range(0, random.Next(1, 12)).Select(_ => $"w{random.Next(5)}"))),
        ];
        int[] expected = [.. Enumerable.Range(0, texts.Length)];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = 0; i < texts.Length; i++)
            {
                for (int j = 0; j < texts.Length; j++)
                {
                    bool isPart = $" {texts[j]} ".Contains($" {texts[i]} ", StringComparison.Ordinal)
                        && (texts[i] == texts[j] || texts[i].Split(' ').Length >= 4);
                    if (!isPart || expected[i] == expected[j])
                        continue;
                    expected[i] = expected[j] = Math.Min(expected[i], expected[j]);
                    changed = true;
                }
            }
        }
        Assert.Equal(expected, Groups(texts)!);
    }

    [Fact]
    public void Dev_rows_are_split_off_with_their_copies_and_parts()
    {
        var corpus = new Corpus(new Tokenizer());
        for (int i = 0; i < 200; i++)
        {
            string label = i % 2 == 0 ? "pos" : "neg";
            corpus.Add(label, $"the w{i} film of v{i} is u{i} all over");
            corpus.Add(label, $"film of v{i} is u{i}");
            if (i % 5 == 0)
                corpus.Add(label, $"film of v{i} is u{i}");
        }
        var split = DevSplit.Of(corpus, dev: null, new TrainingOptions { DevShare = 0.1 });
        Assert.InRange(split.DevCount, 38, 44);
        Assert.Equal(corpus.Count, split.DevCount + split.TrainRows!.Count);
        var ofTrain = split.TrainRows.Select(row => Sentence(corpus, row)).ToHashSet();
        Assert.DoesNotContain(split.DevRows!, row => ofTrain.Contains(Sentence(corpus, row)));
        int positive = split.DevRows!.Count(row => corpus.Labels[corpus.LabelOf(row)] == "pos");
        Assert.InRange(positive, 18, 23);
        Assert.Equal(split.DevRows, DevSplit.Of(corpus, dev: null, new TrainingOptions { DevShare = 0.1 }).DevRows);
        Assert.NotEqual(split.DevRows, DevSplit.Of(corpus, dev: null, new TrainingOptions { DevShare = 0.1, Seed = 7 }).DevRows);
    }

    // Four texts, twenty times each: none can be given away with its copies.
    [Fact]
    public void Where_groups_are_too_large_rows_are_split_off_one_by_one()
    {
        var corpus = new Corpus(new Tokenizer());
        for (int i = 0; i < 80; i++)
            corpus.Add(i % 2 == 0 ? "pos" : "neg", $"text {i % 4}");
        Assert.Equal(8, DevSplit.Of(corpus, dev: null, new TrainingOptions { DevShare = 0.1 }).DevCount);
    }

    // The number that the words of a text have.
    private static string Sentence(Corpus corpus, int row) =>
        corpus.TokensOf(row).ToArray().Select(token => corpus.Tokens[token]).First(token => token[0] == 'v');

    private static int[]? Groups(params string[] texts)
    {
        var corpus = new Corpus(new Tokenizer());
        corpus.AddRange(texts.Select(text => new LabelledText("x", text)));
        return TextGroups.Of(corpus, [.. Enumerable.Range(0, texts.Length)]);
    }
}
