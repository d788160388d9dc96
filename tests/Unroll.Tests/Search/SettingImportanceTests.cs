using Unroll.Search;
using Xunit;

namespace Unroll.Tests.Search;

public class SettingImportanceTests
{
    // Groups a: 1, 2, 3 and b: 7, 8, 9. Mean 5, SS_total = 16+9+4+4+9+16 = 58, SS_within = 2+2 = 4, n = 6, g = 2:
    // ε² = 1 - (4/4) / (58/5) = 1 - 5/58.
    [Fact]
    public void It_is_the_epsilon_squared_that_was_worked_out_by_hand() => Assert.Equal(
        1 - 5.0 / 58, SettingImportance.Of(["a", "a", "a", "b", "b", "b"], [1, 2, 3, 7, 8, 9])!.Value, 1e-12);

    [Fact]
    public void Chance_explains_about_nothing_and_a_trend_in_numbers_most()
    {
        var random = new Random(3);
        double[] noise = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
        string[] numbers = [.. Enumerable.Range(0, 200).Select(_ => FormattableString.Invariant($"{random.NextDouble():R}"))];
        Assert.InRange(SettingImportance.Of(numbers, noise)!.Value, 0, 0.05);
        double[] trend = [.. numbers.Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.InRange(SettingImportance.Of(numbers, trend)!.Value, 0.9, 1);
    }

    [Fact]
    public void Too_few_trials_tell_nothing()
    {
        Assert.Null(SettingImportance.Of(["a", "b"], [1, 2]));
        Assert.Null(SettingImportance.Of(["a", "a", "a"], [1, 2, 3]));
        Assert.Equal(0, SettingImportance.Of(["a", "a", "b", "b"], [1, 1, 1, 1]));
    }
}
