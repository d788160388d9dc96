using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Text;

namespace Unroll.Experiments;

/// <summary>
/// What a trained state says of a word and of what came before it: the same word in two contexts ("bad", "not bad at all"), the
/// share of the state that the last word decides alone, and whether words that speak for the same label lie together.
/// </summary>
internal sealed class ContextExperiment : IExperiment
{
    private const int Embedding = 32;
    private const float LearningRate = 0.003f;

    // Words that come less often have no mean worth the name.
    private const int LeastOccurrences = 5;

    // Of each label, those words that speak for it most.
    private const int SpeakingWords = 10;

    private static readonly string[] Phrases = ["bad", "not bad", "not bad at all", "good", "not good", "not good at all"];

    public string Name => "context";

    public string Question => "How far apart are the states of one word in two contexts: \"bad\", \"not bad at all\"?";

    public bool ReadsData => true;

    public Tokenizer Tokenizer => new(TokenKind.Word);

    public IReadOnlyList<CellChoice> Cells => CellChoice.Recurrences;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.Plains,
        Seeds = full ? 20 : 5,
        Steps = full ? 40 : 20,
        Hidden = 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        ExperimentRows rows = settings.Rows
            ?? throw new ArgumentException($"the experiment {Name} needs labelled rows", nameof(settings));
        int seeds = settings.Seeds!.Value;
        RowTexts[] splits = [.. Enumerable.Range(1, rows.Dev is null ? seeds : 1).Select(split => RowTexts.Of(rows, split))];
        string[] phrases = [.. Phrases.Where(phrase => splits.All(split => Knows(split.Vocabulary, phrase)))];
        log.Line(
            "settings", ("data", rows.Name), ("train_rows", splits[0].Train.Count), ("test_rows", splits[0].Test.Count),
            ("cells", settings.Cells!.Select(cell => cell.Name)), ("seeds", seeds), ("epochs", settings.Steps),
            ("embedding", Embedding), ("hidden", settings.Hidden), ("learning_rate", (double)LearningRate),
            ("vocabulary", splits[0].Vocabulary.Size), ("phrases", phrases));
        (CellChoice Cell, int Seed)[] runs =
            [.. from cell in settings.Cells! from seed in Enumerable.Range(1, seeds) select (cell, seed)];
        Result[] results = ParallelRuns.Of(
            runs,
            run => Measure(
                run.Cell, splits[(run.Seed - 1) % splits.Length], phrases, (ulong)run.Seed, settings, cancellationToken),
            log, cancellationToken);

        var tableRows = new List<string[]>();
        var phraseRows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (CellChoice cell in settings.Cells!)
        {
            Result[] ofCell = [.. results.Where((_, i) => runs[i].Cell == cell)];
            for (int seed = 1; seed <= ofCell.Length; seed++)
            {
                Result result = ofCell[seed - 1];
                log.Line(
                    "run", ("cell", cell.Name), ("seed", seed), ("accuracy", result.Accuracy), ("good", result.Good),
                    ("way", result.Way), ("word_share_before", result.WordShareBefore), ("word_share", result.WordShare),
                    ("same_label_before", result.SameLabelBefore), ("same_label", result.SameLabel), ("curve", result.Curve));
            }
            Spread Of(Func<Result, double> value) => Spread.Of(ofCell.Select(value));
            var of = new Measured(
                cell.Name, Of(result => result.Accuracy), Of(result => result.WordShare), Of(result => result.SameLabel),
                Of(result => result.Way), phrases.Length < Phrases.Length ? default : Of(result => result.Good[2]),
                phrases.Length < Phrases.Length ? default : Of(result => result.Good[5]));
            measured.Add(of);
            log.Line(
                "summary", ("cell", cell.Name), ("accuracy", of.Accuracy.Mean), ("word_share", of.WordShare.Mean),
                ("same_label", of.SameLabel.Mean), ("way", of.Way.Mean),
                ("good", phrases.Select((_, i) => ofCell.Average(result => result.Good[i]))));
            tableRows.Add([
                cell.Name, of.Accuracy.InPercent, Of(result => result.WordShareBefore).InPercent, of.WordShare.InPercent,
                Of(result => result.SameLabelBefore).InPercent, of.SameLabel.InPercent,
            ]);
            phraseRows.Add([
                cell.Name, .. phrases.Select((_, i) => Of(result => result.Good[i]).InPercent),
                phrases.Length < Phrases.Length ? "–" : of.Way.Short,
            ]);
        }
        log.Table(
            $"States after words of {rows.Name}: accuracy on rows that were not learned, how much of the state's variance the " +
            "last " +
            "word decides alone, before and after the training, and how often the nearest of the words that speak for a label " +
            $"speaks for the same, all in % (hidden {settings.Hidden}, {Sentence.Seeds(seeds)}, least and most)",
            ["cell", "accuracy", "word, before", "word, after", "same label, before", "same label, after"], tableRows);
        if (phrases.Length > 0)
        {
            log.Table(
                "Probability in % of the label that \"good\" alone gets, and how far \"not\" moves \"bad\" on its way to " +
                "\"good\" " +
                "(1 is all the way)",
                ["cell", .. phrases, "way"], phraseRows);
        }
        Draw(settings, phrases, runs, results, log);
        log.Conclude(Verdict(measured, phrases.Length == Phrases.Length, seeds));
    }

    /// <summary>What a cell did.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Accuracy">On rows that were not learned.</param>
    /// <param name="WordShare">How much of the state's variance the last word decides alone.</param>
    /// <param name="SameLabel">How often the nearest word speaks for the same label.</param>
    /// <param name="Way">How far "not" moves "bad" on its way to "good".</param>
    /// <param name="NotBadAtAll">The probability that "not bad at all" has the label of "good".</param>
    /// <param name="NotGoodAtAll">The probability that "not good at all" has the label of "good".</param>
    internal sealed record Measured(
        string Cell, Spread Accuracy, Spread WordShare, Spread SameLabel, Spread Way, Spread NotBadAtAll, Spread NotGoodAtAll);

    internal static string Verdict(IReadOnlyList<Measured> cells, bool hasPhrases, int seeds)
    {
        var words = new Spread(
            cells.Average(cell => cell.WordShare.Mean), cells.Min(cell => cell.WordShare.Least),
            cells.Max(cell => cell.WordShare.Most));
        string context = $"the last word alone decides {words.Percent} of the state, what came before it the rest";
        string end = $"({Sentence.Seeds(seeds)}; mean, least and most).";
        if (!hasPhrases)
            return $"Of one word there are many states: {context} {end}";
        string[] groups =
        [
            Group(isBadGood: true, isGoodGood: false, "\"not bad at all\" as good and \"not good at all\" as bad"),
            Group(isBadGood: true, isGoodGood: true, "both \"not bad at all\" and \"not good at all\" as good"),
            Group(isBadGood: false, isGoodGood: false, "both \"not bad at all\" and \"not good at all\" as bad"),
            Group(isBadGood: false, isGoodGood: true, "\"not bad at all\" as bad and \"not good at all\" as good"),
        ];
        string read = string.Join("; ", groups.Where(group => group.Length > 0));
        bool allRight = cells.All(cell => cell.NotBadAtAll.Mean > 0.5 && cell.NotGoodAtAll.Mean <= 0.5);
        return $"\"Not\" {(allRight ? "turns the next word over" : "does not simply turn the next word over")}: {read}; " +
            $"{context} {end}";

        // The probabilities are those of the label that "good" alone has.
        string Group(bool isBadGood, bool isGoodGood, string what)
        {
            Measured[] group =
                [.. cells.Where(cell => cell.NotBadAtAll.Mean > 0.5 == isBadGood && cell.NotGoodAtAll.Mean > 0.5 == isGoodGood)];
            if (group.Length == 0)
                return "";
            IEnumerable<string> names = group.Select(cell =>
                Sentence.Cell(cell.Cell, $"{cell.NotBadAtAll.Bare}, and {cell.NotGoodAtAll.Bare}", cells.Count));
            return $"{Sentence.List(names)} {(group.Length == 1 ? "reads" : "read")} {what}";
        }
    }

    private static bool Knows(Vocabulary vocabulary, string phrase) =>
        phrase.Split(' ').All(word => vocabulary.Tokens.Contains(word));

    private static Result Measure(
        CellChoice cell, RowTexts texts, string[] phrases, ulong seed, ExperimentSettings settings,
        CancellationToken cancellationToken)
    {
        int[][] speaking = SpeakingFor(texts);
        Network fresh = RowTraining.Fresh(cell, texts, Embedding, settings.Hidden, seed).Step.Network;
        var before = new WordStates(fresh, texts.Train, LeastOccurrences);
        (double shareBefore, double sameBefore) = (before.WordShare, before.SameGroup(speaking));
        (Network network, double[] curve) = RowTraining.Cell(
            cell, texts, Embedding, settings.Hidden, LearningRate, settings.Steps!.Value, seed, cancellationToken);
        var after = new WordStates(network, texts.Train, LeastOccurrences);
        (double[] good, double way) = Read(network, texts.Vocabulary, phrases);
        return new Result(
            curve[^1], good, way, shareBefore, after.WordShare, sameBefore, after.SameGroup(speaking), curve);
    }

    // The label is that of "good" alone; the way is the projection of "not bad" - "bad" on "good" - "bad".
    private static (double[] Good, double Way) Read(Network network, Vocabulary vocabulary, string[] phrases)
    {
        if (phrases.Length == 0)
            return ([], double.NaN);
        var texts = new EncodedTexts();
        foreach (string phrase in phrases)
            texts.Add(vocabulary.Encode(phrase.Split(' ')), label: 0);
        double[][] probabilities = SentenceStates.Probabilities(network, texts);
        int place = Array.IndexOf(phrases, "good");
        double[] ofGood = probabilities[Math.Max(place, 0)];
        int label = Array.IndexOf(ofGood, ofGood.Max());
        double[] good = [.. probabilities.Select(all => all[label])];
        if (phrases.Length < Phrases.Length)
            return (good, double.NaN);
        float[][][] states = SentenceStates.Of(network, texts);
        float[] bad = states[0][^1], notBad = states[1][^1], end = states[place][^1];
        double along = 0;
        double all = 0;
        for (int i = 0; i < bad.Length; i++)
        {
            along += ((double)notBad[i] - bad[i]) * ((double)end[i] - bad[i]);
            all += ((double)end[i] - bad[i]) * ((double)end[i] - bad[i]);
        }
        return (good, along / all);
    }

    // Of each label the words whose share of its rows is largest beside that of the other rows.
    internal static int[][] SpeakingFor(RowTexts texts)
    {
        int classes = texts.Labels.Count;
        double[,] rowsWith = new double[texts.Vocabulary.Size, classes];
        double[] rows = new double[classes];
        for (int row = 0; row < texts.Train.Count; row++)
        {
            int label = texts.Train.LabelOf(row);
            rows[label]++;
            foreach (int id in texts.Train.IdsOf(row).ToArray().Distinct())
                rowsWith[id, label]++;
        }
        double allRows = rows.Sum();
        return
        [
            .. Enumerable.Range(0, classes).Select(label => Enumerable.Range(2, Math.Max(0, texts.Vocabulary.Size - 2))
                .Select(id =>
                {
                    double all = Enumerable.Range(0, classes).Sum(c => rowsWith[id, c]);
                    double here = (rowsWith[id, label] + 0.5) / (rows[label] + 1);
                    double elsewhere = (all - rowsWith[id, label] + 0.5) / (allRows - rows[label] + 1);
                    return (Id: id, All: all, Ratio: here / elsewhere);
                })
                .Where(word => word.All >= LeastOccurrences && word.Ratio > 1)
                .OrderByDescending(word => word.Ratio).ThenBy(word => word.Id).Take(SpeakingWords).Select(word => word.Id)
                .ToArray()),
        ];
    }

    private static void Draw(
        ExperimentSettings settings, string[] phrases, (CellChoice Cell, int Seed)[] runs, Result[] results, ExperimentLog log)
    {
        Result[] Of(CellChoice cell) => [.. results.Where((_, i) => runs[i].Cell == cell)];
        string[] names = [.. settings.Cells!.Select(cell => cell.Name)];

        ChartPoint[] Bars(Func<Result, double> value) =>
            [.. settings.Cells!.Select((cell, place) => ChartPoint.Of(place, Spread.Of(Of(cell).Select(value))))];

        if (phrases.Length > 0)
        {
            log.Chart(new ExperimentChart(
                "phrases", "How sure is the label of \"good\"?", "Mean over the seeds, least and most; above 0.5 it is the " +
                    "answer.",
                new("text"), new("probability"),
                [
                    .. settings.Cells!.Select(cell => new ChartSeries(
                        cell.Name,
                        [
                            .. phrases.Select((_, i) =>
                                ChartPoint.Of(i, Spread.Of(Of(cell).Select(result => result.Good[i])))),
                        ])),
                ])
            {
                Names = phrases,
            });
        }
        log.Chart(new ExperimentChart(
            "word", "How much of the state the last word decides",
            "The share of the state's variance between words; the rest is the context. Mean over the seeds, least and most.",
            new("cell"), new("share of the variance"),
            [
                new("before training", Bars(result => result.WordShareBefore)),
                new("after training", Bars(result => result.WordShare)),
            ])
        {
            Names = names,
        });
        log.Chart(new ExperimentChart(
            "meaning", "Do words that mean alike lie together?",
            $"Of the {SpeakingWords} words that speak most for each label: how often the nearest speaks for the same label.",
            new("cell"), new("share of the words"),
            [
                new("before training", Bars(result => result.SameLabelBefore)),
                new("after training", Bars(result => result.SameLabel)),
            ])
        {
            Names = names,
        });
    }

    private sealed record Result(
        double Accuracy, double[] Good, double Way, double WordShareBefore, double WordShare, double SameLabelBefore,
        double SameLabel, double[] Curve);
}
