using System.Text.Json;
using Unroll.Models;
using Unroll.Tests.Golden;
using Unroll.Tests.Models;
using Unroll.Text;

namespace Unroll.Tests.Inspection;

/// <summary>Classifiers with the parameters of engine.json, whose inspection PyTorch's numbers are in inspection.json.</summary>
internal static class InspectedModels
{
    public static readonly JsonElement File = GoldenFile.Read("inspection.json");

    private static readonly Dictionary<string, JsonElement> Cases =
        GoldenCase.File.GetProperty("cases").EnumerateArray().ToDictionary(golden => golden.GetProperty("name").GetString()!);

    public static JsonElement CaseOf(string name) => Cases[name];

    public static SentenceClassifier Create(string name)
    {
        JsonElement golden = Cases[name];
        var @case = new GoldenCase(
            golden.GetProperty("config"), golden.GetProperty("parameters"), golden.GetProperty("sentences"), golden
                .GetProperty("labels"));
        SentenceClassifier classifier = SentenceClassifier.Create(@case.Config, VocabularyOf(@case.Vocabulary));
        classifier.Parameters.CopyFrom(@case.Parameters.Values);
        classifier.Network.Pack();
        return classifier;
    }

    /// <summary>Words w2, w3, … whose numbers are their ids.</summary>
    public static Vocabulary VocabularyOf(int size) =>
        new([Vocabulary.Padding, Vocabulary.Unknown, .. Enumerable.Range(2, size - 2)
            .Select(id => $"w{id}")], UnknownWords.Token);

    /// <summary>A text of these ids; 1 is a word that nobody knows.</summary>
    public static string TextOf(IEnumerable<int> ids) => string.Join(' ', ids.Select(id => id == 1 ? "strange" : $"w{id}"));
}
