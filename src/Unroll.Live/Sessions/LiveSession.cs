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
    private readonly History _history = new();
    private readonly List<double> _losses = [];
    private readonly List<string> _allWords;
    private readonly List<LabelledText> _allSamples;
    private readonly LiveNetwork _network;
    private List<GatePin> _pins = [];
    private Moment? _beforeLast;
    private int _update;
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
        _history.Record(Capture(isKept: true));
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
    public IReadOnlyList<int> MomentEpochs => [.. _history.Moments.Select(moment => moment.Epoch)];

    /// <summary>The moment that is looked at.</summary>
    public int At => _history.At;

    /// <summary>The actions that led to what is looked at.</summary>
    public IReadOnlyList<LiveAction> Journal => _history.Journal;

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
        if (replacesLast && _beforeLast is { } beforeLast && _history.Actions[^1].IsReplacedBy(action))
        {
            Restore(beforeLast);
            _history.TakeBack();
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
                WeightChanges.Set(Network, set);
                break;
            case LiveAction.ScaleRecurrent scale:
                WeightChanges.ScaleRecurrent(Network, scale);
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
        _history.Did(action);
        _beforeLast = before;
        Record(isKept: true);
    }

    /// <summary>Looks at an earlier moment, or at the latest again.</summary>
    /// <param name="moment">Its place in <see cref="MomentEpochs"/>.</param>
    public void Seek(int moment)
    {
        _history.Seek(moment);
        RestoreCurrent();
    }

    /// <summary>Looks at the latest moment of an epoch, or of the one before where it was left out.</summary>
    /// <param name="epoch">The epoch.</param>
    public void SeekEpoch(int epoch)
    {
        _history.SeekEpoch(epoch);
        RestoreCurrent();
    }

    private void Step(int updates)
    {
        int done = 0;
        for (; done < updates && !HasDiverged; done++)
            StepOnce();
        if (done == 0)
            return;
        _history.Trained(done, _update);
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

    private void Pin(LiveAction.PinGate action)
    {
        int gate = GatePin.NumberOf(Network, action.Gate);
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

    // Forgets everything after the moment that is looked at.
    private void Branch()
    {
        if (!_history.Branch())
            return;
        Moment moment = _history.Current;
        _losses.RemoveRange(moment.Epoch, _losses.Count - moment.Epoch);
        _allWords.RemoveRange(moment.Words, _allWords.Count - moment.Words);
        _allSamples.RemoveRange(moment.Samples, _allSamples.Count - moment.Samples);
    }

    private void Record(bool isKept) => _history.Record(Capture(isKept));

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
        Actions = _history.Actions.Count,
        LastSteps = _history.LastSteps,
        Last = Last,
        IsKept = isKept,
    };

    private void RestoreCurrent()
    {
        _beforeLast = null;
        Restore(_history.Current);
    }

    private void Restore(Moment moment)
    {
        _network.Restore(moment, _allWords, _allSamples);
        (_update, Epoch, NextSample, _epochLoss) = (moment.Update, moment.Epoch, moment.NextSample, moment.EpochLoss);
        (LearningRate, Last, _pins) = (moment.LearningRate, moment.Last, [.. moment.Pins]);
    }

    private string NameOf(GatePin pin) => Network.Layout.Cell.GateNames[pin.Gate];
}
