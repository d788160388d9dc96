using Unroll.Data;
using Unroll.Models;
using Unroll.Training;

namespace Unroll.Extensions.Tests;

/// <summary>Two models that are trained in no time: one knows good and bad, the other yes and no.</summary>
internal static class SmallModels
{
    private static readonly TrainingOptions Options = new() { Networks = 0 };

    public static SentenceClassifier Good { get; } = SentenceClassifier.Train(Rows("good", "bad"), Options);

    public static SentenceClassifier Yes { get; } = SentenceClassifier.Train(Rows("yes", "no"), Options);

    public static IEnumerable<LabelledText> Rows(string first, string second) => Enumerable.Range(0, 20).SelectMany(
        i => (LabelledText[])[new(first, $"a lovely film {i % 4} {first}"), new(second, $"a dull film {i % 4} {first}")]);
}
