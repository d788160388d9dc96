using Unroll.Engine.Networks;
using Unroll.Live.Looks;
using Unroll.Live.Sessions;
using Unroll.Live.Tasks;

namespace Unroll.Live;

/// <summary>What a student is asked to bring about, and whether it is so now.</summary>
/// <param name="Id">Its name in links.</param>
/// <param name="Title">What is asked.</param>
/// <param name="Measured">How far it is, in words.</param>
/// <param name="IsDone">Whether it is so.</param>
public sealed record Mission(string Id, string Title, string Measured, bool IsDone);

/// <summary>
/// The missions. Two have a past: which settings broke a training, and which networks knew the first word.
/// </summary>
internal sealed class Missions
{
    private const double LeastInfluence = 0.01;
    private const double LeastCarried = 0.5;
    private const int CarriedWords = 12;
    private const int MostSamples = 16;

    // A loss in nats that no answer gives which is merely wrong.
    private const double BrokenLoss = 100;

    private readonly HashSet<string> _broken = [];
    private readonly HashSet<LiveSettings> _knew = [];

    /// <summary>Takes notice of what the session is.</summary>
    public void Watch(LiveSession session)
    {
        if (IsBroken(session) && session.ClipNorm is null)
            _broken.Add(KeyOf(session));
    }

    /// <summary>All of them.</summary>
    /// <param name="session">The session.</param>
    /// <param name="looks">The sentences that are shown.</param>
    /// <param name="samples">What is answered to the training sentences.</param>
    /// <param name="unseen">What is answered to the sentences that are not trained.</param>
    public IReadOnlyList<Mission> Of(
        LiveSession session, IReadOnlyList<SentenceLook> looks, IReadOnlyList<SampleAnswer> samples,
        IReadOnlyList<SampleAnswer> unseen)
    {
        bool areRight = samples.All(answer => answer.IsRight);
        return [Forget(session, areRight), Clip(session, areRight), Count(session, samples, unseen), Carry(looks)];
    }

    private Mission Forget(LiveSession session, bool areRight)
    {
        const string Title = "Teach it the first word. Then make it forget that word with your hands, without training.";
        if (session.Task.Name != LiveTasks.FirstWord)
            return new Mission("forget", Title, "choose the task of the first word", false);
        if (areRight)
            _knew.Add(session.Settings);
        double influence = session.HasDiverged ? double.NaN : InfluenceOfFirstWord(session);
        bool knew = _knew.Contains(session.Settings);
        bool isByHand = session.Journal is [.., not LiveAction.Train];
        string measured = (knew, double.IsNaN(influence)) switch
        {
            (_, true) => "no number",
            (false, _) => "not every sentence is answered right yet",
            (true, _) => $"another first word moves an answer by up to {Numbers.Percent(influence)}",
        };
        return new Mission("forget", Title, measured, knew && isByHand && influence < LeastInfluence);
    }

    private Mission Clip(LiveSession session, bool areRight)
    {
        bool wasBroken = _broken.Contains(KeyOf(session));
        bool isDone = wasBroken && session.ClipNorm is not null && session.Epoch > 0 && !IsBroken(session) && areRight;
        string measured = (wasBroken, session.ClipNorm) switch
        {
            (false, _) => "these settings have not broken a training yet",
            (true, null) => "broken; now the same settings with clipping",
            (true, _) => isDone ? "saved by clipping alone" : "clipped, and not every sentence is answered right yet",
        };
        return new Mission("clip", "Make training diverge, then save it with clipping only.", measured, isDone);
    }

    private static Mission Count(
        LiveSession session, IReadOnlyList<SampleAnswer> samples, IReadOnlyList<SampleAnswer> unseen)
    {
        bool isTask = session.Task.Name == LiveTasks.Negation;
        int right = unseen.Count(answer => answer.IsRight);
        string measured = isTask
            ? $"{samples.Count(answer => answer.IsRight)} of {samples.Count} trained, {right} of {unseen.Count} unseen are right"
            : "choose the task negation";
        return new Mission(
            "count", "Teach it to count \"not\": also four and five of them, which it never read.", measured,
            isTask && right == unseen.Count && samples.All(answer => answer.IsRight));
    }

    private static Mission Carry(IReadOnlyList<SentenceLook> looks)
    {
        double[] carried =
        [
            .. looks.Where(look => look.Gradient is not null && look.Tokens.Count >= CarriedWords)
                .Select(look => look.Gradient!.State[0] / look.Gradient.State[^1]).Where(double.IsFinite),
        ];
        string measured = carried.Length == 0
            ? $"show a sentence of {CarriedWords} words or more"
            : $"{Numbers.Percent(carried.Max())} of the last word's gradient reach the first word";
        return new Mission(
            "carry", $"Carry half of the gradient back over {CarriedWords} words (a gate that is held open helps).", measured,
            carried.Any(share => share >= LeastCarried));
    }

    // The most that a probability moves when another word stands first.
    private static double InfluenceOfFirstWord(LiveSession session)
    {
        Network network = session.Network;
        var sentences = new List<int[]>();
        var whole = new List<int>();
        for (int row = 0; row < Math.Min(MostSamples, session.Texts.Count); row++)
        {
            int[] ids = session.Texts.IdsOf(row).ToArray();
            int first = sentences.Count;
            sentences.Add(ids);
            whole.Add(first);
            foreach (int other in Enumerable.Range(0, Math.Min(session.Words.Count, 2 * MostSamples)).Where(id => id != ids[0]))
            {
                sentences.Add([other, .. ids[1..]]);
                whole.Add(first);
            }
        }
        double[][] answers = SampleAnswers.Probabilities(network, sentences);
        return answers.Select((p, i) => p.Zip(answers[whole[i]], (x, y) => Math.Abs(x - y)).Max()).Max();
    }

    private static bool IsBroken(LiveSession session) =>
        session.HasDiverged || session.Last is { Loss: > BrokenLoss };

    // All that decides how the training goes but for clipping.
    private static string KeyOf(LiveSession session) =>
        $"{session.Settings with { ClipNorm = null, LearningRate = 0 }} {session.LearningRate} "
        + string.Join(' ', session.Journal.Where(action => action is not (LiveAction.Train or LiveAction.SetClipNorm)));
}
