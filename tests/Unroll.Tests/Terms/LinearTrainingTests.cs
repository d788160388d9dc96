using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Evaluation;
using Unroll.Terms;
using Unroll.Text;
using Xunit;

namespace Unroll.Tests.Terms;

public class LinearTrainingTests
{
    private static readonly LabelledText[] Separable =
    [
        new("a", "one two three"), new("a", "one four"), new("a", "two one"), new("b", "five two three"), new("b", "five four"),
        new("b", "two five"), new("c", "three six"), new("c", "six two four"), new("c", "four six six"),
    ];

    [Fact]
    public void Texts_that_words_tell_apart_are_learned()
    {
        (LinearPart part, Corpus corpus) = Train(Separable);
        EvaluationResult result = Evaluate(part, corpus);
        Assert.Equal(1, result.Accuracy);
        Assert.InRange(result.Loss, 0.001, 0.5);
        Assert.Equal(["b", "a", "c"], new[] { "four five never", "one", "six" }.Select(text => Predict(part, corpus, text)));
    }

    [Fact]
    public void Pairs_tell_apart_what_words_do_not()
    {
        LabelledText[] rows = [new("-", "not good"), new("-", "bad"), new("+", "good"), new("+", "not bad")];
        (LinearPart part, Corpus corpus) = Train(rows);
        Assert.Equal(rows.Select(row => row.Label), rows.Select(row => Predict(part, corpus, row.Text)));
    }

    [Fact]
    public void A_word_with_a_slip_is_known_by_its_pieces()
    {
        LabelledText[] rows =
        [
            new("weather", "will it be sunny"), new("weather", "rainy tomorrow"), new("music", "play some jazz"),
            new("music", "playlist please"),
        ];
        (LinearPart part, Corpus corpus) = Train(rows);
        Assert.Equal(["weather", "music"], new[] { "tomorow", "playlst" }.Select(text => Predict(part, corpus, text)));
    }

    [Fact]
    public void A_text_of_unknown_words_gets_what_is_frequent()
    {
        (LinearPart part, Corpus corpus) =
            Train([new("b", "one"), new("b", "one two"), new("b", "two"), new("a", "three")]);
        Assert.Equal("b", Predict(part, corpus, "777 888"));
    }

    [Fact]
    public void The_same_texts_give_the_same_numbers_to_the_last_bit() =>
        Assert.Equal(Train(Separable).Part.Weight.ToArray(), Train(Separable).Part.Weight.ToArray());

    [Fact]
    public void Ten_thousand_classes_take_bounded_memory()
    {
        const int Classes = 10_000;
        var corpus = new Corpus(new Tokenizer(TokenKind.Whitespace));
        for (int row = 0; row < 200; row++)
            corpus.Add($"{row}", string.Join(' ', Enumerable.Range(row * 10, 10)));
        int[] classOf = [.. Enumerable.Range(0, 200).Select(row => row * 50)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        LinearPart part = Learner(corpus, Classes, classOf).Train(LinearTraining.Candidates[0]);
        Assert.Equal((1 << 22) / Classes, part.Terms.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80_000_000);
    }

    [Fact]
    public void The_penalty_with_the_least_loss_elsewhere_is_kept()
    {
        var losses = new Queue<double>([3, 2, 2.5]);
        Corpus corpus = CorpusOf(Separable);
        LogisticSettings[] tried = [new(3, 1), new(3, 10), new(3, 100), new(3, 1000)];
        (_, LogisticSettings settings) = Learner(corpus, 3).Choose(tried, _ => losses.Dequeue());
        Assert.Equal(tried[1], settings);
        Assert.Empty(losses);
    }

    [Fact]
    public void Texts_that_come_later_are_learned_as_if_all_had_come_at_once()
    {
        Corpus corpus = CorpusOf(Separable);
        var learner = new LinearTraining(corpus, [0, 1, 2], 3);
        learner.Add([0, 1, 3, 4, 6]);
        LinearPart some = learner.Train(LinearTraining.Candidates[1]);
        learner.Add([2, 5, 7, 8]);
        LinearPart later = learner.Train(LinearTraining.Candidates[1]);

        var atOnce = new LinearTraining(corpus, [0, 1, 2], 3);
        atOnce.Add([0, 1, 3, 4, 6, 2, 5, 7, 8]);
        LinearPart all = atOnce.Train(LinearTraining.Candidates[1]);
        Assert.Equal(all.Terms.Names, later.Terms.Names);
        Assert.Equal(all.Weight.ToArray(), later.Weight.ToArray());
        Assert.NotEqual(all.Terms.Count, some.Terms.Count);
    }

    [Fact]
    public void Training_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Corpus corpus = CorpusOf(Separable);
        LinearTraining learner = Learner(corpus, 3);
        Assert.Throws<OperationCanceledException>(() => learner.Train(LinearTraining.Candidates[0], cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => learner.Add([0], cancelled.Token));
    }

    [Fact]
    public void A_stream_says_after_each_word_what_the_whole_says_of_the_words_so_far()
    {
        foreach (TokenKind kind in Enum.GetValues<TokenKind>())
        {
            (LinearPart part, Corpus corpus) = Train(Separable, kind);
            string[] tokens = corpus.Tokenizer.Tokenize("six one one three two five six four four four one");
            var stream = new LinearStream(part, kind);
            float[] said = new float[3], whole = new float[3];
            for (int round = 0; round < 2; round++)
            {
                for (int t = 0; t < tokens.Length; t++)
                {
                    stream.Read(tokens[t]);
                    stream.Logits(said);
                    part.Logits(tokens.AsSpan(0, t + 1), new TermRow(), whole);
                    Close.To([.. whole.Select(z => (double)z)], [.. said.Select(z => (double)z)], 1e-5, 1e-5, $"{kind} {t}");
                }
                stream.Clear();
            }
        }
    }

    [Fact]
    public void Phrases_of_sst2_teach_it_at_least_83_percent_of_the_test_sentences()
    {
        var train = new Corpus(new Tokenizer(TokenKind.Whitespace));
        train.AddRange(DataFile.Read(SharedData.File("sst2-glue/train.tsv")));
        Corpus test = train.CreateSharing();
        test.AddRange(DataFile.Read(SharedData.File("sst2-glue/test.tsv")));
        LinearPart part = Learner(train, 2).Train(LinearTraining.Candidates[0]);
        Assert.InRange(Evaluate(part, test).Accuracy, 0.83, 0.87);
    }

    private static Corpus CorpusOf(LabelledText[] rows, TokenKind kind = TokenKind.Word)
    {
        var corpus = new Corpus(new Tokenizer(kind));
        corpus.AddRange(rows);
        return corpus;
    }

    private static (LinearPart Part, Corpus Corpus) Train(LabelledText[] rows, TokenKind kind = TokenKind.Word)
    {
        Corpus corpus = CorpusOf(rows, kind);
        return (Learner(corpus, corpus.Labels.Count).Train(LinearTraining.Candidates[0]), corpus);
    }

    private static LinearTraining Learner(Corpus corpus, int classes, int[]? classOf = null)
    {
        var learner = new LinearTraining(corpus, classOf ?? [.. Enumerable.Range(0, classes)], classes);
        learner.Add(Enumerable.Range(0, corpus.Count));
        return learner;
    }

    private static EvaluationResult Evaluate(LinearPart part, Corpus corpus)
    {
        var texts = new EncodedTexts();
        for (int row = 0; row < corpus.Count; row++)
            texts.Add([0], corpus.LabelOf(row));
        return LinearEvaluation.Evaluate(part, part.Terms.Read(corpus, null), texts);
    }

    private static string Predict(LinearPart part, Corpus corpus, string text)
    {
        float[] logits = new float[part.Classes];
        part.Logits(corpus.Tokenizer.Tokenize(text), new TermRow(), logits);
        return corpus.Labels[Array.IndexOf(logits, logits.Max())];
    }
}
