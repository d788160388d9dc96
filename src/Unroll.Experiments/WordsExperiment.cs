namespace Unroll.Experiments;

/// <summary>
/// The lab's two sentences word by word: the state's way through the plane, what the network would answer after each word, and
/// how far training moved what each word brings.
/// </summary>
internal sealed class WordsExperiment : IExperiment
{
    // The seed of the lab.
    private const int LabSeed = 42;

    // As good as certain.
    private const double Certain = 0.9;

    public string Name => "words";

    public string Question => "What do the lab's two units hold after each word, and what would the network answer?";

    public IReadOnlyList<CellChoice> Cells => [];

    public ExperimentSettings Defaults(bool full) =>
        new() { Seeds = full ? 10_000 : 200, Steps = LabNetwork.Epochs, Hidden = LabNetwork.Hidden };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        int epochs = settings.Steps!.Value;
        log.Line(
            "settings", ("seed", LabSeed), ("epochs", epochs), ("learning_rate", (double)LabNetwork.LearningRate),
            ("hidden", settings.Hidden), ("seeds", settings.Seeds));
        var lab = new LabNetwork(LabSeed);
        float[][] before = lab.Columns();
        double[] losses = lab.Train(epochs, cancellationToken);
        float[][] after = lab.Columns();
        float[][][] states = SentenceStates.Of(lab.Network, lab.Sentences);
        double[][] probabilities = lab.Probabilities();

        var rows = new List<string[]>();
        for (int row = 0; row < states.Length; row++)
        {
            for (int t = 0; t < states[row].Length; t++)
            {
                string word = LabNetwork.Words[lab.Sentences.IdAt(row, t)];
                log.Line(
                    "word", ("sentence", SentenceOf(lab, row)), ("place", t + 1), ("word", word),
                    ("state", states[row][t].Select(value => (double)value)), ("probability_of_1", probabilities[row][t]));
                if (row == 0 || t == states[row].Length - 1)
                {
                    rows.Add([
                        word, Fixed(states[row][t][0]), Fixed(states[row][t][1]), probabilities[row][t] > 0.5 ? "good" : "bad",
                        ExperimentLog.Short(Math.Max(probabilities[row][t], 1 - probabilities[row][t])),
                    ]);
                }
            }
        }
        var moved = new List<string[]>();
        int[] wordsAfter = [3, 2, 1, 0, 0];
        for (int word = 0; word < LabNetwork.Words.Count; word++)
        {
            double[] by = [.. after[word].Zip(before[word], (end, begin) => (double)end - begin)];
            log.Line("moved", ("word", LabNetwork.Words[word]), ("words_after", wordsAfter[word]), ("by", by));
            moved.Add([LabNetwork.Words[word], $"{wordsAfter[word]}", .. by.Select(value => value.ToString("F4", Invariant))]);
        }
        log.Table(
            $"The state after each word, and what the network would answer there (seed {LabSeed}, {epochs} epochs)",
            ["after", "unit 1", "unit 2", "answer", "probability"], rows);
        log.Table(
            "How far training moved what each word brings, U x", ["word", "words after it", "moved in unit 1", "moved in unit 2"],
            moved);

        // What other beginnings answer before the word that decides.
        double[] sure = ParallelRuns.Of(
            [.. Enumerable.Range(1, settings.Seeds!.Value)], seed => SureBefore((ulong)seed, epochs, cancellationToken), log,
            cancellationToken);
        double[] learned = [.. sure.Where(double.IsFinite)];
        int certain = learned.Count(value => value >= Certain);
        log.Line(
            "summary", ("loss", losses[^1]), ("learned", learned.Length), ("certain", certain),
            ("sure_mean", learned.Length == 0 ? double.NaN : learned.Average()));
        Draw(lab, states, probabilities, learned, log);
        log.Conclude(Verdict(probabilities, learned, settings.Seeds.Value));
    }

    /// <param name="probabilities">Of label 1 after each word of both sentences.</param>
    /// <param name="sure">How sure the networks that learned both sentences are of an answer before the last word.</param>
    /// <param name="seeds">How many there were.</param>
    internal static string Verdict(double[][] probabilities, double[] sure, int seeds)
    {
        double good = probabilities[0][^2];
        string answer = good > 0.5 ? "good" : "bad";
        double at = Math.Max(good, 1 - good);
        string lab = at >= Certain
            ? $"At \"is\", before the word that decides, the lab's network already says {answer} with {ExperimentLog.Short(at)}"
            : $"At \"is\", before the word that decides, the lab's network is not sure: {answer} with {ExperimentLog.Short(at)}";
        int certain = sure.Count(value => value >= Certain);
        string others = sure.Length == 0
            ? $"of {seeds} other beginnings none learned both sentences"
            : $"of the {sure.Length} of {seeds} other beginnings that learned both sentences {certain} are as sure there of " +
              $"one answer (mean {ExperimentLog.Short(sure.Average())}, {ExperimentLog.Short(sure.Min())} to " +
              $"{ExperimentLog.Short(sure.Max())})";
        string lesson = sure.Length > 0 && certain * 2 < sure.Length
            ? "being sure too early is a matter of the beginning"
            : "nothing in the loss asks it to wait";
        return $"{lab}; {others}: {lesson}.";
    }

    private static readonly IFormatProvider Invariant = System.Globalization.CultureInfo.InvariantCulture;

    private static double SureBefore(ulong seed, int epochs, CancellationToken cancellationToken)
    {
        var lab = new LabNetwork(seed);
        lab.Train(epochs, cancellationToken);
        if (!lab.Learned())
            return double.NaN;
        double good = lab.Probabilities()[0][^2];
        return Math.Max(good, 1 - good);
    }

    private static string SentenceOf(LabNetwork lab, int row) =>
        string.Join(' ', lab.Sentences.IdsOf(row).ToArray().Select(id => LabNetwork.Words[id]));

    private static string Fixed(float value) => value.ToString("F3", Invariant);

    private static void Draw(
        LabNetwork lab, float[][][] states, double[][] probabilities, double[] learned, ExperimentLog log)
    {
        log.Chart(new ExperimentChart(
            "path", "The state moves from word to word", "Each point is the state after a word: The, movie, is, then good or " +
                "bad.",
            new("unit 1"), new("unit 2"),
            [
                .. states.Select((row, number) => new ChartSeries(
                    SentenceOf(lab, number), [.. row.Select(state => new ChartPoint(state[0], state[1]))])),
            ]));
        log.Chart(new ExperimentChart(
            "answer", "What the network would answer after each word", "The probability of good; the fourth word is good or bad.",
            new("word"), new("probability of good"),
            [
                .. probabilities.Select((row, number) => new ChartSeries(
                    SentenceOf(lab, number), [.. row.Select((value, t) => new ChartPoint(t, value))])),
            ])
        {
            Names = ["The", "movie", "is", "good / bad"],
        });
        double[] sorted = [.. learned.Order()];
        if (sorted.Length < 2)
            return;
        log.Chart(new ExperimentChart(
            "sure", "How sure before the word that decides?",
            "The larger of the two probabilities after \"is\", of each beginning that learned both sentences; 0.5 is undecided.",
            new("rank of the seed"), new("probability"),
            [new("after \"is\"", [.. sorted.Select((value, i) => new ChartPoint(i + 1, value))])]));
    }
}
