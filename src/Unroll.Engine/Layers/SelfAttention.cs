using Unroll.Engine.Batches;
using Unroll.Engine.Kernels;
using Unroll.Engine.Numerics;

namespace Unroll.Engine.Layers;

/// <summary>
/// Scaled dot-product attention (Vaswani et al., 2017) of every sentence of a shard to itself, head by head: the part of
/// <c>torch.nn.MultiheadAttention</c> between its two linear maps. Padding has no place: a sentence's tokens are taken together,
/// and what grows with the square of its length is a block of queries at a time.
/// </summary>
/// <remarks>
/// <code>
/// Forward    S = Q Kᵀ / √d       P = softmax of each row of S       O = M ⊙ P V         d = E / heads, M the mask of dropout
/// Backward   dV = (M ⊙ P)ᵀ dO    dP = M ⊙ (dO Vᵀ)                   dS = P ⊙ (dP - Σ_j P dP) / √d
///            dQ = dS K           dK = dSᵀ Q
/// </code>
/// The backward pass computes P again, so nothing of [T,T] is kept.
/// </remarks>
/// <param name="kernels">The kernels that compute.</param>
/// <param name="width">E.</param>
/// <param name="heads">Heads; they divide E.</param>
internal sealed unsafe class SelfAttention(IKernels kernels, int width, int heads)
{
    private const int QueriesTogether = 64;

    private readonly int _headWidth = width / heads;
    private readonly float _scale = (float)(1 / Math.Sqrt(width / heads));

    /// <summary>Scratch floats that a pass over a shard needs.</summary>
    /// <param name="steps">T: tokens of its longest sentence.</param>
    /// <param name="mode">What is done with it.</param>
    public long ScratchLength(int steps, PassMode mode)
    {
        long queries = Math.Min(QueriesTogether, steps);
        long forward = 4L * steps * width + PackedKeys(steps) + PackedValues(steps) + queries * steps;
        long packedQueries = kernels.PackedLength((int)queries, _headWidth);
        return mode == PassMode.Forward
            ? forward
            : forward + 3L * steps * width + PackedKeys(steps) + 4 * queries * steps + 2 * packedQueries;
    }

    /// <summary>Q, K, V → O.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="qkv">Q, K and V of every token side by side, [N,3E].</param>
    /// <param name="output">O of every head side by side, [N,E]; overwritten.</param>
    /// <param name="dropout">What is dropped of P.</param>
    /// <param name="site">The place of P in the network.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/> floats.</param>
    public void Forward(Shard shard, in Matrix qkv, in Matrix output, in DropoutMasks dropout, int site, float* scratch)
    {
        uint key = dropout.KeyOf(site);
        for (int row = 0; row < shard.Rows; row++)
        {
            int steps = shard.LengthOf(row);
            float* memory = scratch;
            Matrix sentence = Take(ref memory, steps, 3 * width);
            Matrix gathered = Take(ref memory, steps, width);
            Gather(shard, row, qkv, sentence);
            for (int head = 0; head < heads; head++)
                ForwardHead(Head(sentence, head), ColumnsOf(gathered, head), dropout, KeyOf(key, shard, row, head), memory);
            Scatter(shard, row, gathered, output);
        }
    }

    /// <summary>dO → dQ, dK, dV.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="qkv">As it was forward, [N,3E]; overwritten with its gradient.</param>
    /// <param name="dOutput">dO, [N,E].</param>
    /// <param name="dropout">As it was forward.</param>
    /// <param name="site">As it was forward.</param>
    /// <param name="scratch">Memory of <see cref="ScratchLength"/> floats.</param>
    public void Backward(Shard shard, in Matrix qkv, in Matrix dOutput, in DropoutMasks dropout, int site, float* scratch)
    {
        uint key = dropout.KeyOf(site);
        for (int row = 0; row < shard.Rows; row++)
        {
            int steps = shard.LengthOf(row);
            float* memory = scratch;
            Matrix sentence = Take(ref memory, steps, 3 * width);
            Matrix gathered = Take(ref memory, steps, width);
            Matrix dSentence = Take(ref memory, steps, 3 * width);
            Gather(shard, row, qkv, sentence);
            Gather(shard, row, dOutput, gathered);
            dSentence.Clear();
            for (int head = 0; head < heads; head++)
            {
                BackwardHead(
                    Head(sentence, head), ColumnsOf(gathered, head), Head(dSentence, head), dropout,
                    KeyOf(key, shard, row, head), memory);
            }
            Scatter(shard, row, dSentence, qkv);
        }
    }

    /// <summary>P of one head of a sentence that is alone in its batch, nothing dropped.</summary>
    /// <param name="qkv">Q, K and V of its tokens, [T,3E].</param>
    /// <param name="head">Which head.</param>
    /// <returns>[T][T]: how much each word (row) reads of each.</returns>
    public float[][] Weights(in Matrix qkv, int head)
    {
        QueryKeyValue one = Head(qkv, head);
        int steps = qkv.Rows;
        var memory = new AlignedBuffer(PackedKeys(steps) + steps);
        float[][] weights = new float[steps][];
        for (int t = 0; t < steps; t++)
        {
            float* next = memory.Pointer;
            PackedMatrix keys = PackKeys(one.Key, ref next);
            Matrix scores = Take(ref next, 1, steps);
            Scores(one.Query.RowsFrom(t, 1), keys, scores);
            weights[t] = scores.Row(0).ToArray();
        }
        GC.KeepAlive(memory);
        return weights;
    }

    private void ForwardHead(in QueryKeyValue one, in Matrix output, in DropoutMasks dropout, uint key, float* memory)
    {
        int steps = output.Rows;
        PackedMatrix keys = PackKeys(one.Key, ref memory);
        PackedMatrix values = PackRows(one.Value, ref memory);
        for (int first = 0; first < steps; first += QueriesTogether)
        {
            int queries = Math.Min(QueriesTogether, steps - first);
            var p = new Matrix(memory, queries, steps);
            Scores(one.Query.RowsFrom(first, queries), keys, p);
            if (dropout.Share > 0)
                Drop(dropout.Share, key, first, p, p);
            kernels.Multiply(p, values, output.RowsFrom(first, queries), default);
        }
    }

    private void BackwardHead(
        in QueryKeyValue one, in Matrix dOutput, in QueryKeyValue gradients, in DropoutMasks dropout, uint key, float* memory)
    {
        int steps = dOutput.Rows;
        PackedMatrix keys = PackKeys(one.Key, ref memory);
        PackedMatrix values = PackKeys(one.Value, ref memory);
        PackedMatrix keyRows = PackRows(one.Key, ref memory);
        for (int first = 0; first < steps; first += QueriesTogether)
        {
            int queries = Math.Min(QueriesTogether, steps - first);
            float* next = memory;
            Matrix query = one.Query.RowsFrom(first, queries);
            Matrix dO = dOutput.RowsFrom(first, queries);
            Matrix p = Take(ref next, queries, steps);
            Matrix dropped = Take(ref next, queries, steps);
            Matrix dp = Take(ref next, queries, steps);
            Scores(query, keys, p);
            kernels.Multiply(dO, values, dp, default);
            if (dropout.Share > 0)
            {
                Drop(dropout.Share, key, first, p, dropped);
                Drop(dropout.Share, key, first, dp, dp);
            }
            AddProduct(dropout.Share > 0 ? dropped : p, dO, gradients.Value, next);
            for (int i = 0; i < queries; i++)
                kernels.SoftmaxBackward(steps, _scale, p.PointerTo(i), dp.PointerTo(i));
            kernels.Multiply(dp, keyRows, gradients.Query.RowsFrom(first, queries), default);
            AddProduct(dp, query, gradients.Key, next);
        }
    }

    // P: the softmax of each row of Q Kᵀ / √d.
    private void Scores(in Matrix query, in PackedMatrix keys, in Matrix p)
    {
        kernels.Multiply(query, keys, p, default);
        for (int i = 0; i < p.Rows; i++)
            kernels.Softmax(p.Columns, _scale, p.PointerTo(i));
    }

    // sum += aᵀ b
    private void AddProduct(in Matrix a, in Matrix b, in Matrix sum, float* memory)
    {
        var columns = new PackedColumns(memory, a.Rows, a.Columns);
        var packed = new PackedMatrix(kernels, memory + (long)a.Rows * a.Columns, b.Rows, b.Columns);
        kernels.PackColumns(a, columns);
        kernels.Pack(b, packed);
        kernels.AddProductOfColumns(columns, packed, sum);
    }

    // The masks of a sentence's head are its own; a place in it is query · T + key.
    private static void Drop(float share, uint key, int first, in Matrix x, in Matrix y) =>
        Dropout.Apply(share, key, (long)first * x.Columns, (long)x.Rows * x.Columns, x.Pointer, y.Pointer);

    private uint KeyOf(uint key, Shard shard, int row, int head) =>
        Numerics.Scatter.Mix(key + (uint)((shard.FirstRow + row) * heads + head));

    private static Matrix Take(ref float* memory, int rows, int columns)
    {
        var matrix = new Matrix(memory, rows, columns);
        memory += (long)rows * columns;
        return matrix;
    }

    // [T,d] → its transpose, packed
    private PackedMatrix PackKeys(in Matrix rows, ref float* memory)
    {
        var packed = new PackedMatrix(kernels, memory, rows.Columns, rows.Rows);
        kernels.PackTransposed(rows, packed);
        memory += PackedKeys(rows.Rows);
        return packed;
    }

    private PackedMatrix PackRows(in Matrix rows, ref float* memory)
    {
        var packed = new PackedMatrix(kernels, memory, rows.Rows, rows.Columns);
        kernels.Pack(rows, packed);
        memory += PackedValues(rows.Rows);
        return packed;
    }

    private long PackedKeys(int steps) => kernels.PackedLength(_headWidth, steps);

    private long PackedValues(int steps) => kernels.PackedLength(steps, _headWidth);

    private QueryKeyValue Head(in Matrix qkv, int head) => new(
        ColumnsOf(qkv.ColumnsFrom(0, width), head), ColumnsOf(qkv.ColumnsFrom(width, width), head),
        ColumnsOf(qkv.ColumnsFrom(2 * width, width), head));

    private Matrix ColumnsOf(in Matrix ofHeads, int head) => ofHeads.ColumnsFrom(head * _headWidth, _headWidth);

    private static void Gather(Shard shard, int row, in Matrix tokens, in Matrix sentence)
    {
        for (int t = 0; t < sentence.Rows; t++)
            tokens.Row(shard.Offset(t) + row).CopyTo(sentence.Row(t));
    }

    private static void Scatter(Shard shard, int row, in Matrix sentence, in Matrix tokens)
    {
        for (int t = 0; t < sentence.Rows; t++)
            sentence.Row(t).CopyTo(tokens.Row(shard.Offset(t) + row));
    }

    // Of one head and sentence, [T,d] each.
    private readonly struct QueryKeyValue(Matrix query, Matrix key, Matrix value)
    {
        public Matrix Query { get; } = query;

        public Matrix Key { get; } = key;

        public Matrix Value { get; } = value;
    }
}
