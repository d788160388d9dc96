using Unroll.Data;
using Unroll.Engine.Batches;
using Unroll.Engine.Networks;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Threading;
using Unroll.Live.Tasks;

namespace Unroll.Live.Sessions;

/// <summary>A network over one-hot words, its training sentences and its updates: the engine's own, one sentence each.</summary>
internal sealed class LiveNetwork
{
    private readonly LiveSettings _settings;
    private readonly List<LabelledText> _samples;
    private readonly List<string> _words;
    private readonly EncodedTexts _texts = new();
    private TrainingStep _step;

    /// <summary>Draws fresh parameters.</summary>
    public LiveNetwork(LiveSettings settings, LiveTask task)
    {
        (_settings, Labels, _words, _samples) = (settings, task.Labels, [.. task.Words], [.. task.Samples]);
        ClipNorm = settings.ClipNorm;
        Network = Create();
        new InitialValues { Initialization = settings.Initialization }.Draw(Network, new TorchGenerator(settings.Seed));
        foreach (LabelledText sample in _samples)
            _texts.Add(Encode(LiveTask.Tokens.Tokenize(sample.Text)), LabelOf(sample.Label));
        _step = CreateStep();
    }

    /// <summary>The network.</summary>
    public Network Network { get; private set; }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The vocabulary.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>The training sentences.</summary>
    public IReadOnlyList<LabelledText> Samples => _samples;

    /// <summary>The training sentences as ids.</summary>
    public EncodedTexts Texts => _texts;

    /// <summary>Momentum and moments, and how many steps were taken.</summary>
    public Optimizer Optimizer => _step.Optimizer;

    /// <summary>The largest norm of the gradients; null for no clipping.</summary>
    public float? ClipNorm { get; private set; }

    /// <summary>The ids of a sentence's words; -1 for those that the vocabulary does not have.</summary>
    public int[] Encode(IReadOnlyList<string> tokens) => [.. tokens.Select(token => _words.IndexOf(token))];

    /// <summary>The number of a label.</summary>
    /// <exception cref="InputException">The task has no such label.</exception>
    public int LabelOf(string label)
    {
        for (int i = 0; i < Labels.Count; i++)
        {
            if (Labels[i] == label)
                return i;
        }
        throw new InputException($"no label is called {label}, expected one of {string.Join(", ", Labels)}");
    }

    /// <summary>One update on one training sentence.</summary>
    public StepResult Update(int sample, float learningRate) => _step.Run(_texts, [sample], learningRate);

    /// <summary>Clips from here on, or does not.</summary>
    public void SetClipNorm(float? norm)
    {
        if (norm == ClipNorm)
            return;
        ClipNorm = norm;
        Renew(_step.Optimizer.First.ToArray(), _step.Optimizer.Second.ToArray(), _step.Optimizer.Steps);
    }

    /// <summary>Adds a word. Its weights are drawn as the others were, from a seed of their own.</summary>
    /// <returns>The weights of the word, one for each row of the input weight.</returns>
    public float[] AddWord(string word)
    {
        float[] before = Network.Parameters.Values.ToArray();
        Parameter table = Network.Layout.Parameters.Single(parameter => parameter.IsTable);
        (float[] first, float[] second, long steps) =
            (_step.Optimizer.First.ToArray(), _step.Optimizer.Second.ToArray(), _step.Optimizer.Steps);
        float[] column = new float[table.Shape[0]];
        var generator = new TorchGenerator(_settings.Seed + 1000 * (ulong)(1 + _words.Count));
        if (_settings.Initialization == Initialization.StandardNormal)
            Initializers.Normal(column, generator);
        else
            Initializers.UniformByRoot(column, generator, _settings.Hidden);
        _words.Add(word);
        Network = Create();
        Network.Parameters.CopyFrom(Grown(before, table.Length, column));
        Renew(Grown(first, table.Length, new float[column.Length]), Grown(second, table.Length, new float[column.Length]), steps);
        return column;
    }

    /// <summary>Adds a training sentence whose words are all known.</summary>
    public void AddSample(LabelledText sample)
    {
        _texts.Add(Encode(LiveTask.Tokens.Tokenize(sample.Text)), LabelOf(sample.Label));
        _samples.Add(sample);
    }

    /// <summary>Makes everything what it was.</summary>
    /// <param name="moment">What it was.</param>
    /// <param name="words">Every word that it may have had, in order.</param>
    /// <param name="samples">Every training sentence that it may have had, in order.</param>
    public void Restore(Moment moment, IReadOnlyList<string> words, IReadOnlyList<LabelledText> samples)
    {
        bool isSame = _words.Count == moment.Words && ClipNorm == moment.ClipNorm;
        ClipNorm = moment.ClipNorm;
        if (_words.Count != moment.Words)
        {
            _words.Clear();
            _words.AddRange(words.Take(moment.Words));
            Network = Create();
        }
        if (_samples.Count != moment.Samples)
        {
            _samples.Clear();
            _texts.Clear();
            foreach (LabelledText sample in samples.Take(moment.Samples))
                AddSample(sample);
        }
        Network.Parameters.CopyFrom(moment.Values);
        if (isSame)
            Fill(moment.First, moment.Second, moment.Update);
        else
            Renew(moment.First, moment.Second, moment.Update);
    }

    private Network Create() => new(new NetworkConfig
    {
        Cell = _settings.Cell,
        Nonlinearity = _settings.Nonlinearity,
        Vocabulary = _words.Count,
        Embedding = 0,
        Hidden = _settings.Hidden,
        Classes = Labels.Count,
    });

    private TrainingStep CreateStep()
    {
        var optimizer = new OptimizerSettings { Kind = _settings.Optimizer, ClipNorm = ClipNorm };
        return new TrainingStep(
            Network, new StepSettings { Optimizer = optimizer, Seed = _settings.Seed }, WorkerPool.CallerAlone);
    }

    private void Renew(float[] first, float[] second, long steps)
    {
        _step = CreateStep();
        Fill(first, second, steps);
    }

    private void Fill(float[] first, float[] second, long steps)
    {
        first.CopyTo(_step.Optimizer.First.Span);
        second.CopyTo(_step.Optimizer.Second.Span);
        _step.Optimizer.Steps = steps;
    }

    // The table stands first in the arena and word by word, so that a new word comes behind it.
    private static float[] Grown(float[] values, int tableLength, float[] column) =>
        values.Length == 0 ? [] : [.. values[..tableLength], .. column, .. values[tableLength..]];
}
