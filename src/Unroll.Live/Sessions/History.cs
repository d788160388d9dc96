namespace Unroll.Live.Sessions;

/// <summary>
/// What a session did and how it stood after it: its actions, and a moment at the end of every epoch and after every change by
/// hand. Somebody may look at an earlier moment; what is done there begins a new future, and the old one is forgotten.
/// </summary>
internal sealed class History
{
    // Of all moments together: beyond it every second one is left out.
    private const long MostFloats = 16_000_000;

    private readonly List<Moment> _moments = [];
    private readonly List<LiveAction> _journal = [];
    private long _floats;

    /// <summary>All moments.</summary>
    public IReadOnlyList<Moment> Moments => _moments;

    /// <summary>All actions, those behind the moment that is looked at too.</summary>
    public IReadOnlyList<LiveAction> Actions => _journal;

    /// <summary>The place of the moment that is looked at.</summary>
    public int At { get; private set; }

    /// <summary>The moment that is looked at.</summary>
    public Moment Current => _moments[At];

    /// <summary>The actions that led to the moment that is looked at.</summary>
    public IReadOnlyList<LiveAction> Journal => IsLatest ? _journal : JournalOf(Current);

    private bool IsLatest => At == _moments.Count - 1;

    /// <summary>Updates of the last action; 0 where it is no training.</summary>
    public int LastSteps => _journal.Count > 0 && _journal[^1] is LiveAction.Train step ? step.Updates : 0;

    /// <summary>Looks at a moment, the first or the last where there is none of that place.</summary>
    public void Seek(int moment) => At = Math.Clamp(moment, 0, _moments.Count - 1);

    /// <summary>Looks at the latest moment of an epoch, or of the one before where it was left out.</summary>
    public void SeekEpoch(int epoch) => Seek(_moments.FindLastIndex(moment => moment.Epoch <= epoch));

    /// <summary>Forgets what lies beyond the moment that is looked at.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Branch()
    {
        if (IsLatest)
            return false;
        IReadOnlyList<LiveAction> journal = JournalOf(Current);
        _journal.Clear();
        _journal.AddRange(journal);
        _floats -= _moments.Skip(At + 1).Sum(later => (long)later.Length);
        _moments.RemoveRange(At + 1, _moments.Count - At - 1);
        return true;
    }

    /// <summary>Adds an action.</summary>
    public void Did(LiveAction action) => _journal.Add(action);

    /// <summary>Adds updates, to those before where the last action is a training too.</summary>
    /// <param name="updates">How many.</param>
    /// <param name="update">The updates of the whole session after them.</param>
    public void Trained(int updates, int update)
    {
        int steps = LastSteps + updates;
        if (LastSteps > 0)
            _journal.RemoveAt(_journal.Count - 1);
        _journal.Add(new LiveAction.Train(steps));
        // Moments were recorded with the journal as it stood before these updates.
        for (int i = _moments.Count - 1; i >= 0 && _moments[i].Update > update - updates; i--)
            _moments[i] = _moments[i] with { Actions = _journal.Count, LastSteps = steps - (update - _moments[i].Update) };
    }

    /// <summary>Takes the last action back, with its moment.</summary>
    public void TakeBack()
    {
        _journal.RemoveAt(_journal.Count - 1);
        RemoveLast();
        At = _moments.Count - 1;
    }

    /// <summary>Adds a moment, which is looked at.</summary>
    public void Record(Moment moment)
    {
        // What was before a change by hand stays, so that one can go back behind it.
        if (_moments.Count > 0 && !_moments[^1].IsKept && _moments[^1].Update < moment.Update)
            RemoveLast();
        Add(moment);
        if (_floats > MostFloats)
            Thin();
        At = _moments.Count - 1;
    }

    private LiveAction[] JournalOf(Moment moment)
    {
        LiveAction[] actions = [.. _journal.Take(moment.Actions)];
        if (moment.LastSteps > 0)
            actions[^1] = new LiveAction.Train(moment.LastSteps);
        return actions;
    }

    private void Thin()
    {
        Moment last = _moments[^1];
        Moment[] kept = [.. _moments.Take(_moments.Count - 1).Where((_, i) => i % 2 == 0), last];
        _moments.Clear();
        _floats = 0;
        foreach (Moment moment in kept)
            Add(moment);
    }

    private void RemoveLast()
    {
        _floats -= _moments[^1].Length;
        _moments.RemoveAt(_moments.Count - 1);
    }

    private void Add(Moment moment)
    {
        _moments.Add(moment);
        _floats += moment.Length;
    }
}
