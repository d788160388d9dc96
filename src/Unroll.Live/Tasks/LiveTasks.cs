using System.Globalization;
using Unroll.Classroom;
using Unroll.Data;
using Unroll.Engine.Numerics;

namespace Unroll.Live.Tasks;

/// <summary>Every task that the live lab has beside rows of one's own.</summary>
public static class LiveTasks
{
    /// <summary>The name of the classroom's lab.</summary>
    public const string Lab = "lab";

    /// <summary>The name of the task that counts the word "not".</summary>
    public const string Negation = "negation";

    /// <summary>The name of the task whose label is that of the first word.</summary>
    public const string FirstWord = "first";

    /// <summary>The name of the task that adds two marked numbers.</summary>
    public const string Adding = "adding";

    /// <summary>The name of the task whose rows are the user's own.</summary>
    public const string Own = "own";

    private const string Bad = "bad";
    private const string Good = "good";
    private const int LongestTrained = 7;
    private const int Summands = 24;
    private const int AddingLength = 5;

    private static readonly int[] UnseenLengths = [8, 10, 12];

    /// <summary>The names of all of them, in the order in which they are offered.</summary>
    public static IReadOnlyList<string> Names { get; } = [Lab, Negation, FirstWord, Adding, Own];

    /// <summary>Finds a task.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="rows">For <see cref="Own"/>: a label, a tab and a text in each line.</param>
    /// <exception cref="InputException">There is no such task, or the rows cannot be used.</exception>
    public static LiveTask Of(string name, string rows) => name switch
    {
        Lab => CreateLab(),
        Negation => CreateNegation(),
        FirstWord => CreateFirstWord(),
        Adding => CreateAdding(),
        Own => OwnRows.Read(rows),
        _ => throw new InputException($"no task is called {name}, expected one of {string.Join(", ", Names)}"),
    };

    private static LiveTask CreateLab() => new(
        Lab, "Tell \"The movie is good\" from \"The movie is bad\".", LabExercise.Words, LabExercise.LabelNames,
        [.. LabExercise.Samples.Select(Named)])
    {
        AddsLosses = true,
    };

    // The exercise has the labels 0 and 1; here they have their names.
    private static LabelledText Named(LabelledText sample) =>
        sample with { Label = LabExercise.LabelNames[int.Parse(sample.Label, CultureInfo.InvariantCulture)] };

    // Every "not" turns the label over.
    private static LiveTask CreateNegation() => new(
        Negation, "Every \"not\" turns the answer over: count them modulo two.",
        ["The", "movie", "is", "not", Good, Bad], [Bad, Good],
        [.. Enumerable.Range(0, 4).SelectMany(Negated)])
    {
        Unseen = [.. Enumerable.Range(4, 2).SelectMany(Negated)],
    };

    private static IEnumerable<LabelledText> Negated(int count)
    {
        string start = "The movie is " + string.Concat(Enumerable.Repeat("not ", count));
        bool isTurned = count % 2 == 1;
        yield return new LabelledText(isTurned ? Bad : Good, start + Good);
        yield return new LabelledText(isTurned ? Good : Bad, start + Bad);
    }

    // The first word decides; the words behind it say nothing.
    private static LiveTask CreateFirstWord() => new(
        FirstWord, "The first word is the answer, however many follow.", [Good, Bad, "the", "movie", "was", "long"], [Bad, Good],
        [.. Enumerable.Range(4, LongestTrained - 3).SelectMany(Followed)])
    {
        Unseen = [.. UnseenLengths.SelectMany(Followed)],
    };

    private static IEnumerable<LabelledText> Followed(int length)
    {
        string[] fillers = ["the", "movie", "was", "long"];
        string rest = string.Join(' ', Enumerable.Range(0, length - 1).Select(i => fillers[i % fillers.Length]));
        yield return new LabelledText(Good, $"{Good} {rest}");
        yield return new LabelledText(Bad, $"{Bad} {rest}");
    }

    // The adding problem (Hochreiter and Schmidhuber, 1997) with numbers so small that each is a word: two of them are marked.
    private static LiveTask CreateAdding()
    {
        var generator = new TorchGenerator(1);
        LabelledText[] drawn = [.. Enumerable.Range(0, Summands + 8).Select(_ => DrawSum(generator))];
        return new LiveTask(
            Adding, "Two numbers are marked by a plus: what is their sum?", ["0", "1", "2", "+0", "+1", "+2"],
            [.. Enumerable.Range(0, 5).Select(sum => sum.ToString(CultureInfo.InvariantCulture))], drawn[..Summands])
        {
            Unseen = drawn[Summands..],
        };
    }

    private static LabelledText DrawSum(TorchGenerator generator)
    {
        int[] numbers = [.. Enumerable.Range(0, AddingLength).Select(_ => (int)(generator.NextUInt32() % 3))];
        int half = AddingLength / 2;
        int first = (int)(generator.NextUInt32() % (uint)half);
        int second = half + (int)(generator.NextUInt32() % (uint)(AddingLength - half));
        IEnumerable<string> words = numbers.Select(
            (number, place) => (place == first || place == second ? "+" : "") + number.ToString(CultureInfo.InvariantCulture));
        string label = (numbers[first] + numbers[second]).ToString(CultureInfo.InvariantCulture);
        return new LabelledText(label, string.Join(' ', words));
    }
}
