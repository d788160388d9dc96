using Unroll.Classroom.Marks;
using Unroll.Tests;
using Xunit;

namespace Unroll.Classroom.Tests.Marks;

/// <summary>Every planted mistake, compiled, run once and marked in one call. Unroll.Bench also runs each again.</summary>
public sealed class PlantedClass : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private Dictionary<string, SheetScore> _scores = [];

    internal SheetScore this[string name] => _scores[name];

    public async ValueTask InitializeAsync()
    {
        string[] paths = [.. PlantedMistakes.All.Select((planted, i) => _folder.Write($"{i}.cs", planted.Sheet))];
        IReadOnlyList<SheetScore> scores = await new SheetGrader(Limit, null, isRunAgain: false).Grade(paths);
        _scores = PlantedMistakes.All.Select(planted => planted.Name).Zip(scores).ToDictionary();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

public class PlantedMistakeTests(PlantedClass marked) : IClassFixture<PlantedClass>
{
    /// <summary>A row for each planted mistake.</summary>
    public static TheoryData<string> Names { get; } = [.. PlantedMistakes.All.Select(planted => planted.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_mistake_is_named_and_costs_once(string name)
    {
        PlantedMistake planted = PlantedMistakes.All.Single(planted => planted.Name == name);
        SheetScore score = marked[name];
        string remarks = string.Join('\n', score.Remarks.Select(remark => $"{remark.Criterion.Name()}: {remark.Text}"));
        Assert.Contains(planted.Remark, remarks, StringComparison.Ordinal);
        Assert.Equal((SheetStatus.Marked, planted.Total), (score.Status, score.Total));
    }
}
