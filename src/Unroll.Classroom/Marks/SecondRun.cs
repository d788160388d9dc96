using System.Globalization;
using System.Security.Cryptography;
using Unroll.Classroom.Sheets;

namespace Unroll.Classroom.Marks;

/// <summary>
/// Runs a sheet again with sentences, random numbers and parameters that it cannot foresee, and takes back the marks for what
/// does not follow them: a trace that is recited, losses and predictions that are written into the sheet.
/// </summary>
internal sealed class SecondRun
{
    private static readonly string[] Middle = ["The", "movie", "is"];

    private readonly string _seed;
    private readonly string _sentences;
    private readonly int _updates;

    /// <summary>Draws what is other.</summary>
    /// <param name="updates">How many updates the sheet took in its first run.</param>
    public SecondRun(int updates)
    {
        _updates = updates;
        _seed = RandomNumberGenerator.GetInt32(1, int.MaxValue).ToString(CultureInfo.InvariantCulture);
        string good;
        string bad;
        do
        {
            // The last word speaks against the label, so that a sheet that looks at it is wrong.
            bad = Sentence(others: [.. Middle, "bad"], last: "good");
            good = Sentence(others: [.. Middle, "good"], last: "bad");
        }
        while (Middle.Any(word => !$"{good} {bad}".Contains(word, StringComparison.Ordinal)));
        _sentences = $"{bad};{good}";
    }

    /// <summary>What the sheet is told, by UNROLL_AGAIN.</summary>
    /// <param name="turns">Whether the output layer changes its signs after the last update.</param>
    public string Setting(bool turns) =>
        $"{_seed};{(turns ? _updates : -1).ToString(CultureInfo.InvariantCulture)};{_sentences}";

    /// <summary>Takes back marks.</summary>
    /// <param name="score">The score of the first run.</param>
    /// <param name="first">The first run.</param>
    /// <param name="again">A run with other numbers.</param>
    /// <param name="sentences">How many of the sheet's sentences were others.</param>
    /// <param name="limit">How long a run may take.</param>
    public static void Confirm(SheetScore score, SheetRun first, SheetRun again, int sentences, TimeSpan limit)
    {
        if (again.Failure(limit) is var (_, text))
        {
            TakeBack(score, $"run again with other sentences and parameters, it was {Was(text)}: nothing of it is confirmed");
            return;
        }
        if (again.Trace.Given is null)
        {
            score[Criterion.Parameters] = 0;
            TakeBack(score, "its trace is forged: it does not come from the class Report when the sheet is run again");
            return;
        }
        if (IsRecited(first.Trace, again.Trace))
        {
            bool reportsOthers = !Words(first.Trace).SequenceEqual(Words(again.Trace));
            if (sentences > 0 && !reportsOthers && !IsChanged(again.Trace))
            {
                score.AddRemark(
                    Criterion.Sheet,
                    "run again, it reads the same sentences with the same parameters: look whether it computes what it reports");
                return;
            }
            TakeBack(score, "a recited trace: run again with other sentences and parameters, it reported the same numbers");
            return;
        }
        SheetScore second = Mark(score, again.Trace);
        foreach (Criterion criterion in new[] { Criterion.Forward, Criterion.Update })
        {
            if (score[criterion] < 5 || second[criterion] == 5)
                continue;
            score[criterion] = second[criterion];
            string remark = second.Remarks.FirstOrDefault(remark => remark.Criterion == criterion)?.Text ?? "it is not right";
            score.AddRemark(criterion, $"run again with other sentences and parameters: {remark}");
        }
        if (score[Criterion.Prediction] > 0 && second.Remarks.Any(remark => remark.Criterion == Criterion.Prediction))
        {
            score[Criterion.Prediction] = 0;
            score.AddRemark(
                Criterion.Prediction,
                "the predictions are written into the sheet: run again with other sentences and parameters, "
                + "they are not what its network gives");
        }
        ConfirmLosses(score, first, again);
    }

    private static void ConfirmLosses(SheetScore score, SheetRun first, SheetRun again)
    {
        double[] before = first.Trace.LossHistory;
        double[] after = again.Trace.LossHistory;
        bool isHistory = before.Length > 1 && before.Any(loss => loss != 0) && before.SequenceEqual(after);
        string[] printed = first.PrintedLosses;
        bool isPrinted = printed.Length > 1 && printed.Distinct().Count() > 1 && printed.SequenceEqual(again.PrintedLosses)
            && !printed.All(text => IsAmong(after, text));
        if (!isHistory && !isPrinted)
            return;
        score[Criterion.Update] = 0;
        score.AddRemark(
            Criterion.Update,
            $"the {(isHistory ? "losses" : "losses that it prints")} are written into the sheet: "
            + "run again with other sentences and parameters, they are the same");
    }

    // Whether one of the losses is the printed number, rounded as it is: losses that settle at the same value, as of a softmax
    // that is taken twice, are printed alike in both runs.
    private static bool IsAmong(double[] losses, string printed)
    {
        int point = printed.IndexOf('.', StringComparison.Ordinal);
        const NumberStyles Plain = NumberStyles.AllowDecimalPoint;
        if (point < 0 || !double.TryParse(printed, Plain, CultureInfo.InvariantCulture, out double value))
            return false;
        double half = 0.5 * Math.Pow(10, point + 1 - printed.Length);
        return losses.Any(loss => Math.Abs(loss - value) <= half * (1 + 1e-6));
    }

    // The better of two readings: the sheet took the other parameters, or it kept its own.
    private static SheetScore Mark(SheetScore first, SheetTrace trace)
    {
        var changed = new SheetScore(first.Sheet);
        Rubric.Mark(trace, changed, isAgain: true);
        if (changed[Criterion.Forward] >= first[Criterion.Forward])
            return changed;
        trace.UseGivenParameters();
        var given = new SheetScore(first.Sheet);
        Rubric.Mark(trace, given, isAgain: true);
        return given.Total > changed.Total ? given : changed;
    }

    // Whether the first sentences' states and logits are the same, to the last digit.
    private static bool IsRecited(SheetTrace first, SheetTrace again)
    {
        ReportedPass[] before = [.. Passes(first)];
        ReportedPass[] after = [.. Passes(again)];
        if (before.Length == 0 || before.Length != after.Length)
            return false;
        bool isAllZero = before.All(pass => pass.States is not { } s || s.Cast<double>().All(value => value == 0));
        return !isAllZero && before.Zip(after).All(pair =>
            pair.First.Logits.SequenceEqual(pair.Second.Logits) && pair.First.States is { } a && pair.Second.States is { } b
            && a.Cast<double>().SequenceEqual(b.Cast<double>()));
    }

    private static IEnumerable<ReportedPass> Passes(SheetTrace trace) => trace.Steps.SelectMany(step => step.Passes).Take(4);

    private static IEnumerable<int> Words(SheetTrace trace) => Passes(trace).SelectMany(pass => pass.Words);

    // Whether the first update begins where the grader's parameters were, and not where the sheet's own were.
    private static bool IsChanged(SheetTrace trace)
    {
        if (trace.Steps is not [{ After: { } after }, ..])
            return false;
        return Distance(trace.Initial!, after) < Distance(trace.Given!, after);

        static double Distance(double[,]?[] a, double[,]?[] b) => a.Zip(b).Sum(pair =>
            pair.First is null || pair.Second is null || pair.First.Length != pair.Second.Length
                ? 1e9
                : pair.First.Cast<double>().Zip(pair.Second.Cast<double>(), (x, y) => Math.Abs(x - y)).Sum());
    }

    private static void TakeBack(SheetScore score, string remark)
    {
        foreach (Criterion criterion in new[] { Criterion.Forward, Criterion.Update, Criterion.Prediction })
            score[criterion] = 0;
        score.InsertRemark(Criterion.Sheet, remark);
    }

    private static string Was(string failure) =>
        failure.StartsWith("crashed", StringComparison.Ordinal)
            ? failure.Replace("crashed", "stopped by a crash", StringComparison.Ordinal)
            : $"stopped ({failure})";

    private static string Sentence(string[] others, string last)
    {
        RandomNumberGenerator.Shuffle(others.AsSpan());
        return string.Join(' ', [.. others.Take(3), last]);
    }
}
