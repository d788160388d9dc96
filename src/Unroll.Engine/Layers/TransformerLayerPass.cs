using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// A layer of a Transformer at work: the equations of <see cref="TransformerLayer"/> over chunks of tokens, with attention, which
/// needs whole sentences, between them. A backward pass follows a forward pass, whose queries, keys, values and heads it
/// overwrites.
/// </summary>
/// <remarks>
/// <code>
/// Backward, norm before    dr = dy + N₂'(F'(D dy))                dx = dr + N₁'(A'(D dr))
///           norm after     ds₂ = N₂'(dy)                          ds₂ is the gradient of r + D(F(r))
///                          ds₁ = N₁'(ds₂ + F'(D ds₂))             dx = ds₁ + A'(D ds₁)
/// </code>
/// ' stands for the step back through a part, which also adds the gradients of its parameters.
/// </remarks>
internal sealed unsafe class TransformerLayerPass(TransformerLayer layer) : ILayerPass
{
    // Tokens that go through the products together: what they give stays in the caches until it is read.
    private const int TokensTogether = 256;

    // Dropout of the network itself has sites below; a layer has four, those of torch.nn.TransformerEncoderLayer.
    private const int FirstSite = 1 << 12;
    private const int Sites = 4;

    private readonly AlignedBuffer _normed = new();
    private readonly AlignedBuffer _qkv = new();
    private readonly AlignedBuffer _heads = new();
    private readonly AlignedBuffer _sum = new();
    private readonly AlignedBuffer _second = new();
    private readonly AlignedBuffer _hidden = new();
    private readonly AlignedBuffer _statistics = new();
    private int _tokens;

    public long Length => (long)_normed.Length + _qkv.Length + _heads.Length + _sum.Length + _second.Length + _hidden.Length
        + _statistics.Length;

    private int Width => layer.OutputSize;

    private IKernels Kernels => layer.Kernels;

    private int AttentionSite => FirstSite + Sites * layer.Index;

    private int AttendedSite => AttentionSite + 1;

    private int HiddenSite => AttentionSite + 2;

    private int FedForwardSite => AttentionSite + 3;

    public void Prepare(int tokens, int rows, PassMode mode)
    {
        _tokens = tokens;
        if (mode == PassMode.Forward)
            return;
        _normed.EnsureLength((long)tokens * Width);
        _qkv.EnsureLength(3L * tokens * Width);
        _heads.EnsureLength((long)tokens * Width);
        _sum.EnsureLength((long)tokens * Width);
        _second.EnsureLength((long)tokens * Width);
        _hidden.EnsureLength((long)tokens * layer.FeedForwardSize);
        _statistics.EnsureLength(2L * tokens * LayerNorm.Statistics);
    }

    public long ScratchLength(Shard shard, PassMode mode)
    {
        int chunk = Math.Min(TokensTogether, shard.Tokens);
        long attention = layer.Attention.ScratchLength(shard.Steps, mode);
        if (mode == PassMode.Forward)
            return 4L * shard.Tokens * Width + OfChunk(chunk) + attention;
        long linear = 0;
        foreach (Linear each in (ReadOnlySpan<Linear>)[layer.InProjection, layer.OutProjection, layer.First, layer.Second])
            linear = Math.Max(linear, each.ScratchLength(chunk));
        return Math.Max(attention, (long)chunk * (Width + layer.FeedForwardSize) + Math.Max(linear, layer.Norm.ScratchLength));
    }

    public void Forward(in LayerArguments arguments)
    {
        Shard shard = arguments.Shard;
        float* scratch = arguments.Scratch;
        Memory memory = arguments.Mode == PassMode.ForwardBackward ? Kept(shard) : InScratch(shard, ref scratch);
        for (int first = 0; first < shard.Tokens; first += TokensTogether)
            ProjectIn(arguments, memory, first, Math.Min(TokensTogether, shard.Tokens - first));
        layer.Attention.Forward(shard, memory.Qkv, memory.Heads, arguments.Dropout, AttentionSite, scratch);
        for (int first = 0; first < shard.Tokens; first += TokensTogether)
            AttendAndFeedForward(arguments, memory, first, Math.Min(TokensTogether, shard.Tokens - first));
    }

    public void Backward(in LayerArguments arguments, LayerTensors gradients)
    {
        Shard shard = arguments.Shard;
        Memory memory = Kept(shard);
        for (int first = 0; first < shard.Tokens; first += TokensTogether)
            BackwardToHeads(arguments, gradients, memory, first, Math.Min(TokensTogether, shard.Tokens - first));
        layer.Attention.Backward(shard, memory.Qkv, memory.Heads, arguments.Dropout, AttentionSite, arguments.Scratch);
        for (int first = 0; first < shard.Tokens; first += TokensTogether)
            BackwardToInput(arguments, gradients, memory, first, Math.Min(TokensTogether, shard.Tokens - first));
    }

    /// <summary>
    /// How much each word reads of each, by head, after a pass that keeps its trace over one sentence, and before a backward
    /// pass.
    /// </summary>
    /// <returns>[heads][T][T].</returns>
    public float[][][] AttentionWeights()
    {
        Matrix qkv = _qkv.AsMatrix(_tokens, 3 * Width);
        float[][][] weights = new float[layer.Heads][][];
        for (int head = 0; head < weights.Length; head++)
            weights[head] = layer.Attention.Weights(qkv, head);
        return weights;
    }

    private void ProjectIn(in LayerArguments arguments, in Memory memory, int first, int count)
    {
        Matrix x = arguments.Input.RowsFrom(first, count);
        Matrix read = x;
        if (layer.NormsFirst)
        {
            read = memory.Part(memory.Normed, first, count);
            Norm(TransformerLayer.Place.Norm1, x, read, memory.Part(memory.Statistics1, first, count));
        }
        layer.InProjection.Forward(
            read, layer.Parameters[TransformerLayer.Place.InProjection + 1], memory.Qkv.RowsFrom(first, count));
    }

    private void AttendAndFeedForward(in LayerArguments arguments, in Memory memory, int first, int count)
    {
        LayerTensors parameters = layer.Parameters;
        int token = arguments.Shard.FirstToken + first;
        Matrix x = arguments.Input.RowsFrom(first, count);
        Matrix y = arguments.Output.RowsFrom(first, count);
        Matrix sum = memory.Part(memory.Sum, first, count);
        Matrix hidden = memory.Part(memory.Hidden, first, count);
        Matrix second = memory.Part(memory.Second, first, count);
        layer.OutProjection.Forward(
            memory.Heads.RowsFrom(first, count), parameters[TransformerLayer.Place.OutProjection + 1], sum);
        arguments.Dropout.Apply(AttendedSite, token, sum);
        Add(x, sum);
        Matrix read = layer.NormsFirst ? second : memory.Part(memory.Normed, first, count);
        if (layer.NormsFirst)
            Norm(TransformerLayer.Place.Norm2, sum, read, memory.Part(memory.Statistics2, first, count));
        else
            Norm(TransformerLayer.Place.Norm1, sum, read, memory.Part(memory.Statistics1, first, count));
        layer.First.Forward(read, parameters[TransformerLayer.Place.First + 1], hidden);
        Kernels.Relu(hidden.Rows * hidden.Columns, hidden.Pointer);
        arguments.Dropout.Apply(HiddenSite, token, hidden);
        Matrix fed = layer.NormsFirst ? y : second;
        layer.Second.Forward(hidden, parameters[TransformerLayer.Place.Second + 1], fed);
        arguments.Dropout.Apply(FedForwardSite, token, fed);
        Add(layer.NormsFirst ? sum : read, fed);
        if (!layer.NormsFirst)
            Norm(TransformerLayer.Place.Norm2, fed, y, memory.Part(memory.Statistics2, first, count));
    }

    // dy → the gradient of x + D(A(…)), which is left in the place of dx, and that of the heads, in their place.
    private void BackwardToHeads(in LayerArguments arguments, LayerTensors gradients, in Memory memory, int first, int count)
    {
        int token = arguments.Shard.FirstToken + first;
        float* scratch = arguments.Scratch;
        Matrix branch = Take(ref scratch, count, Width);
        Matrix dHidden = Take(ref scratch, count, layer.FeedForwardSize);
        Matrix dy = arguments.DOutput.RowsFrom(first, count);
        Matrix dSum = arguments.DInput.RowsFrom(first, count);
        Matrix sum = memory.Sum.RowsFrom(first, count);
        Matrix second = memory.Second.RowsFrom(first, count);
        Matrix hidden = memory.Hidden.RowsFrom(first, count);
        if (layer.NormsFirst)
        {
            dy.CopyTo(dSum);
        }
        else
        {
            dSum.Clear();
            NormBackward(
                TransformerLayer.Place.Norm2, second, memory.Statistics2.RowsFrom(first, count), dy, dSum, gradients, scratch);
        }
        dSum.CopyTo(branch);
        arguments.Dropout.Apply(FedForwardSite, token, branch);
        LinearBackward(layer.Second, TransformerLayer.Place.Second, hidden, branch, dHidden, gradients, scratch);
        // What dropout set to zero is zero in the hidden values too.
        Kernels.ReluBackward(
            dHidden.Rows * dHidden.Columns, arguments.Dropout.Share > 0 ? arguments.Dropout.Scale : 1, hidden.Pointer,
            dHidden.Pointer);
        Matrix read = layer.NormsFirst ? second : memory.Normed.RowsFrom(first, count);
        LinearBackward(layer.First, TransformerLayer.Place.First, read, dHidden, branch, gradients, scratch);
        if (layer.NormsFirst)
        {
            NormBackward(
                TransformerLayer.Place.Norm2, sum, memory.Statistics2.RowsFrom(first, count), branch, dSum, gradients, scratch);
        }
        else
        {
            Add(dSum, branch);
            dSum.Clear();
            NormBackward(
                TransformerLayer.Place.Norm1, sum, memory.Statistics1.RowsFrom(first, count), branch, dSum, gradients, scratch);
        }
        dSum.CopyTo(branch);
        arguments.Dropout.Apply(AttendedSite, token, branch);
        Matrix heads = memory.Heads.RowsFrom(first, count);
        LinearBackward(layer.OutProjection, TransformerLayer.Place.OutProjection, heads, branch, heads, gradients, scratch);
    }

    private void BackwardToInput(in LayerArguments arguments, LayerTensors gradients, in Memory memory, int first, int count)
    {
        float* scratch = arguments.Scratch;
        Matrix branch = Take(ref scratch, count, Width);
        Matrix x = arguments.Input.RowsFrom(first, count);
        Matrix dx = arguments.DInput.RowsFrom(first, count);
        Matrix read = layer.NormsFirst ? memory.Normed.RowsFrom(first, count) : x;
        LinearBackward(
            layer.InProjection, TransformerLayer.Place.InProjection, read, memory.Qkv.RowsFrom(first, count), branch, gradients,
            scratch);
        if (layer.NormsFirst)
        {
            NormBackward(
                TransformerLayer.Place.Norm1, x, memory.Statistics1.RowsFrom(first, count), branch, dx, gradients, scratch);
        }
        else
        {
            Add(branch, dx);
        }
    }

    private void Norm(int place, in Matrix x, in Matrix y, in Matrix statistics) =>
        layer.Norm.Forward(x, layer.Parameters[place], layer.Parameters[place + 1], y, statistics);

    private void NormBackward(
        int place, in Matrix x, in Matrix statistics, in Matrix dy, in Matrix dx, LayerTensors gradients, float* scratch) =>
        layer.Norm.Backward(x, statistics, layer.Parameters[place], dy, dx, gradients[place], gradients[place + 1], scratch);

    private static void LinearBackward(
        Linear linear, int place, in Matrix x, in Matrix dy, in Matrix dx, LayerTensors gradients, float* scratch) =>
        linear.Backward(x, dy, dx, gradients[place], gradients[place + 1], scratch);

    // y += x
    private void Add(in Matrix x, in Matrix y) => Kernels.AddScaled(x.Rows * x.Columns, 1, x.Pointer, y.Pointer);

    private static Matrix Take(ref float* memory, int rows, int columns)
    {
        var matrix = new Matrix(memory, rows, columns);
        memory += (long)rows * columns;
        return matrix;
    }

    private Memory Kept(Shard shard) => new(keepsAll: true)
    {
        Normed = OfShard(_normed, shard, Width),
        Qkv = OfShard(_qkv, shard, 3 * Width),
        Heads = OfShard(_heads, shard, Width),
        Sum = OfShard(_sum, shard, Width),
        Second = OfShard(_second, shard, Width),
        Hidden = OfShard(_hidden, shard, layer.FeedForwardSize),
        Statistics1 = OfShard(_statistics, shard, 2 * LayerNorm.Statistics).ColumnsFrom(0, LayerNorm.Statistics),
        Statistics2 = OfShard(_statistics, shard, 2 * LayerNorm.Statistics)
            .ColumnsFrom(LayerNorm.Statistics, LayerNorm.Statistics),
    };

    private Matrix OfShard(AlignedBuffer buffer, Shard shard, int columns) =>
        buffer.AsMatrix(_tokens, columns).RowsFrom(shard.FirstToken, shard.Tokens);

    // Floats of what a forward pass alone keeps of a chunk.
    private long OfChunk(int chunk) => (long)chunk * (3 * Width + layer.FeedForwardSize + 2 * LayerNorm.Statistics);

    private Memory InScratch(Shard shard, ref float* scratch)
    {
        int chunk = Math.Min(TokensTogether, shard.Tokens);
        return new Memory(keepsAll: false)
        {
            Qkv = Take(ref scratch, shard.Tokens, 3 * Width),
            Heads = Take(ref scratch, shard.Tokens, Width),
            Normed = Take(ref scratch, chunk, Width),
            Sum = Take(ref scratch, chunk, Width),
            Second = Take(ref scratch, chunk, Width),
            Hidden = Take(ref scratch, chunk, layer.FeedForwardSize),
            Statistics1 = Take(ref scratch, chunk, LayerNorm.Statistics),
            Statistics2 = Take(ref scratch, chunk, LayerNorm.Statistics),
        };
    }

    // What is computed of a shard: of all its tokens, or, but for what attention reads and gives, of one chunk after the other.
    private readonly ref struct Memory(bool keepsAll)
    {
        /// <summary>N₁ of what it reads, [N,E].</summary>
        public Matrix Normed { get; init; }

        /// <summary>Q, K and V, [N,3E].</summary>
        public Matrix Qkv { get; init; }

        /// <summary>O of every head, [N,E].</summary>
        public Matrix Heads { get; init; }

        /// <summary>x + D(A(…)), [N,E].</summary>
        public Matrix Sum { get; init; }

        /// <summary>With norms before N₂(r), else what N₂ reads, [N,E].</summary>
        public Matrix Second { get; init; }

        /// <summary>D(relu(W₁ r + b₁)), [N,F].</summary>
        public Matrix Hidden { get; init; }

        /// <summary>Of N₁, [N,<see cref="LayerNorm.Statistics"/>].</summary>
        public Matrix Statistics1 { get; init; }

        /// <summary>Of N₂.</summary>
        public Matrix Statistics2 { get; init; }

        public Matrix Part(in Matrix of, int first, int count) => of.RowsFrom(keepsAll ? first : 0, count);
    }
}
