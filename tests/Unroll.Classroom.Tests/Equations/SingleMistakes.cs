using Unroll.Classroom.Equations;
using Xunit;

namespace Unroll.Classroom.Tests.Equations;

/// <summary>Each mistake in the backward pass alone, by a name of its own.</summary>
internal static class SingleMistakes
{
    private static readonly Dictionary<string, BackwardMistakes> ByName =
        BackwardMistakes.All.Where(mistakes => mistakes.Count == 1).ToDictionary(NameOf);

    public static IEnumerable<string> Names => ByName.Keys;

    public static BackwardMistakes Of(string name) => ByName[name];

    /// <summary>A row for each mistake that some test is about.</summary>
    public static TheoryData<string> Rows(Func<BackwardMistakes, bool> selects) =>
        [.. ByName.Where(mistake => selects(mistake.Value)).Select(mistake => mistake.Key)];

    // The part that is wrong, as "Softmax Twice".
    private static string NameOf(BackwardMistakes mistakes) => string.Join(' ', typeof(BackwardMistakes).GetProperties()
        .Where(part => part.PropertyType.IsEnum && (int)part.GetValue(mistakes)! != 0)
        .Select(part => $"{part.Name} {part.GetValue(mistakes)}")
        .DefaultIfEmpty("Uphill"));
}
