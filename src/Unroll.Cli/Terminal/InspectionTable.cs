using System.Globalization;
using Spectre.Console;
using Unroll.Engine.Cells;
using Unroll.Inspection;
using Unroll.Storage;
using Unroll.Text;

namespace Unroll.Cli;

/// <summary>An inspection for people: a line a word, at most 79 columns wide; in colour on a terminal.</summary>
internal sealed class InspectionTable(TextInspection text)
{
    private const int WordWidth = 13;
    private const int LabelWidth = 9;
    private const int BarWidth = 5;
    private const int Units = 3;
    private const int UnitsBesideLinear = 2;
    private const int LinearWidth = 7;
    private const int MostTerms = 3;
    private const int NumberWidth = 7;
    private const int ColumnWidth = 11;
    private const int MostUnknown = 10;
    private const int MostHeads = 4;
    private const int HeadWidth = 15;

    // Blue and orange are told apart by everyone; the sign stands there too.
    private const string For = "deepskyblue1";
    private const string Against = "orange1";
    private const string Faint = "grey";
    private const string Strong = "bold";

    // The layer that is read for the prediction, as it goes forward; of a model without a network there is none.
    private readonly LayerTrace? _top = text.States.Count > 0 ? text.States[^text.Model.Directions] : null;
    private readonly int _predicted = text.Model.Labels.ToList().IndexOf(text.Prediction.Label);

    public void Write(Terminal terminal)
    {
        IAnsiConsole? console = terminal.OutputIsTerminal
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.RawOutput) })
            : null;
        foreach (Cell[] line in Lines())
        {
            if (console is null)
                terminal.Output.WriteLine(string.Join(' ', line.Select(cell => cell.Text)).TrimEnd());
            else
                console.MarkupLine(string.Join(' ', line.Select(cell => cell.Markup)).TrimEnd());
        }
    }

    private IEnumerable<Cell[]> Lines()
    {
        ModelConfig model = text.Model;
        var answer = new PredictionLines(Json: false, Top: null, Threshold: null);
        yield return
        [
            new(ColumnText.Cut(answer.LabelOf(text.Prediction), text.Prediction.IsMultiLabel ? 100 : 40), Strong),
            new(answer.ProbabilityOf(text.Prediction), ""),
        ];
        string[] parts = _top is null ? ["linear part alone"] :
        [
            .. model.Networks > 1 ? (string[])[Invariant($"{model.Networks} networks")] : [],
            Invariant($"{model.Cell}"), Invariant($"{model.Hidden} hidden unit{(model.Hidden == 1 ? "" : "s")}"),
            Invariant($"{model.Layers} layer{(model.Layers == 1 ? "" : "s")}"),
            model.IsTransformer ? Invariant($"{model.Transformer.Heads} head{(model.Transformer.Heads == 1 ? "" : "s")}")
                : model.Bidirectional ? "two directions"
                : "one direction",
            $"pooling {model.Pooling}",
        ];
        yield return [new(string.Join(", ", parts).ToLowerInvariant(), Faint)];
        yield return [];
        int[] units = MovingUnits();
        yield return
        [
            Header("word", WordWidth), Header("so far", LabelWidth + 5), Header("change", 6), Header(
                "without it", 2 * BarWidth + 1),
            .. _top is null ? (Cell[])[] : [RightHeader("|dh|", NumberWidth)],
            .. text.Linear is null ? (Cell[])[] : [RightHeader("linear", LinearWidth)],
            .. units.Select(unit => RightHeader($"h{unit}", 5)),
        ];
        for (int t = 0; t < text.Tokens.Count; t++)
            yield return Word(t, units);
        if (_top is not null && (_top.Gates.Count > 0 || text.AttentionWeights.Count > 0))
        {
            yield return [];
            foreach (Cell[] line in MeansOfGates(_top))
                yield return line;
        }
        if (text.Heads.Count > 0)
        {
            yield return [];
            foreach (Cell[] line in MostReadByHeads())
                yield return line;
        }
        yield return [];
        foreach (string line in Legend(units))
            yield return [new(line, Faint)];
    }

    private Cell[] Word(int t, int[] units)
    {
        double[] now = text.Prefixes[t];
        int best = Enumerable.Range(0, now.Length).MaxBy(c => now[c]);
        double? change = t == 0 ? null : now[_predicted] - text.Prefixes[t - 1][_predicted];
        return
        [
            new(ColumnText.Fit(text.Tokens[t], WordWidth), IsUnknown(t) ? Faint : ""),
            new(Invariant(
                $"{ColumnText.Fit(text.Model.Labels[best], LabelWidth)} {now[best]:F2}"), best == _predicted ? Strong : ""),
            Signed(change is { } by ? Invariant($"{by,6:+0.00;-0.00;0.00}") : new string(' ', 6), change ?? 0),
            Signed(Bar(text.LeaveOneOut[t]), text.LeaveOneOut[t]),
            .. _top is null ? (Cell[])[] : [new(OfAnySize(text.HiddenGradient[t]).PadLeft(NumberWidth), "")],
            .. text.Linear is { } linear
                ? (Cell[])[Signed(Invariant($"{linear.Words[t],LinearWidth:+0.00;-0.00;0.00}"), linear.Words[t])]
                : [],
            .. units.Select(unit => Signed(Invariant($"{_top!.Hidden[t][unit],5:+0.00;-0.00;0.00}"), _top.Hidden[t][unit])),
        ];
    }

    private IEnumerable<Cell[]> MeansOfGates(LayerTrace top)
    {
        bool attends = text.AttentionWeights.Count > 0;
        yield return
        [
            Header("word", WordWidth),
            .. top.Gates.Select(gate => RightHeader(IsCandidate(gate) ? $"|{Name(gate)}|" : Name(gate), ColumnWidth)),
            .. attends ? (Cell[])[RightHeader("attention", ColumnWidth)] : [],
        ];
        for (int t = 0; t < text.Tokens.Count; t++)
        {
            yield return
            [
                new(ColumnText.Fit(text.Tokens[t], WordWidth), IsUnknown(t) ? Faint : ""),
                .. top.Gates.Select(
                    gate => Number(
                        $"{gate.Values[t].Average(value => IsCandidate(gate) ? Math.Abs(value) : value),ColumnWidth:F3}")),
                .. attends ? (Cell[])[Number($"{text.AttentionWeights[t],ColumnWidth:F3}")] : [],
            ];
        }
    }

    // Of every word the one that each head of the top layer reads most.
    private IEnumerable<Cell[]> MostReadByHeads()
    {
        HeadTrace[] heads = [.. TopHeads().Take(MostHeads)];
        yield return [Header("word", WordWidth), .. heads.Select(head => Header($"head {head.Head}", HeadWidth))];
        for (int t = 0; t < text.Tokens.Count; t++)
        {
            yield return
            [
                new(ColumnText.Fit(text.Tokens[t], WordWidth), IsUnknown(t) ? Faint : ""),
                .. heads.Select(head => MostRead(head.Weights[t])),
            ];
        }
    }

    private Cell MostRead(float[] weights)
    {
        int most = Enumerable.Range(0, weights.Length).MaxBy(t => weights[t]);
        return new(Invariant($"{ColumnText.Fit(text.Tokens[most], HeadWidth - 5)} {weights[most]:F2}"), "");
    }

    private IEnumerable<HeadTrace> TopHeads() => text.Heads.Where(head => head.Layer == text.Model.Layers - 1);

    private IEnumerable<string> Legend(int[] units)
    {
        string label = ColumnText.Cut(text.Prediction.Label, 20);
        yield return $"change      of the probability of {label} by this word";
        string longest = Largest() < 1e6 ? Invariant($"{Largest():0.###}") : OfAnySize(Largest());
        yield return $"without it  right: its logit falls without the word; the longest bar is {longest}";
        string of = text.Model.Networks > 1 ? " of the first network" : "";
        if (_top is not null)
            yield return $"|dh|        size of the gradient of its logit by the hidden state{of}";
        if (text.Linear is { } linear)
        {
            yield return Invariant(
                $"linear      added to its logit by the linear part, whose share is {linear.Share:0.##}");
            yield return ColumnText.Cut($"terms       {StrongestOf(linear)}", 79);
        }
        foreach (string line in LegendOfStates(units, of))
            yield return line;
        string[] unknown = [.. Enumerable.Range(0, text.Tokens.Count).Where(IsUnknown).Select(t => text.Tokens[t]).Distinct()];
        if (unknown.Length > 0)
        {
            string how = text.Model.Subwords > 0 ? "by their pieces" : $"as {Vocabulary.Unknown}";
            yield return ColumnText.Cut($"unknown     {FirstOf(unknown)}: read {how}", 79);
        }
        if (text.Dropped.Count > 0)
            yield return ColumnText.Cut($"dropped     {FirstOf([.. text.Dropped.Distinct()])}: not in the vocabulary", 79);
    }

    private IEnumerable<string> LegendOfStates(int[] units, string of)
    {
        if (_top is null)
            yield break;
        string which = units.Length < text.Model.Hidden ? "units that move most" : "hidden state";
        yield return $"{string.Join(' ', units.Select(unit => $"h{unit}")),-10}  "
            + $"{which}{(text.Model.Layers > 1 ? " in the top layer" : "")}{(text.Model.Bidirectional ? ", forward" : "")}"
            + (of.Length > 0 ? "," + of : "");
        if (text.Heads.Count > 0)
        {
            string shown = TopHeads().Count() > MostHeads ? $"the first {MostHeads} heads" : "each head";
            string where = text.Model.Layers > 1 ? " of the top layer" : "";
            yield return $"head        the word that {shown}{where} reads most here, and its share{of}";
        }
        if (_top.Gates.Count > 0)
            yield return "gates       mean over the hidden units, of a candidate's size";
    }

    // Quotes, for a piece of a word begins with a blank.
    private static string StrongestOf(LinearTrace linear)
    {
        if (linear.Strongest.Count == 0)
            return "none that the linear part knows";
        IEnumerable<string> terms = linear.Strongest.Take(MostTerms).Select(
            term => Invariant($"\"{ColumnText.Cut(term.Term, 14)}\" {term.Value:+0.00;-0.00;0.00}"));
        return string.Join(", ", terms);
    }

    private static string FirstOf(string[] words)
    {
        string more = words.Length > MostUnknown ? $" and {words.Length - MostUnknown} more" : "";
        return string.Join(", ", words.Take(MostUnknown)) + more;
    }

    private bool IsCandidate(GateTrace gate)
    {
        IRecurrentCell cell = RecurrentCells.Of(text.Model.Cell);
        return cell.GateNames[cell.CandidateGate] == gate.Name;
    }

    private static string Name(GateTrace gate) => gate.Name == "cell_candidate" ? "candidate" : gate.Name;

    private bool IsUnknown(int t) => text.IsUnknown[t];

    private double Largest() => text.LeaveOneOut.Max(Math.Abs);

    // Left of the middle where the logit rises without the word.
    private string Bar(double value)
    {
        double largest = Largest();
        int length = largest > 0 && double.IsFinite(value / largest) ? (int)Math.Round(BarWidth * Math.Abs(value) / largest) : 0;
        string bar = new('█', length);
        return value < 0
            ? bar.PadLeft(BarWidth) + "│" + new string(' ', BarWidth)
            : new string(' ', BarWidth) + "│" + bar.PadRight(BarWidth);
    }

    // Those with the widest range over the words, in their own order.
    private int[] MovingUnits() => _top is null ? [] :
    [
        .. Enumerable.Range(0, text.Model.Hidden)
            .OrderByDescending(unit => _top.Hidden.Max(h => h[unit]) - _top.Hidden.Min(h => h[unit]))
            .Take(text.Linear is null ? Units : UnitsBesideLinear).Order(),
    ];

    private static string OfAnySize(double value) => double.IsFinite(value) ? Invariant($"{value:0.0e+00}") : "inf";

    private static Cell Header(string title, int width) => new(ColumnText.Fit(title, width), Faint);

    private static Cell RightHeader(string title, int width) => new(ColumnText.Cut(title, width).PadLeft(width), Faint);

    private static Cell Number(FormattableString value) => new(Invariant(value), "");

    private static Cell Signed(string shown, double value) => new(shown, value > 0 ? For : value < 0 ? Against : "");

    private static string Invariant(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Cell(string Text, string Style)
    {
        public string Markup =>
            Style.Length == 0 ? Escaped : $"[{Style}]{Escaped}[/]";

        private string Escaped => Spectre.Console.Markup.Escape(EscapingWriter.Escape(Text));
    }
}
