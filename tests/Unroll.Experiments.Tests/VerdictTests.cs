using Xunit;

namespace Unroll.Experiments.Tests;

/// <summary>A verdict is made of the numbers, and says the opposite when they do.</summary>
public class VerdictTests
{
    private static readonly Spread All = new(1, 1, 1);
    private static readonly Spread Most = new(0.97, 0.95, 0.99);
    private static readonly Spread Half = new(0.5, 0.45, 0.55);
    private static readonly Spread Few = new(0.1, 0.05, 0.15);

    [Fact]
    public void Negation_names_who_follows_and_whether_theory_said_so()
    {
        string asTheorySays =
            NegationExperiment.Verdict([new("rnn", true, All, Most), new("mingru", false, All, Half)], 8, 40, 5);
        Assert.Equal(
            "Trained on up to 8 times \"not\" and asked with 9 to 40: rnn is right about 97 % (95–99) of those, " +
            "mingru about 50 % (45–55), which is what theory says of each (5 seeds; mean, least and most; guessing is 50 %).",
            asTheorySays);
        string against = NegationExperiment.Verdict([new("rnn", true, All, Half), new("mingru", false, All, Most)], 8, 40, 5);
        Assert.Contains("mingru is right about 97 %", against, StringComparison.Ordinal);
        Assert.Contains(
            "against theory, which says that mingru cannot and rnn can", against, StringComparison.Ordinal);
        Assert.Contains(
            "no cell still knows the answer, rnn about 50 % (45–55), and rnn, which could by theory, did not learn it",
            NegationExperiment.Verdict([new("rnn", true, All, Half)], 8, 40, 1), StringComparison.Ordinal);
        Assert.Contains(
            "no cell fails, against theory, which says that sru cannot",
            NegationExperiment.Verdict([new("sru", false, All, All)], 8, 40, 1), StringComparison.Ordinal);
    }

    [Fact]
    public void Recall_says_whether_more_units_recall_more()
    {
        Assert.Equal(
            "Of 6 pairs lstm recalls most, 97 % (95–99) with 64 units and 50 % (45–55) with 8; more units recall more with " +
            "lstm, in " +
            "every seed, and not with rnn (2 seeds; mean, least and most; guessing is 25 %).",
            RecallExperiment.Verdict([new("rnn", Half, Half), new("lstm", Half, Most)], 6, 8, 64, 2));
        Assert.Contains(
            "but the state does not decide", RecallExperiment.Verdict([new("rnn", Most, Half)], 6, 8, 64, 2),
            StringComparison.Ordinal);
        Assert.Contains(
            "the state decides: every cell", RecallExperiment.Verdict([new("gru", Half, Most)], 6, 8, 64, 2),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "gru recalls most of 6 pairs with 8 units, 50 % (45–55) (",
            RecallExperiment.Verdict([new("gru", Half, Half)], 6, 8, 8, 2), StringComparison.Ordinal);
    }

    [Fact]
    public void Select_says_who_learns_it_and_who_loses_it_at_lengths_that_were_not_trained()
    {
        Assert.Equal(
            "Four colours out of 32 words: lstm (97 %, 95–99) learns to keep them, but at 64 words, which none was trained on, " +
            "lstm only 50 %, 45–55; rnn (10 %, 5–15) does not (2 seeds; mean, least and most; guessing is 13 %).",
            SelectExperiment.Verdict([new("rnn", Few, Few), new("lstm", Most, Half)], 32, 64, 2));
        Assert.Contains(
            "learn to keep them, and at 64 words, which none was trained on, still (",
            SelectExperiment.Verdict([new("gru", All, Most), new("lstm", Most, Most)], 32, 64, 2), StringComparison.Ordinal);
        Assert.Contains(
            "no cell learns to keep them; gru (50 %, 45–55) and rnn (10 %, 5–15) do not",
            SelectExperiment.Verdict([new("rnn", Few, Few), new("gru", Half, Half)], 32, 64, 2), StringComparison.Ordinal);
    }

    [Fact]
    public void Position_says_whether_it_is_in_the_state()
    {
        Assert.Equal(
            "Of two words among 32, gru (100 %, 100–100) knows which came first, rnn (50 %, 45–55) does not; the position " +
            "itself is in " +
            "no state: at most 50 % (45–55) of its variance can be read off, with gru; training put more of it there in 1 of " +
            "2 cells " +
            "(3 seeds; mean, least and most).",
            PositionExperiment.Verdict([new("rnn", Half, Few, Few), new("gru", All, Few, Half)], 32, 3));
        string readable = PositionExperiment.Verdict([new("rnn", Half, All, Most)], 32, 3);
        Assert.Contains("no cell knows which came first", readable, StringComparison.Ordinal);
        Assert.Contains("can be read off the state of rnn (97 %, 95–99 of its variance)", readable, StringComparison.Ordinal);
        Assert.Contains("in 0 of 1 cells", readable, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.9, 0.1, "\"Not\" turns the next word over: gru (90 %, 90–90, and 10 %, 10–10) reads \"not bad at all\" as " +
    "good")]
    [InlineData(0.9, 0.8, "does not simply turn the next word over: gru (90 %, 90–90, and 80 %, 80–80) reads both")]
    [InlineData(0.2, 0.1, "reads both \"not bad at all\" and \"not good at all\" as bad")]
    [InlineData(0.2, 0.7, "reads \"not bad at all\" as bad and \"not good at all\" as good")]
    public void Context_says_how_both_phrases_are_read(double notBad, double notGood, string expected)
    {
        var of = new ContextExperiment.Measured(
            "gru", Half, Half, Half, Half, new Spread(notBad, notBad, notBad), new Spread(notGood, notGood, notGood));
        string verdict = ContextExperiment.Verdict([of], hasPhrases: true, seeds: 5);
        Assert.Contains(expected, verdict, StringComparison.Ordinal);
        Assert.Contains("the last word alone decides 50 % (45–55) of the state", verdict, StringComparison.Ordinal);
        string[] names = ["a", "b", "c", "d", "e"];
        string many = ContextExperiment.Verdict([.. names.Select(name => of with { Cell = name })], hasPhrases: true, seeds: 5);
        Assert.Contains(": a, b, c, d and e read", many, StringComparison.Ordinal);
        Assert.StartsWith(
            "Of one word there are many states", ContextExperiment.Verdict([of], hasPhrases: false, seeds: 5),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Forget_says_who_keeps_what_counts()
    {
        Assert.Equal(
            "While 19 words pass that mean nothing, lstm (97 %, 95–99) keeps more than half of what the word that counts did " +
            "to the " +
            "state, rnn (10 %, 5–15) not; of an irrelevant word there is 50 % (45–55) of that left at most, with rnn " +
            "(3 seeds; mean, least and most).",
            ForgetExperiment.Verdict([new("rnn", Half, Few, Half), new("lstm", All, Most, Few)], 19, 3));
        Assert.Contains(
            "no cell keeps half", ForgetExperiment.Verdict([new("rnn", Half, Few, Half)], 19, 3), StringComparison.Ordinal);
    }

    [Fact]
    public void Window_says_who_looks_back_less()
    {
        var near = new Spread(4, 3, 5);
        var far = new Spread(9, 8, 10);
        Assert.Equal(
            "On rows.tsv, 90 % of what single words change lies within the last 4.00 (3.00–5.00) with rnn and 9.00 " +
            "(8.00–10.0) with " +
            "gru of 10 words; if all counted alike it would be 9.00: rnn looks back less in every seed (5 seeds; mean, least " +
            "and most).",
            WindowExperiment.Verdict([new("gru", Half, far), new("rnn", Half, near)], 10, "rows.tsv", 5));
        Assert.Contains(
            "every cell looks back less", WindowExperiment.Verdict([new("rnn", Half, near)], 10, "r", 5),
            StringComparison.Ordinal);
        Assert.Contains(
            "no cell is short of that", WindowExperiment.Verdict([new("gru", Half, far)], 10, "r", 5), StringComparison.Ordinal);
    }

    [Fact]
    public void Rate_counts_the_rates_with_which_every_seed_learned()
    {
        double[] rates = [0.25, 0.5, 1];
        Assert.Equal(
            "Of 3 learning rates by factors of two, so many work in every seed: gru 2 (0.250 to 0.500) and rnn one (0.500); " +
            "rnn is the " +
            "most choosy; 0.500 suits all (2 seeds).",
            RateExperiment.Verdict([new("rnn", rates, [1, 2, 0], 2), new("gru", rates, [2, 2, 0], 2)], 2));
        string none = RateExperiment.Verdict([new("rnn", rates, [0, 1, 0], 2), new("gru", rates, [2, 2, 2], 2)], 2);
        Assert.Contains("rnn none; rnn is the most choosy; no rate suits all", none, StringComparison.Ordinal);
        Assert.Contains(
            "none is more choosy than another",
            RateExperiment.Verdict([new("rnn", rates, [2, 0, 0], 2), new("gru", rates, [2, 0, 0], 2)], 2),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 20, "a scan gains nothing here: with two threads it takes 2.00 times (2.00–2.00) as long as the loop")]
    [InlineData(20, 10, "a scan gains: the loop takes 2.00 times (2.00–2.00) as long as the scan with two threads")]
    [InlineData(10, 10, "a scan with two threads takes as long as the loop")]
    public void Scan_says_what_the_times_say(double loop, double scan, string expected)
    {
        static Spread Exactly(double time) => new(time, time, time);
        var times = new ScanExperiment.Recurrence(Exactly(loop), Exactly(scan), Exactly(scan), Exactly(3), Exactly(1));
        string verdict = ScanExperiment.Verdict(times, 4096, [new("rnn", Exactly(2), Exactly(1))], 3);
        Assert.Contains(expected, verdict, StringComparison.Ordinal);
        Assert.Contains("row by row they take 3.00 times (3.00–3.00) as long as one large one", verdict,
            StringComparison.Ordinal);
        Assert.Contains(
            "small products cost no more than one large one",
            ScanExperiment.Verdict(times with { OneByOne = Exactly(1) }, 4096, [new("rnn", Exactly(2), Exactly(1))], 3),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Words_says_whether_the_network_waits_for_the_word_that_decides()
    {
        Assert.Equal(
            "At \"is\", before the word that decides, the lab's network already says bad with 0.990; of the 3 of 4 other " +
            "beginnings " +
            "that learned both sentences 2 are as sure there of one answer (mean 0.800, 0.500 to 0.950): nothing in the loss " +
            "asks it to wait.",
            WordsExperiment.Verdict([[0.9, 0.01, 1], [0.9, 0.01, 0]], [0.95, 0.95, 0.5], 4));
        string waits = WordsExperiment.Verdict([[0.9, 0.55, 1], [0.9, 0.55, 0]], [0.95, 0.5, 0.5], 4);
        Assert.Contains("is not sure: good with 0.550", waits, StringComparison.Ordinal);
        Assert.Contains("a matter of the beginning", waits, StringComparison.Ordinal);
        Assert.Contains(
            "of 4 other beginnings none learned both sentences", WordsExperiment.Verdict([[0.9, 0.01, 1], [0.9, 0.01, 0]], [], 4),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Order_counts_only_what_chance_would_not_do()
    {
        string verdict = OrderExperiment.Verdict(
            [new("bag", [0.5, 0.6, 0.5], [0.6, 0.5, 0.5]), new("gru", [0.8, 0.81, 0.79], [0.7, 0.71, 0.7])], 3);
        Assert.Equal(
            "Shuffling the words costs gru (9.7, 9.0 to 10.0) points of accuracy beyond chance, and the others nothing sure; " +
            "with the " +
            "words in order gru is best, 80 % (79–81) (3 seeds; mean, least and most).",
            verdict);
        Assert.StartsWith(
            "Shuffling the words costs no cell more than chance would",
            OrderExperiment.Verdict([new("bag", [0.5, 0.6], [0.6, 0.5])], 2), StringComparison.Ordinal);
    }

    [Fact]
    public void The_older_experiments_say_what_their_numbers_say()
    {
        Assert.Equal(
            "Before any training every gradient shrinks on its way back: by 0.500 (0.450–0.550) a step with rnn, which leaves " +
            "1.0e-6 of " +
            "1 after 20, and by 0.970 (0.950–0.990) a step with irnn, which leaves 0.540 of 1 after 20 (5 seeds; mean, least " +
            "and most).",
            VanishingExperiment.Verdict([new("rnn", Half, 1e-6), new("irnn", Most, 0.54)], 20, 5));
        Assert.Contains(
            "in every seed, with 0 of 1 cells", VanishingExperiment.Verdict([new("rnn", All, 1)], 20, 5),
            StringComparison.Ordinal);
        ExplodingExperiment.Measured Setup(bool clip, int broken, double jump) =>
            new("irnn", 30, 1.5, clip, broken, 5, new Spread(jump, jump, jump), 1);
        Assert.Equal(
            "Without clipping 0 of 5 trainings end in numbers that are not finite, with clipping 0 of 5; with irnn at radius " +
            "1.50 " +
            "clipping makes the largest jump of the loss 0.100 (0.100–0.100) instead of 2.00 (2.00–2.00): clipping saves none " +
            "(5 seeds; " +
            "median, least and most).",
            ExplodingExperiment.Verdict([Setup(false, 0, 2), Setup(true, 0, 0.1)], 5));
        Assert.Contains(
            "3 of 5 trainings end in numbers that are not finite, with clipping 0 of 5: clipping helps",
            ExplodingExperiment.Verdict([Setup(false, 3, double.NaN), Setup(true, 0, 0.1)], 5), StringComparison.Ordinal);
        Assert.Contains(
            "clipping harms",
            ExplodingExperiment.Verdict([Setup(false, 0, 1), Setup(true, 3, double.NaN)], 5), StringComparison.Ordinal);
        Assert.Equal(
            "So many words may a sentence have for its first word to be learned in every seed, of 20 that were tried: gru 20 " +
            "and rnn 10 " +
            "(some seeds 20) (3 seeds).",
            MemoryExperiment.Verdict([new("rnn", [10, 20], [3, 1], 3), new("gru", [10, 20], [3, 3], 3)], 3));
        Assert.Equal(
            "Of the test copy: gru solves every length in every seed; lstm (3 at 5, 1 at 20) solves a part; rnn solves " +
            "nothing (3 seeds).",
            SequenceExperiment.Verdict(
                "copy", [new("rnn", [5, 20], [0, 0], 3), new("lstm", [5, 20], [3, 1], 3), new("gru", [5, 20], [3, 3], 3)], 3));
        Assert.Equal(
            "Two states a millionth apart: they come together in every seed up to radius 0.900 (factor a step 0.905 " +
            "(0.819–0.951)), and " +
            "at none do they part in every seed (5 seeds; mean, least and most).",
            ChaosExperiment.Verdict([(0.9, new Spread(-0.1, -0.2, -0.05)), (1.5, new Spread(0.1, -0.1, 0.2))], 5));
        Assert.StartsWith(
            "Most beginnings fail: 1 of 4 in 300 epochs, and the total loss ends between 0.100 and 1.50.",
            SeedsExperiment.Verdict(4, 1, 300, [0.1, 1.5]), StringComparison.Ordinal);
        Assert.StartsWith("Every beginning learns the lab: 4 of 4", SeedsExperiment.Verdict(4, 4, 300, [0.1, 0.2]),
            StringComparison.Ordinal);
    }
}
