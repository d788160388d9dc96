using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Live.Tasks;

namespace Unroll.Live.Sessions;

/// <summary>
/// One network in the live lab: trained update by update, changed by hand, and taken back to any epoch. The same settings and the
/// same journal give the same bits.
/// </summary>
public sealed class LiveSession
{
    // Of all moments together: beyond it every second one is left out.
    private const long MostFloats = 16_000_000;

    private readonly List<Moment> _moments = [];
    private readonly List<LiveAction> _journal = [];
    private readonly List<double> _losses = [];
    private readonly List<string> _allWords;
    private readonly List<LabelledText> _allSamples;
    private readonly LiveNetwork _network;
    private List<GatePin> _pins = [];
    private Moment? _beforeLast;
    private int _at;
    private int _update;
    private long _floats;
    private double _epochLoss;

    /// <summary>Begins with fresh parameters.</summary>
    /// <param name="settings">What it begins with.</param>
    /// <exception cref="InputException">A setting or a row cannot be used.</exception>
    public LiveSession(LiveSettings settings)
    {
        settings.Validate();
        Settings = settings;
        Task = LiveTasks.Of(settings.Task, settings.Rows);
        _network = new LiveNetwork(settings, Task);
        (_allWords, _allSamples) = ([.. Task.Words], [.. Task.Samples]);
        LearningRate = settings.LearningRate;
        Add(Capture(isKept: true));
    }

    /// <summary>What it began with.</summary>
    public LiveSettings Settings { get; }

    /// <summary>What the network shall learn.</summary>
    public LiveTask Task { get; }

    /// <summary>The network. Who changes it goes by <see cref="Apply"/>.</summary>
    public Network Network => _network.Network;

    /// <summary>The vocabulary as it is now.</summary>
    public IReadOnlyList<string> Words => _network.Words;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Labels => _network.Labels;

    /// <summary>The training sentences as they are now.</summary>
    public IReadOnlyList<LabelledText> Samples => _network.Samples;

    /// <summary>The training sentences as ids.</summary>
    public EncodedTexts Texts => _network.Texts;

    /// <summary>The learning rate.</summary>
    public float LearningRate { get; private set; }

    /// <summary>The largest norm of the gradients; null for no clipping.</summary>
    public float? ClipNorm => _network.ClipNorm;

    /// <summary>Updates that were done.</summary>
    public int Update => _update;

    /// <summary>Epochs that were finished.</summary>
    public int Epoch { get; private set; }

    /// <summary>The sentence that is trained next.</summary>
    public int NextSample { get; private set; }

    /// <summary>What the last update did; null before the first.</summary>
    public UpdateReport? Last { get; private set; }

    /// <summary>
    /// The loss of every epoch up to the latest one, as <see cref="LiveTask.AddsLosses"/> says. It goes on beyond
    /// <see cref="Epoch"/> while somebody looks back.
    /// </summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>The epochs of the moments that <see cref="Seek"/> knows.</summary>
    public IReadOnlyList<int> MomentEpochs => [.. _moments.Select(moment => moment.Epoch)];

    /// <summary>The moment that is looked at.</summary>
    public int At => _at;

    /// <summary>The actions that led to what is looked at.</summary>
    public IReadOnlyList<LiveAction> Journal
    {
        get
        {
            Moment moment = _moments[_at];
            return _at == _moments.Count - 1 ? _journal : JournalOf(moment);
        }
    }

    /// <summary>Whether a loss or a parameter is no number any more: then no update is made.</summary>
    public bool HasDiverged => !double.IsFinite(Network.SumOfSquares()) || Last is { } last && !double.IsFinite(last.Loss);

    /// <summary>The gates that can be held, and whether each is held open, shut or not at all.</summary>
    public IReadOnlyList<(string Gate, bool? IsOpen)> Gates =>
    [
        .. GatePin.Names(Network).Select(name => (name, _pins.Find(pin => NameOf(pin) == name)?.IsOpen)),
    ];

    /// <summary>The ids of a sentence's words; -1 for those that the vocabulary does not have.</summary>
    /// <param name="tokens">The words.</param>
    public int[] Encode(IReadOnlyList<string> tokens) => _network.Encode(tokens);

    /// <summary>Does something. What lies beyond the moment that is looked at is forgotten.</summary>
    /// <param name="action">What.</param>
    /// <param name="replacesLast">
    /// Whether it stands in the place of the last action of its kind, as while a weight is dragged.
    /// </param>
    /// <exception cref="InputException">It cannot be done.</exception>
    public void Apply(LiveAction action, bool replacesLast = false)
    {
        Branch();
        bool replaces = replacesLast && _beforeLast is not null && _journal.Count > 0 && IsSameKind(_journal[^1], action);
        if (replaces)
        {
            Restore(_beforeLast!);
            _journal.RemoveAt(_journal.Count - 1);
            RemoveLast();
        }
        if (action is LiveAction.Train step)
        {
            Step(step.Updates);
            _beforeLast = null;
            return;
        }
        Moment before = Capture(isKept: true);
        switch (action)
        {
            case LiveAction.SetWeight set:
                SetWeight(set);
                break;
            case LiveAction.ScaleRecurrent scale:
                Scale(scale.Factor);
                break;
            case LiveAction.SetLearningRate rate:
                LiveSettings.RequirePositive(rate.LearningRate, nameof(LearningRate));
                LearningRate = rate.LearningRate;
                break;
            case LiveAction.SetClipNorm clip:
                if (clip.Norm is { } norm)
                    LiveSettings.RequirePositive(norm, nameof(ClipNorm));
                _network.SetClipNorm(clip.Norm);
                break;
            case LiveAction.PinGate pin:
                Pin(pin);
                break;
            case LiveAction.AddWord word:
                AddWord(word.Word);
                break;
            case LiveAction.AddSample sample:
                AddSample(sample);
                break;
            default:
                throw new InvalidOperationException($"no action {action}");
        }
        _journal.Add(action);
        _beforeLast = before;
        Record(isKept: true);
    }

    /// <summary>Looks at an earlier moment, or at the latest again.</summary>
    /// <param name="moment">Its place in <see cref="MomentEpochs"/>.</param>
    public void Seek(int moment)
    {
        _at = Math.Clamp(moment, 0, _moments.Count - 1);
        _beforeLast = null;
        Restore(_moments[_at]);
    }

    /// <summary>Looks at the latest moment of an epoch, or of the one before where it was left out.</summary>
    /// <param name="epoch">The epoch.</param>
    public void SeekEpoch(int epoch) => Seek(Math.Max(0, _moments.FindLastIndex(moment => moment.Epoch <= epoch)));

    private static bool IsSameKind(LiveAction last, LiveAction action) => (last, action) switch
    {
        (LiveAction.SetWeight a, LiveAction.SetWeight b) => a.Parameter == b.Parameter && a.Index == b.Index,
        (LiveAction.ScaleRecurrent, LiveAction.ScaleRecurrent) => true,
        (LiveAction.SetLearningRate, LiveAction.SetLearningRate) => true,
        (LiveAction.SetClipNorm, LiveAction.SetClipNorm) => true,
        _ => false,
    };

    private void Step(int updates)
    {
        int done = 0;
        for (; done < updates && !HasDiverged; done++)
            StepOnce();
        if (done == 0)
            return;
        if (_journal.Count > 0 && _journal[^1] is LiveAction.Train before)
            _journal[^1] = new LiveAction.Train(before.Updates + done);
        else
            _journal.Add(new LiveAction.Train(done));
        // Moments were recorded with the journal as it stood before these updates.
        int steps = ((LiveAction.Train)_journal[^1]).Updates;
        for (int i = _moments.Count - 1; i >= 0 && _moments[i].Update > _update - done; i--)
            _moments[i] = _moments[i] with { Actions = _journal.Count, LastSteps = steps - (_update - _moments[i].Update) };
        if (NextSample > 0)
            Record(isKept: false);
    }

    private void StepOnce()
    {
        StepResult result = _network.Update(NextSample, LearningRate);
        foreach (GatePin pin in _pins)
            pin.Impose(Network);
        Last = new UpdateReport(NextSample, result.Loss, result.GradientNorm, result.Clipped);
        _epochLoss += result.Loss;
        _update++;
        NextSample++;
        if (NextSample < Samples.Count)
            return;
        _losses.Add(Task.AddsLosses ? _epochLoss : _epochLoss / Samples.Count);
        (NextSample, _epochLoss) = (0, 0);
        Epoch++;
        Record(isKept: true);
    }

    private void SetWeight(LiveAction.SetWeight set)
    {
        Parameter parameter = Network.Layout.Find(set.Parameter)
            ?? throw new InputException($"no parameter is called {set.Parameter}");
        if (set.Index < 0 || set.Index >= parameter.Length)
            throw new InputException($"{set.Parameter} has no place {set.Index}, expected 0 to {parameter.Length - 1}");
        if (!float.IsFinite(set.Value))
            throw new InputException($"a weight of {set.Parameter} is no number, expected one");
        float[] values = Network.Parameters.Read(parameter);
        values[set.Index] = set.Value;
        Network.Parameters.Write(parameter, values);
    }

    private void Scale(float factor)
    {
        if (!float.IsFinite(factor))
            throw new InputException("the factor of the recurrent weights is no number, expected one");
        RecurrentBlock block = RecurrentBlock.Of(Network)
            ?? throw new InputException($"{RecurrentCells.NameOf(Settings.Cell)} has no recurrent weights to scale");
        block.Scale(Network, factor);
    }

    private void Pin(LiveAction.PinGate action)
    {
        IReadOnlyList<string> names = Network.Layout.Cell.GateNames;
        int gate = names.ToList().IndexOf(action.Gate);
        if (!GatePin.Names(Network).Contains(action.Gate))
        {
            string expected = string.Join(", ", GatePin.Names(Network));
            throw new InputException(
                $"{RecurrentCells.NameOf(Settings.Cell)} has no gate {action.Gate} to hold, expected one of: {expected}");
        }
        GatePin? held = _pins.Find(pin => pin.Gate == gate);
        held?.Release(Network);
        _pins = [.. _pins.Where(pin => pin != held)];
        if (action.IsOpen is { } isOpen)
            _pins = [.. _pins, GatePin.Hold(Network, gate, isOpen)];
    }

    private void AddWord(string word)
    {
        if (LiveTask.Tokens.Tokenize(word) is not [var token])
            throw new InputException($"\"{word}\" is not one word, expected one without spaces");
        if (Words.Contains(token))
            throw new InputException($"the vocabulary has {token} already");
        if (Words.Count == OwnRows.MostVocabulary)
            throw new InputException($"the vocabulary has {Words.Count} words, more are too many for a page");
        float[] column = _network.AddWord(token);
        if (_allWords.Count < Words.Count)
            _allWords.Add(token);
        _pins = [.. _pins.Select(pin => pin.WithWord(Network, column))];
        foreach (GatePin pin in _pins)
            pin.Impose(Network);
    }

    private void AddSample(LiveAction.AddSample sample)
    {
        OwnRows.RequireWords("a new sentence", sample.Text);
        _network.LabelOf(sample.Label);
        if (Samples.Count == OwnRows.MostRows)
            throw new InputException($"there are {Samples.Count} training sentences, more are too many for a page");
        foreach (string word in LiveTask.Tokens.Tokenize(sample.Text))
        {
            if (!Words.Contains(word))
                AddWord(word);
        }
        var added = new LabelledText(sample.Label, sample.Text);
        _network.AddSample(added);
        _allSamples.Add(added);
    }

    // What is beyond the moment that is looked at never was.
    private void Branch()
    {
        if (_at == _moments.Count - 1)
            return;
        Moment moment = _moments[_at];
        IReadOnlyList<LiveAction> journal = JournalOf(moment);
        _journal.Clear();
        _journal.AddRange(journal);
        _floats -= _moments.Skip(_at + 1).Sum(later => (long)later.Length);
        _moments.RemoveRange(_at + 1, _moments.Count - _at - 1);
        _losses.RemoveRange(moment.Epoch, _losses.Count - moment.Epoch);
        _allWords.RemoveRange(moment.Words, _allWords.Count - moment.Words);
        _allSamples.RemoveRange(moment.Samples, _allSamples.Count - moment.Samples);
    }

    private LiveAction[] JournalOf(Moment moment)
    {
        LiveAction[] actions = [.. _journal.Take(moment.Actions)];
        if (moment.LastSteps > 0)
            actions[^1] = new LiveAction.Train(moment.LastSteps);
        return actions;
    }

    private void Record(bool isKept)
    {
        // What was before a change by hand stays, so that one can go back behind it.
        if (!_moments[^1].IsKept && _moments[^1].Update < _update)
            RemoveLast();
        Add(Capture(isKept));
        if (_floats > MostFloats)
            Thin();
        _at = _moments.Count - 1;
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

    private Moment Capture(bool isKept) => new()
    {
        Update = _update,
        Epoch = Epoch,
        NextSample = NextSample,
        EpochLoss = _epochLoss,
        Values = Network.Parameters.Values.ToArray(),
        First = _network.Optimizer.First.ToArray(),
        Second = _network.Optimizer.Second.ToArray(),
        Words = Words.Count,
        Samples = Samples.Count,
        LearningRate = LearningRate,
        ClipNorm = ClipNorm,
        Pins = _pins,
        Actions = _journal.Count,
        LastSteps = _journal.Count > 0 && _journal[^1] is LiveAction.Train step ? step.Updates : 0,
        Last = Last,
        IsKept = isKept,
    };

    private void Restore(Moment moment)
    {
        _network.Restore(moment, _allWords, _allSamples);
        (_update, Epoch, NextSample, _epochLoss) = (moment.Update, moment.Epoch, moment.NextSample, moment.EpochLoss);
        (LearningRate, Last, _pins) = (moment.LearningRate, moment.Last, [.. moment.Pins]);
    }

    private string NameOf(GatePin pin) => Network.Layout.Cell.GateNames[pin.Gate];
}
