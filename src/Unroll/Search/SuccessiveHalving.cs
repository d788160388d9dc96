namespace Unroll.Search;

/// <summary>
/// Asynchronous successive halving (Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht and Talwalkar, "A System for
/// Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2). Many trials train for a few epochs, and of those that
/// have come so far one in η goes on to the next rung, η times as long. Nobody waits until a rung is full.
/// </summary>
/// <remarks>
/// <code>
/// next job:  from the highest rung k but the last down to the first
///              of the ⌊n_k / η⌋ best of the n_k trials that have ended rung k, the best that was not promoted yet → rung k + 1
///            else the next new trial → the first rung
/// </code>
/// </remarks>
public sealed record SuccessiveHalving
{
    /// <summary>
    /// The most rungs of a search that is given no number of them: after a ninth of a training the learning rate still rises, and
    /// dev rows tell little about the end (bench/results/search.md).
    /// </summary>
    public const int UsualRungs = 2;

    private SuccessiveHalving(int trials, int eta, IReadOnlyList<int> rungs) => (Trials, Eta, Rungs) = (trials, eta, rungs);

    /// <summary>How many trials are drawn.</summary>
    public int Trials { get; }

    /// <summary>η: one in so many trials of a rung goes on to the next.</summary>
    public int Eta { get; }

    /// <summary>The epochs after which the trials of each rung are compared, rising; the last is the whole training.</summary>
    public IReadOnlyList<int> Rungs { get; }

    /// <summary>The last rung.</summary>
    public int Top => Rungs.Count - 1;

    /// <summary>
    /// The rungs of a search: R epochs, R/η, R/η², … to one, but no more rungs than are asked for or leave a trial for the last.
    /// </summary>
    /// <param name="trials">How many trials are drawn.</param>
    /// <param name="eta">η, at least 2.</param>
    /// <param name="epochs">R: the epochs of a whole training.</param>
    /// <param name="rungs">The most rungs; one is random search. Null for <see cref="UsualRungs"/>.</param>
    /// <exception cref="InputException">A number is out of range.</exception>
    public static SuccessiveHalving Of(int trials, int eta, int epochs, int? rungs = null)
    {
        if (trials < 1)
            throw new InputException($"SuccessiveHalving.Trials is {trials}, expected a positive number");
        if (eta < 2)
            throw new InputException($"SuccessiveHalving.Eta is {eta}, expected at least 2: one in 2 trials goes on");
        if (epochs < 1)
            throw new InputException($"TrainingOptions.Epochs is {epochs}, expected a positive number");
        var lengths = new Stack<int>([epochs]);
        double length = epochs;
        long needed = eta;
        while (lengths.Count < (rungs ?? UsualRungs) && needed <= trials && lengths.Peek() > 1)
        {
            length /= eta;
            int rounded = Math.Max(1, (int)Math.Round(length, MidpointRounding.AwayFromZero));
            if (rounded == lengths.Peek())
                break;
            lengths.Push(rounded);
            needed *= eta;
        }
        return new SuccessiveHalving(trials, eta, [.. lengths]);
    }

    /// <summary>The next job; null while there is none until a running one ends, or for good.</summary>
    /// <param name="scores">What has ended.</param>
    /// <param name="begun">Of each trial that has begun, the highest rung it has begun.</param>
    internal (int Trial, int Rung)? Next(IReadOnlyList<RungScore> scores, IReadOnlyDictionary<int, int> begun)
    {
        for (int rung = Top - 1; rung >= 0; rung--)
        {
            RungScore[] ended = [.. scores.Where(score => score.Rung == rung).Order()];
            foreach (RungScore best in ended.Take(ended.Length / Eta))
            {
                if (begun[best.Trial] == rung && best.Score is not null)
                    return (best.Trial, rung + 1);
            }
        }
        for (int trial = 0; trial < Trials; trial++)
        {
            if (!begun.ContainsKey(trial))
                return (trial, 0);
        }
        return null;
    }

    /// <summary>
    /// The best trial so far, of the highest rung that any has ended whose training did not break later; null before the first.
    /// </summary>
    /// <param name="scores">What has ended.</param>
    internal static RungScore? Best(IEnumerable<RungScore> scores)
    {
        RungScore[] all = [.. scores];
        HashSet<int> broken = [.. all.Where(score => score.Score is null).Select(score => score.Trial)];
        RungScore[] sound = [.. all.Where(score => !broken.Contains(score.Trial))];
        return sound.Length == 0 ? null : sound.Where(score => score.Rung == sound.Max(each => each.Rung)).Order().First();
    }

    /// <summary>
    /// Trials whose state nobody will ask for again: at a rung below the last, behind all that can be promoted from it however
    /// the others end; at the last rung, all but the best.
    /// </summary>
    /// <param name="scores">What has ended.</param>
    /// <param name="begun">Of each trial that has begun, the highest rung it has begun.</param>
    internal IEnumerable<int> Dropped(IReadOnlyList<RungScore> scores, IReadOnlyDictionary<int, int> begun)
    {
        // The most trials that can come to a rung: those of it, and those that may still be promoted to it.
        int most = Trials;
        for (int rung = 0; rung <= Top; rung++)
        {
            RungScore[] ended = [.. scores.Where(score => score.Rung == rung).Order()];
            int kept = rung == Top ? 1 : most / Eta;
            foreach (RungScore score in ended.Skip(kept))
            {
                if (begun[score.Trial] == rung)
                    yield return score.Trial;
            }
            most = Math.Min(most, begun.Values.Count(highest => highest > rung) + kept + (most - ended.Length));
        }
    }
}
