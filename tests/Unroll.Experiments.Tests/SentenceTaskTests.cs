using Unroll.Engine.Batches;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Experiments.Tests;

/// <summary>The made-up sentences have exactly the properties that their labels are made of.</summary>
public class SentenceTaskTests
{
    private const int Rows = 400;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(40)]
    public void Every_not_turns_the_label_over(int count)
    {
        EncodedTexts texts = Draw(new NegationTask(), count);
        var seen = new HashSet<int>();
        for (int row = 0; row < Rows; row++)
        {
            int[] ids = texts.IdsOf(row).ToArray();
            Assert.Equal([2, 3, 4, .. Enumerable.Repeat(5, count), ids[^1]], ids);
            bool isGood = ids[^1] == 7;
            Assert.True(isGood || ids[^1] == 6);
            Assert.Equal((isGood ? 1 : 0) ^ (count % 2), texts.LabelOf(row));
            seen.Add(texts.LabelOf(row));
        }
        Assert.Equal(2, seen.Count);
        EncodedTexts both = NegationTask.Both(count);
        Assert.Equal([count % 2, 1 - count % 2], [both.LabelOf(0), both.LabelOf(1)]);
        Assert.Equal(both.IdsOf(0)[..^1].ToArray(), both.IdsOf(1)[..^1].ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void The_label_is_the_drink_of_the_name_that_is_asked_for(int pairs)
    {
        var task = new RecallTask();
        EncodedTexts texts = Draw(task, pairs);
        var asked = new HashSet<int>();
        for (int row = 0; row < Rows; row++)
        {
            int[] ids = texts.IdsOf(row).ToArray();
            Assert.Equal(2 * pairs + 1, ids.Length);
            int[] names = [.. Enumerable.Range(0, pairs).Select(i => ids[2 * i])];
            Assert.Equal(pairs, names.Distinct().Count());
            Assert.All(names, name => Assert.InRange(name, 2, 1 + RecallTask.Names));
            int place = Array.IndexOf(names, ids[^1]);
            Assert.InRange(place, 0, pairs - 1);
            Assert.Equal(ids[2 * place + 1] - 2 - RecallTask.Names, texts.LabelOf(row));
            Assert.InRange(texts.LabelOf(row), 0, task.Classes - 1);
            Assert.True(ids.Max() < task.Vocabulary);
            asked.Add(place);
        }
        Assert.Equal(pairs, asked.Count);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(64)]
    public void The_label_is_the_colour_at_the_place_that_is_asked_for(int words)
    {
        var task = new SelectTask();
        EncodedTexts texts = Draw(task, words);
        for (int row = 0; row < Rows; row++)
        {
            int[] ids = texts.IdsOf(row).ToArray();
            Assert.Equal(words + 1, ids.Length);
            int[] colours = [.. ids[..^1].Where(id => id < 2 + SelectTask.Colours).Select(id => id - 2)];
            Assert.Equal(SelectTask.Kept, colours.Length);
            int asked = ids[^1] - 2 - SelectTask.Colours;
            Assert.Equal(colours[asked], texts.LabelOf(row));
            Assert.All(ids, id => Assert.InRange(id, 2, task.Vocabulary - 1));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    public void The_label_says_which_of_two_words_came_first(int words)
    {
        EncodedTexts texts = Draw(new PositionTask(), words);
        for (int row = 0; row < Rows; row++)
        {
            int[] ids = texts.IdsOf(row).ToArray();
            Assert.Equal(words, ids.Length);
            Assert.Single(ids, 2);
            Assert.Single(ids, 3);
            Assert.Equal(Array.IndexOf(ids, 2) < Array.IndexOf(ids, 3) ? 1 : 0, texts.LabelOf(row));
        }
        Assert.InRange(Enumerable.Range(0, Rows).Sum(texts.LabelOf), Rows * 2 / 5, Rows * 3 / 5);
    }

    [Fact]
    public void One_colour_is_the_label_and_a_changed_sentence_differs_in_one_word_of_the_same_kind()
    {
        EncodedTexts texts = Draw(new ForgetTask(), 10);
        var generator = new TorchGenerator(7);
        var places = new HashSet<int>();
        for (int row = 0; row < Rows; row++)
        {
            int[] ids = texts.IdsOf(row).ToArray();
            int place = Array.FindIndex(ids, id => id < 6);
            Assert.Single(ids, id => id < 6);
            Assert.Equal(ids[place] - 2, texts.LabelOf(row));
            places.Add(place);
            int[] colour = ForgetTask.Changed(ids, place, generator);
            int[] other = ForgetTask.Changed(ids, (place + 1) % 10, generator);
            Assert.Equal([place], Differences(ids, colour));
            Assert.Equal([(place + 1) % 10], Differences(ids, other));
            Assert.InRange(colour[place], 2, 5);
            Assert.InRange(other[(place + 1) % 10], 6, 13);
        }
        Assert.Equal(10, places.Count);
    }

    private static int[] Differences(int[] a, int[] b) => [.. Enumerable.Range(0, a.Length).Where(t => a[t] != b[t])];

    private static EncodedTexts Draw(ISentenceTask task, int size)
    {
        var generator = new TorchGenerator(1);
        var texts = new EncodedTexts();
        for (int row = 0; row < Rows; row++)
            task.Add(size, generator, texts);
        return texts;
    }
}
