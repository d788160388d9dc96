using System.Numerics;
using System.Runtime.Intrinsics;
using Unroll.Engine.Batches;
using Unroll.Engine.Losses;
using Unroll.Engine.Numerics;

namespace Unroll.Terms;

/// <summary>Multinomial logistic regression over sparse rows, by stochastic gradient descent.</summary>
/// <remarks>
/// <code>
/// z = W x + b,  p = softmax(z)
/// objective = Σ_rows -log p_label + Σ_j ‖W_j / s_j‖² / 2c
///           = Σ_rows (-log p_label + Σ_{j in row} ‖W_j / s_j‖² / (2c df_j))  df_j: the rows in which column j is not zero
/// dz = p - [label],  dW_j = s_j² x_j dz + W_j / (c df_j),  db = dz
/// W_j -= η dW_j  for the columns of the row,  b -= η db / 10,  η falls in a straight line from its start to 0
/// </code>
/// s scales each weight (1 where none are given): it is the step of W / s. Shared out like this the penalty is as sparse as the
/// rows. The rate of b is smaller because b stands in every row. Where rows may have several classes, each has a sigmoid in the
/// place of the softmax, and all else is the same.
/// </remarks>
internal sealed class LogisticRegression
{
    private const float BiasShare = 0.1f;
    private const int RowsBetweenChecks = 1024;

    private readonly int _classes;
    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <summary>Starts with zeros.</summary>
    /// <param name="columns">F: the columns of a row.</param>
    /// <param name="classes">C.</param>
    public LogisticRegression(int columns, int classes)
    {
        _classes = classes;
        _weights = new float[columns * classes];
        _bias = new float[classes];
    }

    /// <summary>W, [F,C].</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>b, [C].</summary>
    public ReadOnlySpan<float> Bias => _bias;

    /// <summary>z of one row.</summary>
    /// <param name="weights">W, [F,C].</param>
    /// <param name="bias">b, [C].</param>
    /// <param name="columns">The row's columns that are not zero.</param>
    /// <param name="values">x, what stands there.</param>
    /// <param name="logits">z, [C]; overwritten.</param>
    public static void Logits(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<int> columns, ReadOnlySpan<float> values,
        Span<float> logits)
    {
        bias.CopyTo(logits);
        if (logits.Length < Vector<float>.Count)
        {
            // No vector is whole. A call for each term would cost more than its sums where code is interpreted.
            for (int i = 0; i < columns.Length; i++)
            {
                (float value, int first) = (values[i], columns[i] * logits.Length);
                for (int c = 0; c < logits.Length; c++)
                    logits[c] += value * weights[first + c];
            }
            return;
        }
        for (int i = 0; i < columns.Length; i++)
            AddScaled(values[i], weights.Slice(columns[i] * logits.Length, logits.Length), logits);
    }

    /// <summary>Learns from rows, in another order in every pass; the same rows and settings give the same weights.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="labels">The class of each, or the number of its set.</param>
    /// <param name="rowsWith">df, [F].</param>
    /// <param name="scales">s, [F,C]; empty for ones.</param>
    /// <param name="settings">η at the start, c, and the number of passes.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <param name="offsets">Logits that are added to those of each row, [rows,C]; empty for none.</param>
    /// <param name="sets">The classes of each label, where rows may have several; null for one class a row.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Train(
        SparseRows rows, ReadOnlySpan<int> labels, ReadOnlySpan<int> rowsWith, ReadOnlySpan<float> scales,
        LogisticSettings settings, CancellationToken cancellationToken, ReadOnlySpan<float> offsets = default,
        LabelSets? sets = null)
    {
        var generator = new TorchGenerator(LogisticSettings.Seed);
        int[] order = new int[rows.Count];
        ILoss loss = sets is null ? new SoftmaxCrossEntropy() : new SigmoidCrossEntropy(sets, _classes);
        float[] dLogits = new float[_classes];
        double steps = (double)settings.Passes * rows.Count;
        for (int pass = 0; pass < settings.Passes; pass++)
        {
            generator.FillPermutation(order);
            for (int i = 0; i < order.Length; i++)
            {
                if (i % RowsBetweenChecks == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                int row = order[i];
                double step = (double)pass * order.Length + i;
                float rate = (float)(settings.Rate * (1 - step / steps));
                Logits(_weights, _bias, rows.ColumnsOf(row), rows.ValuesOf(row), dLogits);
                if (!offsets.IsEmpty)
                    AddScaled(1, offsets.Slice(row * _classes, _classes), dLogits);
                loss.Row(dLogits, labels[row], totalWeight: 1, dLogits);
                Update(rows.ColumnsOf(row), rows.ValuesOf(row), dLogits, rowsWith, scales, rate, settings.Strength);
            }
        }
    }

    private void Update(
        ReadOnlySpan<int> columns, ReadOnlySpan<float> values, ReadOnlySpan<float> dLogits, ReadOnlySpan<int> rowsWith,
        ReadOnlySpan<float> scales, float rate, float strength)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            Span<float> weight = _weights.AsSpan(columns[i] * _classes, dLogits.Length);
            float keep = 1 - rate / (strength * rowsWith[columns[i]]);
            float step = rate * values[i];
            if (scales.IsEmpty)
            {
                Descend(weight, keep, step, dLogits);
                continue;
            }
            ReadOnlySpan<float> scale = scales.Slice(columns[i] * _classes, dLogits.Length);
            int done = 0;
            for (; done <= dLogits.Length - Vector<float>.Count; done += Vector<float>.Count)
            {
                var s = new Vector<float>(scale[done..]);
                var next = new Vector<float>(weight[done..]) * keep - s * s * step * new Vector<float>(dLogits[done..]);
                next.CopyTo(weight[done..]);
            }
            for (; done < dLogits.Length; done++)
                weight[done] = weight[done] * keep - scale[done] * scale[done] * step * dLogits[done];
        }
        for (int c = 0; c < dLogits.Length; c++)
            _bias[c] -= rate * BiasShare * dLogits[c];
    }

    // Lane by lane the same numbers at every width of vector; few classes fill only a narrow one.
    private static void AddScaled(float value, ReadOnlySpan<float> weight, Span<float> logits)
    {
        int done = 0;
        for (; done <= logits.Length - Vector<float>.Count; done += Vector<float>.Count)
            (new Vector<float>(logits[done..]) + new Vector<float>(weight[done..]) * value).CopyTo(logits[done..]);
        for (; done <= logits.Length - Vector128<float>.Count; done += Vector128<float>.Count)
            (Vector128.Create(logits[done..]) + Vector128.Create(weight[done..]) * value).CopyTo(logits[done..]);
        for (; done < logits.Length; done++)
            logits[done] += value * weight[done];
    }

    private static void Descend(Span<float> weight, float keep, float step, ReadOnlySpan<float> dLogits)
    {
        int done = 0;
        for (; done <= weight.Length - Vector<float>.Count; done += Vector<float>.Count)
            (new Vector<float>(weight[done..]) * keep - new Vector<float>(dLogits[done..]) * step).CopyTo(weight[done..]);
        for (; done <= weight.Length - Vector128<float>.Count; done += Vector128<float>.Count)
            (Vector128.Create(weight[done..]) * keep - Vector128.Create(dLogits[done..]) * step).CopyTo(weight[done..]);
        for (; done < weight.Length; done++)
            weight[done] = keep * weight[done] - step * dLogits[done];
    }
}
