using Unroll.Engine.Batches;
using Unroll.Engine.Dynamics;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;

namespace Unroll.Experiments;

/// <summary>
/// What a trained cell keeps and what it drops while words pass that mean nothing: how much of the difference that one word made
/// is left in the state, for the word that counts and for one that does not, and where the gates stand.
/// </summary>
internal sealed class ForgetExperiment : IExperiment
{
    private const int Layers = 1;
    private const float LearningRate = 0.003f;
    private const int Pairs = 50;
    private const int GateRows = 50;

    // Keeps: this share of the difference is left in the end.
    private const double KeepsShare = 0.5;

    public string Name => "forget";

    public string Question => "What does a cell keep and what does it drop while irrelevant words pass?";

    public IReadOnlyList<CellChoice> Cells => CellChoice.Recurrences;

    public ExperimentSettings Defaults(bool full) => new()
    {
        Cells = CellChoice.Plains,
        Lengths = full ? [10, 20, 100] : [5, 10, 20],
        LeastLength = 3,
        Seeds = full ? 10 : 3,
        Steps = full ? 20_000 : 1500,
        Hidden = 32,
    };

    public void Run(ExperimentSettings settings, ExperimentLog log, CancellationToken cancellationToken)
    {
        IReadOnlyList<int> lengths = [.. settings.Lengths!.Order()];
        int passing = lengths[^1];
        log.Line(
            "settings", ("cells", settings.Cells!.Select(cell => cell.Name)), ("lengths", lengths), ("seeds", settings.Seeds),
            ("steps", settings.Steps), ("hidden", settings.Hidden), ("layers", Layers), ("learning_rate", (double)LearningRate),
            ("batch", SentenceTraining.BatchSize));
        (CellChoice Cell, int Seed)[] runs =
        [
            .. from cell in settings.Cells! from seed in Enumerable.Range(1, settings.Seeds!.Value) select (cell, seed),
        ];
        Result[] results = ParallelRuns.Of(
            runs, run => Train(run.Cell, (ulong)run.Seed, lengths, settings, cancellationToken), log, cancellationToken);

        var rows = new List<string[]>();
        var gateRows = new List<string[]>();
        var measured = new List<Measured>();
        foreach (CellChoice cell in settings.Cells!)
        {
            Result[] ofCell = [.. results.Where((_, i) => runs[i].Cell == cell)];
            for (int seed = 1; seed <= ofCell.Length; seed++)
            {
                Result result = ofCell[seed - 1];
                log.Line(
                    "run", ("cell", cell.Name), ("seed", seed), ("learned", result.Learned), ("steps", result.Steps),
                    ("loss", result.Curve[^1]), ("accuracy", result.Accuracy), ("kept", result.Kept), ("noise", result.Noise),
                    ("gates", result.Gates.Select(gate => gate.Name)),
                    ("gates_at_colour", result.Gates.Select(gate => gate.AtColour)),
                    ("gates_at_others", result.Gates.Select(gate => gate.AtOthers)),
                    ("curve_every", SentenceTraining.CurveEvery), ("curve", result.Curve));
            }
            var accuracy = Spread.Of(ofCell.Select(result => result.Accuracy));
            var kept = Spread.Of(ofCell.Select(result => result.Kept[^1]));
            var noise = Spread.Of(ofCell.Select(result => result.Noise[^1]));
            var fresh = Spread.Of(ofCell.Select(result => result.Noise[0]));
            log.Line(
                "summary", ("cell", cell.Name), ("accuracy", accuracy.Mean), ("kept", Mean(ofCell, result => result.Kept)),
                ("noise", Mean(ofCell, result => result.Noise)));
            rows.Add([cell.Name, accuracy.InPercent, kept.InPercent, fresh.InPercent, noise.InPercent]);
            measured.Add(new Measured(cell.Name, accuracy, kept, noise));
            for (int gate = 0; gate < ofCell[0].Gates.Length; gate++)
            {
                gateRows.Add([
                    $"{cell.Name} {ofCell[0].Gates[gate].Name}",
                    Spread.Of(ofCell.Select(result => result.Gates[gate].AtColour)).Short,
                    Spread.Of(ofCell.Select(result => result.Gates[gate].AtOthers)).Short,
                ]);
            }
        }
        string seeds = Sentence.Seeds(settings.Seeds!.Value);
        log.Table(
            $"How much of a difference is left in the state after {passing - 1} more words, in % of what the colour made " +
            $"(hidden {settings.Hidden}, trained on {lengths[0]} to {lengths[^1]} words, {seeds}, least and most)",
            ["cell", "right answers", "colour, left", "other word, at once", "other word, left"], rows);
        if (gateRows.Count > 0)
        {
            log.Table(
                $"Mean of the gates at the colour and at all other words ({seeds}, least and most)",
                ["cell and gate", "at the colour", "at the others"], gateRows);
        }
        Draw(settings, runs, results, log);
        log.Conclude(Verdict(measured, passing - 1, settings.Seeds!.Value));
    }

    /// <summary>What a cell did.</summary>
    /// <param name="Cell">Its name.</param>
    /// <param name="Accuracy">Right answers at the longest length.</param>
    /// <param name="Kept">How much of the difference that the colour made is left.</param>
    /// <param name="Noise">How much is left of what another word made, as a share of what the colour made.</param>
    internal sealed record Measured(string Cell, Spread Accuracy, Spread Kept, Spread Noise)
    {
        public bool Keeps => Kept.Mean >= KeepsShare;
    }

    internal static string Verdict(IReadOnlyList<Measured> cells, int words, int seeds)
    {
        Measured[] keep = [.. cells.Where(cell => cell.Keeps)];
        Measured[] lose = [.. cells.Where(cell => !cell.Keeps)];
        string kept = keep.Length == 0
            ? $"no cell keeps half of what the word that counts did to its state"
            : $"{Names(keep)} " +
              $"{(keep.Length == 1 ? "keeps" : "keep")} more than half of what the word that counts did to the state";
        string lost = lose.Length == 0 || keep.Length == 0
            ? ""
            : $", {Names(lose)} not";
        Measured noisiest = cells.MaxBy(cell => cell.Noise.Mean)!;
        string noise = $"of an irrelevant word there is {noisiest.Noise.Percent} of that left at most, with {noisiest.Cell}";
        return $"While {words} words pass that mean nothing, {kept}{lost}; {noise} " +
            $"({Sentence.Seeds(seeds)}; mean, least and most).";

        string Names(Measured[] group) =>
            Sentence.List(group.Select(cell => Sentence.Cell(cell.Cell, cell.Kept.Bare, cells.Count)));
    }

    private static Result Train(
        CellChoice cell, ulong seed, IReadOnlyList<int> lengths, ExperimentSettings settings, CancellationToken cancellationToken)
    {
        var training = new SentenceTraining(new ForgetTask(), cell, settings.Hidden, Layers, seed);
        training.Run(lengths, LearningRate, settings.Steps!.Value, cancellationToken);
        int length = lengths[^1];
        double[] kept = Differences(training.Network, seed, length, colourAt: 0, changedAt: 0);
        double[] noise = Differences(training.Network, seed, length + 1, colourAt: 0, changedAt: 1);
        return new Result(
            training.Learned, training.Steps, [.. training.Curve], training.Accuracy(length),
            [.. kept.Select(distance => distance / kept[0])], [.. noise.Select(distance => distance / kept[0])],
            Gates(training.Network, seed, length));
    }

    // The mean distance of the states of two sentences that differ in one word, from that word on.
    private static double[] Differences(Network network, ulong seed, int length, int colourAt, int changedAt)
    {
        var generator = new TorchGenerator(3_000_000 + seed);
        var texts = new EncodedTexts();
        for (int pair = 0; pair < Pairs; pair++)
        {
            ForgetTask.Add(length, colourAt, generator, texts);
            texts.Add(ForgetTask.Changed(texts.IdsOf(2 * pair), changedAt, generator), label: 0);
        }
        float[][][] states = SentenceStates.Of(network, texts);
        return
        [
            .. Enumerable.Range(changedAt, length - changedAt).Select(
                t => Enumerable.Range(0, Pairs).Average(
                    pair => SentenceStates.Distance(states[2 * pair][t], states[2 * pair + 1][t]))),
        ];
    }

    private static Gate[] Gates(Network network, ulong seed, int length)
    {
        if (!RecurrentCells.All.Contains(network.Config.Cell) || network.Layout.Cell.GateNames.Count == 0)
            return [];
        var generator = new TorchGenerator(4_000_000 + seed);
        int middle = length / 2;
        var at = new Dictionary<string, (double AtColour, double AtOthers)>();
        for (int row = 0; row < GateRows; row++)
        {
            var texts = new EncodedTexts();
            ForgetTask.Add(length, middle, generator, texts);
            var trace = NetworkTrace.Of(network, texts.IdsOf(0).ToArray(), unknown: null, logits => new float[logits.Length]);
            foreach ((string name, float[][] values) in trace.States[0].Gates)
            {
                double others = values.Where((_, t) => t != middle).Average(gate => gate.Average(value => (double)value));
                (double AtColour, double AtOthers) sum = at.GetValueOrDefault(name);
                double colour = values[middle].Average(value => (double)value);
                at[name] = (sum.AtColour + colour / GateRows, sum.AtOthers + others / GateRows);
            }
        }
        return [.. network.Layout.Cell.GateNames.Select(name => new Gate(name, at[name].AtColour, at[name].AtOthers))];
    }

    private static double[] Mean(Result[] ofCell, Func<Result, double[]> values) =>
        [.. values(ofCell[0]).Select((_, t) => ofCell.Average(result => values(result)[t]))];

    private static void Draw(
        ExperimentSettings settings, (CellChoice Cell, int Seed)[] runs, Result[] results, ExperimentLog log)
    {
        ChartSeries[] Lines(Func<Result, double[]> values)
        {
            var lines = new List<ChartSeries>();
            foreach (CellChoice cell in settings.Cells!)
            {
                Result[] ofCell = [.. results.Where((_, i) => runs[i].Cell == cell)];
                lines.Add(new ChartSeries(
                    cell.Name,
                    [
                        .. values(ofCell[0]).Select((_, t) =>
                            ChartPoint.Of(t, Spread.Of(ofCell.Select(result => values(result)[t])))),
                    ]));
            }
            return [.. lines];
        }

        log.Chart(new ExperimentChart(
            "kept", "Left of what the colour did to the state",
            "Distance of the states of two sentences that differ in the colour, as a share of what it is at once.",
            new("words that passed since"), new("share"), Lines(result => result.Kept)));
        log.Chart(new ExperimentChart(
            "noise", "Left of what a meaningless word did",
            "The same for a word that does not count, as a share of what the colour does at once.",
            new("words that passed since"), new("share"), Lines(result => result.Noise)));
        string[] names =
        [
            .. settings.Cells!.SelectMany((cell, _) =>
                results[Array.FindIndex(runs, run => run.Cell == cell)].Gates.Select(gate => $"{cell.Name} {gate.Name}")),
        ];
        if (names.Length == 0)
            return;
        ChartPoint[] Bars(Func<Gate, double> value)
        {
            var bars = new List<ChartPoint>();
            foreach (CellChoice cell in settings.Cells!)
            {
                Result[] ofCell = [.. results.Where((_, i) => runs[i].Cell == cell)];
                for (int gate = 0; gate < ofCell[0].Gates.Length; gate++)
                    bars.Add(ChartPoint.Of(bars.Count, Spread.Of(ofCell.Select(result => value(result.Gates[gate])))));
            }
            return [.. bars];
        }
        log.Chart(new ExperimentChart(
            "gates", "Where the gates stand", "Mean over units, sentences and seeds; the candidate is not a gate from 0 to 1.",
            new("cell and gate"), new("value"),
            [new("at the colour", Bars(gate => gate.AtColour)), new("at all other words", Bars(gate => gate.AtOthers))])
        {
            Names = names,
        });
    }

    private sealed record Gate(string Name, double AtColour, double AtOthers);

    private sealed record Result(
        bool Learned, int Steps, double[] Curve, double Accuracy, double[] Kept, double[] Noise, Gate[] Gates);
}
