using Unroll.Engine.Batches;
using Unroll.Engine.Layers;
using Unroll.Engine.Losses;
using Unroll.Engine.Numerics;
using Unroll.Engine.Optimization;
using Unroll.Engine.Ranks;
using Unroll.Engine.Threading;

namespace Unroll.Engine.Networks;

/// <summary>What one training step did.</summary>
/// <param name="Loss">Mean loss of the batch before the update, in nats.</param>
/// <param name="GradientNorm">Global norm of the gradients, before clipping.</param>
/// <param name="Clipped">Whether the norm was clipped.</param>
public readonly record struct StepResult(double Loss, double GradientNorm, bool Clipped);

/// <summary>
/// One step: forward and backward, clip, update, pack the weights again. The buffers are kept from step to step; after the first
/// of each shape nothing is allocated.
/// </summary>
public sealed unsafe class TrainingStep : IParallelWork
{
    private const int BlockLength = 1 << 14;
    private const int SubwordRowsAPart = 128;

    // Below the sites of NetworkPass; one for each stretch of a sentence.
    private const int WordSite = -1;
    private const int StretchSite = int.MinValue;

    private readonly Network _network;
    private readonly WorkerPool _pool;
    private readonly Parameters _parameters;
    private readonly StepSettings _settings;
    private readonly NetworkPass _pass;
    private readonly AdversarialStep? _adversarial;
    private readonly ILoss _loss;
    private readonly Optimizer _optimizer;
    private readonly GradientSum _gradients;
    private readonly WeightPacking _packing;
    private readonly TableRows? _rows;
    private readonly TableRows? _subwordRows;
    private readonly Batch _batch;

    /// <summary>Makes ready to train a network, whose parameters it packs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="settings">What a step does.</param>
    /// <param name="pool">The threads that compute.</param>
    /// <param name="communicator">
    /// Connects the ranks that share the batches; all take the same steps. Null for a process alone.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A setting does not suit the network, or the number of ranks is no power of two.
    /// </exception>
    public TrainingStep(Network network, StepSettings settings, WorkerPool pool, ICommunicator? communicator = null)
    {
        settings.RequireFor(network.Config);
        (_network, _parameters, _settings, _pool) = (network, network.Parameters, settings, pool);
        _batch = network.Config.IsTransformer ? new Batch { FewestShardRows = 1 } : new Batch();
        _pass = new NetworkPass(network, pool, communicator);
        _adversarial = settings.Adversarial > 0 ? new AdversarialStep(network, settings.Adversarial) : null;
        _pass.Adversarial = _adversarial;
        _loss = settings.LabelSets is { } sets
            ? new SigmoidCrossEntropy(sets, network.Config.Classes, settings.ClassWeights, settings.LabelSmoothing)
            : new SoftmaxCrossEntropy(settings.ClassWeights, settings.LabelSmoothing);
        _optimizer = new Optimizer(network.Kernels, settings.Optimizer, _parameters.Length);
        _gradients = new GradientSum(network, pool, RankExchange.Of(communicator));
        if (_optimizer.Missed is not null && network.Config.Vocabulary > 0)
            _rows = new TableRows(_parameters, [.. network.Layout.WordTables], _optimizer, pool);
        if (_optimizer.Missed is not null && network.SubwordTable is { } subwords)
            _subwordRows = new TableRows(_parameters, [subwords], _optimizer, pool);
        network.HalfPrecision = false;
        network.Pack();
        network.PackBackward();
        _packing = new WeightPacking(network, pool);
    }

    /// <summary>Whether steps are adversarial ones now, where the settings ask for some.</summary>
    public bool TakesAdversarialSteps
    {
        get => _pass.Adversarial is not null;
        set => _pass.Adversarial = value ? _adversarial : null;
    }

    /// <summary>What is trained.</summary>
    public Network Network => _network;

    /// <summary>A copy of the gradients of the last step.</summary>
    public Parameters CopyGradients() => _gradients.Copy();

    /// <summary>Updates the parameters.</summary>
    public Optimizer Optimizer => _optimizer;

    /// <summary>The buffers of the pass.</summary>
    internal PassBuffers Buffers => _pass.Buffers;

    /// <summary>
    /// The step each row of the tables stands at and the learning rates since all were up to date, for a checkpoint; empty where
    /// rows have nothing to make up for.
    /// </summary>
    public (Memory<float> Rows, Memory<float> Subwords, Memory<float> Missed) WaitingRows => _rows is null
        ? default
        : (_rows.At.Memory, _subwordRows?.At.Memory ?? default, _optimizer.Missed!.State.Memory);

    /// <summary>Whether numbers may be those of <see cref="WaitingRows"/>.</summary>
    /// <param name="rows">The step of each row.</param>
    /// <param name="subwords">The step of each row of the sub-words.</param>
    /// <param name="missed">The number of steps, then their learning rates.</param>
    public static bool IsWaitingRows(ReadOnlySpan<float> rows, ReadOnlySpan<float> subwords, ReadOnlySpan<float> missed) =>
        missed.IsEmpty ||
        (MissedSteps.IsState(missed) && TableRows.IsState(rows, missed[0]) && TableRows.IsState(subwords, missed[0]));

    /// <summary>
    /// Brings all rows of word vectors up to date, also those that the last steps did not see: before others read the parameters.
    /// </summary>
    public void CatchUp()
    {
        _rows?.CatchUpAll();
        _subwordRows?.CatchUpAll();
        _optimizer.Missed?.Forget();
    }

    /// <summary>The loss of a batch and its gradients, without an update.</summary>
    public double ComputeGradients(Batch batch)
    {
        CatchUp(batch);
        return _pass.ForwardBackward(batch, _loss, _gradients, _settings.Seed, _optimizer.Steps);
    }

    /// <summary>
    /// The loss of some texts and its gradients. With truncated back-propagation through time, words before the last
    /// <see cref="StepSettings.TruncateSteps"/> are read stretch by stretch without a trace and only set the states that the last
    /// ones begin with, so that memory does not grow with the sentence.
    /// </summary>
    public double ComputeGradients(EncodedTexts texts, ReadOnlySpan<int> rows)
    {
        if (_settings.TruncateSteps is not { } length)
        {
            TokenWindow window = _settings.StretchTokens is { } most
                ? TokenWindow.Anywhere(most, Scatter.Key(_settings.Seed, _optimizer.Steps, StretchSite))
                : TokenWindow.All;
            Fill(texts, rows, window, stretch: 0);
            return ComputeGradients(_batch);
        }
        int longest = 0;
        foreach (int row in rows)
            longest = Math.Max(longest, texts.LengthOf(row));
        _pass.ClearStates(rows.Length);
        for (int stretch = 0; stretch * length < longest - length; stretch++)
        {
            Fill(texts, rows, TokenWindow.Before(length, stretch), stretch + 1);
            CatchUp(_batch);
            _pass.Forward(_batch, continues: true);
        }
        Fill(texts, rows, TokenWindow.Last(length), stretch: 0);
        CatchUp(_batch);
        return _pass.ForwardBackward(_batch, _loss, _gradients, _settings.Seed, _optimizer.Steps, continues: true);
    }

    /// <summary>The whole step on some texts.</summary>
    /// <param name="texts">Where they come from.</param>
    /// <param name="rows">Which.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="flow">Adds up the gradients at the states of this step; null if nobody wants to know.</param>
    public StepResult Run(EncodedTexts texts, ReadOnlySpan<int> rows, float learningRate, GradientFlowSums? flow = null)
    {
        Buffers.MeasuresGradients = flow is not null;
        double loss = ComputeGradients(texts, rows);
        flow?.Add(_batch, Buffers, _pass.TotalWeight(_batch, _loss));
        return Update(loss, learningRate);
    }

    /// <summary>The whole step on a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    public StepResult Run(Batch batch, float learningRate) => Update(ComputeGradients(batch), learningRate);

    private void Fill(EncodedTexts texts, ReadOnlySpan<int> rows, TokenWindow window, int stretch)
    {
        _batch.Fill(texts, rows, window);
        if (_settings.WordDropout > 0 && _settings.UnknownId is { } unknown)
        {
            uint key = Scatter.Key(_settings.Seed, _optimizer.Steps, WordSite - stretch);
            if (_network.Subwords is { } known)
                Dropout.LeaveSubwords(_settings.WordDropout, key, known, _batch.MutableIds);
            else
                Dropout.ReplaceIds(_settings.WordDropout, key, unknown, _batch.MutableIds);
        }
    }

    // Rows of the batch's words, before they are read.
    private void CatchUp(Batch batch)
    {
        _rows?.Add(batch.Ids);
        _rows?.CatchUp();
        if (_subwordRows is null)
            return;
        foreach (int id in batch.Ids)
            _subwordRows.Add(_network.SubwordsOf(id, batch));
        _subwordRows.CatchUp();
    }

    private StepResult Update(double loss, float learningRate)
    {
        double norm = _gradients.Norm();
        bool clipped = _optimizer.Begin(learningRate, norm);
        _pool.Run(this, DenseParts + 1 + SubwordParts);
        if (_optimizer.Missed is { IsFull: true })
            CatchUp();
        _packing.Run();
        return new StepResult(loss, norm, clipped);
    }

    void IParallelWork.Execute(int part, int worker)
    {
        if (part == DenseParts)
        {
            UpdateSeenRows();
            return;
        }
        if (part > DenseParts)
        {
            UpdateSubwords(part - DenseParts - 1);
            return;
        }
        int start = _parameters.DenseStart + part * BlockLength;
        int count = Math.Min(BlockLength, _parameters.Length - start);
        _optimizer.Update(start, count, _parameters.Pointer, _gradients.Dense + part * BlockLength);
    }

    private int DenseParts => (_parameters.Length - _parameters.DenseStart + BlockLength - 1) / BlockLength;

    private int SubwordParts => _gradients.Subwords is { } subwords
        ? (subwords.Seen.Length + SubwordRowsAPart - 1) / SubwordRowsAPart
        : 0;

    private void UpdateSubwords(int part)
    {
        SubwordSum subwords = _gradients.Subwords!;
        (int first, int width) = (part * SubwordRowsAPart, _network.Config.Embedding);
        ReadOnlySpan<int> rows = subwords.Seen.Slice(first, Math.Min(SubwordRowsAPart, subwords.Seen.Length - first));
        for (int i = 0; i < rows.Length; i++)
        {
            int start = _network.SubwordTable!.Start + rows[i] * width;
            _optimizer.Update(start, width, _parameters.Pointer, subwords.Rows.PointerTo(first + i));
        }
        _subwordRows?.Updated(rows);
    }

    private void UpdateSeenRows()
    {
        ReadOnlySpan<int> words = _gradients.SeenWords;
        foreach ((Parameter table, _, AlignedBuffer rows) in _gradients.Tables)
        {
            int width = table.TableWidth;
            for (int slot = 0; slot < words.Length; slot++)
            {
                if (!_gradients.HasVector(words[slot]))
                    continue;
                int start = table.Start + words[slot] * width;
                _optimizer.Update(start, width, _parameters.Pointer, rows.Pointer + (long)slot * width);
            }
        }
        _rows?.Updated(words);
    }
}
