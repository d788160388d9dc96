using Unroll.Engine.Layers;
using Unroll.Engine.Numerics;
using Xunit;

namespace Unroll.Tests.Layers;

public class DropoutTests
{
    [Fact]
    public void Some_ids_become_the_replacement_and_the_others_stay()
    {
        int[] ids = Replaced(0.2f, step: 5);
        int replaced = ids.Count(id => id == 1);
        Assert.InRange(replaced, 1_800, 2_200);
        Assert.All(Enumerable.Range(0, ids.Length), place => Assert.True(ids[place] == 1 || ids[place] == place + 2));
    }

    [Fact]
    public void Which_ids_are_replaced_changes_from_step_to_step_and_not_from_call_to_call()
    {
        Assert.Equal(Replaced(0.5f, step: 5), Replaced(0.5f, step: 5));
        int both = Replaced(0.5f, step: 5).Zip(Replaced(0.5f, step: 6)).Count(pair => pair is (1, 1));
        Assert.InRange(both, 2_300, 2_700);
    }

    [Fact]
    public void Nothing_is_replaced_at_zero() => Assert.DoesNotContain(1, Replaced(0, step: 5));

    // Several values are hashed at once; what is dropped is what a value alone would have lost.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 61)]
    [InlineData(4_294_967_290, 40)]
    public unsafe void A_value_is_dropped_by_its_place_alone(long first, int count)
    {
        float[] together = [.. Enumerable.Range(1, count).Select(i => i / 7f)];
        float[] alone = [.. together];
        uint key = Scatter.Key(42, step: 3, site: 1);
        fixed (float* x = together, y = alone)
        {
            Dropout.Apply(0.3f, key, first, count, x, x);
            for (int i = 0; i < count; i++)
                Dropout.Apply(0.3f, key, first + i, count: 1, y + i, y + i);
        }
        Assert.Equal(alone, together);
        Assert.InRange(together.Count(value => value == 0), count / 8, 1 + count / 2);
    }

    private static int[] Replaced(float p, long step)
    {
        int[] ids = [.. Enumerable.Range(2, 10_000)];
        Dropout.ReplaceIds(p, Scatter.Key(42, step, site: -1), replacement: 1, ids);
        return ids;
    }
}
