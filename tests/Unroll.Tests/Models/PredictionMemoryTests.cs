using System.Diagnostics;
using System.Runtime.CompilerServices;
using Unroll.Data;
using Unroll.Models;
using Unroll.Text;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A prediction takes the memory of its answer and no more.</summary>
public class PredictionMemoryTests
{
    private static readonly LabelledText[] Rows =
    [
        .. from i in Enumerable.Range(0, 60)
           from row in (LabelledText[])[new("pos", $"A fine, fine film {i % 5}!"), new("neg", $"a dull film's {i % 3} end...")]
           select row,
    ];

    public static TheoryData<TokenKind, bool, bool> Models() => new()
    {
        { TokenKind.Word, false, true },
        { TokenKind.Word, true, true },
        { TokenKind.Whitespace, false, false },
        { TokenKind.Char, false, true },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_call_allocates_its_answer_alone(TokenKind kind, bool subwords, bool linear)
    {
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, new TrainingOptions
        {
            Tokens = kind,
            Subwords = subwords,
            Linear = linear,
            Embedding = 8,
            Hidden = 8,
            Epochs = 2,
        });
        // A word that nobody knows among them.
        string[] texts = [.. Rows.Take(50).Select(row => row.Text), "An UNHEARD-of film", "film"];
        foreach (string text in texts)
        {
            long answer = SizeOf(classifier.Predict(text));
            long least = LeastAllocated(() => Assert.NotNull(classifier.Predict(text)), answer);
            Assert.Equal(answer, least);
        }
    }

    [Fact]
    public void Many_texts_allocate_little_beside_their_answers()
    {
        var options = new TrainingOptions { Embedding = 8, Hidden = 8, Epochs = 2 };
        SentenceClassifier classifier = SentenceClassifier.Train(Rows, options);
        string[] texts = [.. Enumerable.Range(0, 1000).Select(i => Rows[i % Rows.Length].Text)];
        long most = texts.Length * SizeOf(classifier.Predict(texts[0])) + 4096;
        long least = LeastAllocated(
            () => Assert.Equal(texts.Length, classifier.Predict((IEnumerable<string>)texts).Count()), most);
        Assert.InRange(least, 0, most);
    }

    // The runtime's quick code, which runs for some tenths of a second, makes objects where its full code makes none.
    private static long LeastAllocated(Action action, long enough)
    {
        long least = long.MaxValue;
        for (var clock = Stopwatch.StartNew(); least > enough && clock.Elapsed < TimeSpan.FromMinutes(1);)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    // An object has a header and a pointer to its type; an array its length too; the labels are the model's own. The fourth
    // pointer is that of the labels of a text that may have several.
    private static long SizeOf(Prediction prediction)
    {
        const int header = 16;
        int pointer = Unsafe.SizeOf<string>();
        int fields = 4 * pointer + sizeof(double) + 2 * sizeof(int) + 8;
        long probabilities = header + 2 * pointer + header + 8 + prediction.Probabilities.Count * (long)sizeof(double);
        return header + fields + probabilities;
    }
}
