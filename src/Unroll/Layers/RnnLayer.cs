using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A vanilla (Elman) recurrent layer over whole sequences, <c>torch.nn.RNN</c> with one layer and one direction.
/// </summary>
/// <remarks>
/// <para>Forward, for t = 1 … T (docs/mathematics.md):</para>
/// <code>
/// a_t = W_ih x_t + W_hh h_{t-1} + b
/// h_t = φ(a_t)
/// </code>
/// <para>Backward, for t = T … 1, where dh_t arrives as the gradient from the layers above:</para>
/// <code>
/// dh_t += W_hhᵀ da_{t+1}
/// da_t  = dh_t ⊙ φ'(a_t)           tanh: 1 - h_t²;  ReLU: 1 where h_t &gt; 0
/// dW_ih = Σ_t da_t x_tᵀ    dW_hh = Σ_t da_t h_{t-1}ᵀ    db = Σ_t da_t
/// dx_t  = W_ihᵀ da_t       dh_0  = W_hhᵀ da_1
/// </code>
/// <para>
/// Sequences are packed (<see cref="Batches.Batch"/>): step t holds one row for each of the <c>batchSizes[t]</c> sentences that
/// are still running, N rows in all, so padding does not exist. Sentences of one length give plain [T,B,·].
/// The layer keeps no state; buffers belong to the caller.
/// </para>
/// </remarks>
/// <param name="inputSize">I: the width of the input, or the size of the vocabulary for one-hot input.</param>
/// <param name="hiddenSize">H: the width of the hidden state.</param>
/// <param name="nonlinearity">φ.</param>
public sealed class RnnLayer(int inputSize, int hiddenSize, Nonlinearity nonlinearity)
{
    /// <summary>I.</summary>
    public int InputSize { get; } = inputSize;

    /// <summary>H.</summary>
    public int HiddenSize { get; } = hiddenSize;

    /// <summary>φ.</summary>
    public Nonlinearity Nonlinearity { get; } = nonlinearity;

    /// <summary>Computes every hidden state from dense input.</summary>
    /// <param name="parameters">The layer's parameters.</param>
    /// <param name="batchSizes">[T]: the rows of each step, not increasing.</param>
    /// <param name="input">x, [N,I].</param>
    /// <param name="initialHidden">h_0, [B,H]; empty for zeros.</param>
    /// <param name="hidden">h, [N,H]; overwritten.</param>
    public void Forward(
        RnnParameters parameters, ReadOnlySpan<int> batchSizes, ReadOnlySpan<float> input,
        ReadOnlySpan<float> initialHidden, Span<float> hidden)
    {
        Rows.Broadcast(parameters.Bias, hidden);
        MatrixProduct.AddTimesTransposed(
            input, parameters.InputWeight, hidden, hidden.Length / HiddenSize, HiddenSize, InputSize);
        ForwardThroughTime(parameters, batchSizes, initialHidden, hidden);
    }

    /// <summary>Computes every hidden state from one-hot input: W_ih x_t is the column of W_ih that the word names.</summary>
    /// <param name="parameters">The layer's parameters.</param>
    /// <param name="batchSizes">[T]: the rows of each step, not increasing.</param>
    /// <param name="ids">[N], each in 0 … I-1.</param>
    /// <param name="initialHidden">h_0, [B,H]; empty for zeros.</param>
    /// <param name="hidden">h, [N,H]; overwritten.</param>
    public void ForwardOneHot(
        RnnParameters parameters, ReadOnlySpan<int> batchSizes, ReadOnlySpan<int> ids,
        ReadOnlySpan<float> initialHidden, Span<float> hidden)
    {
        Rows.Broadcast(parameters.Bias, hidden);
        Columns.AddGathered(parameters.InputWeight, ids, hidden, HiddenSize, InputSize);
        ForwardThroughTime(parameters, batchSizes, initialHidden, hidden);
    }

    /// <summary>Propagates the gradient of every hidden state back to the parameters, the input and h_0.</summary>
    /// <param name="parameters">The parameters of the forward pass.</param>
    /// <param name="gradients">Their gradients; added to.</param>
    /// <param name="batchSizes">[T], as in the forward pass.</param>
    /// <param name="input">x of the forward pass, [N,I].</param>
    /// <param name="initialHidden">h_0 of the forward pass, [B,H]; empty for zeros.</param>
    /// <param name="hidden">h, the result of the forward pass, [N,H].</param>
    /// <param name="dHidden">[N,H]: the gradient from the layers above on entry, da on return.</param>
    /// <param name="dInput">dx, [N,I]; overwritten. Empty if not wanted.</param>
    /// <param name="dInitialHidden">dh_0, [B,H]; overwritten. Empty if not wanted.</param>
    public void Backward(
        RnnParameters parameters, RnnGradients gradients, ReadOnlySpan<int> batchSizes, ReadOnlySpan<float> input,
        ReadOnlySpan<float> initialHidden, ReadOnlySpan<float> hidden, Span<float> dHidden,
        Span<float> dInput, Span<float> dInitialHidden)
    {
        BackwardThroughTime(parameters, gradients, batchSizes, initialHidden, hidden, dHidden, dInitialHidden);
        int rows = dHidden.Length / HiddenSize;
        MatrixProduct.AddTransposedTimes(dHidden, input, gradients.DInputWeight, rows, HiddenSize, InputSize);
        if (dInput.IsEmpty)
            return;
        dInput.Clear();
        MatrixProduct.AddTimes(dHidden, parameters.InputWeight, dInput, rows, HiddenSize, InputSize);
    }

    /// <summary>The backward pass of <see cref="ForwardOneHot"/>; a one-hot input has no gradient.</summary>
    /// <param name="parameters">The parameters of the forward pass.</param>
    /// <param name="gradients">Their gradients; added to.</param>
    /// <param name="batchSizes">[T], as in the forward pass.</param>
    /// <param name="ids">[N], as in the forward pass.</param>
    /// <param name="initialHidden">h_0 of the forward pass, [B,H]; empty for zeros.</param>
    /// <param name="hidden">h, the result of the forward pass, [N,H].</param>
    /// <param name="dHidden">[N,H]: the gradient from the layers above on entry, da on return.</param>
    /// <param name="dInitialHidden">dh_0, [B,H]; overwritten. Empty if not wanted.</param>
    public void BackwardOneHot(
        RnnParameters parameters, RnnGradients gradients, ReadOnlySpan<int> batchSizes, ReadOnlySpan<int> ids,
        ReadOnlySpan<float> initialHidden, ReadOnlySpan<float> hidden, Span<float> dHidden, Span<float> dInitialHidden)
    {
        BackwardThroughTime(parameters, gradients, batchSizes, initialHidden, hidden, dHidden, dInitialHidden);
        Columns.ScatterAdd(dHidden, ids, gradients.DInputWeight, HiddenSize, InputSize);
    }

    // On entry hidden holds W_ih x_t + b.
    private void ForwardThroughTime(
        RnnParameters parameters, ReadOnlySpan<int> batchSizes, ReadOnlySpan<float> initialHidden, Span<float> hidden)
    {
        ReadOnlySpan<float> previous = initialHidden;
        int start = 0;
        foreach (int batchSize in batchSizes)
        {
            int length = batchSize * HiddenSize;
            Span<float> current = hidden.Slice(start, length);
            if (!previous.IsEmpty)
            {
                MatrixProduct.AddTimesTransposed(
                    previous[..length], parameters.RecurrentWeight, current, batchSize, HiddenSize, HiddenSize);
            }
            if (Nonlinearity == Nonlinearity.Tanh)
                Activations.Tanh(current);
            else
                Activations.Relu(current);
            previous = current;
            start += length;
        }
    }

    private void BackwardThroughTime(
        RnnParameters parameters, RnnGradients gradients, ReadOnlySpan<int> batchSizes, ReadOnlySpan<float> initialHidden,
        ReadOnlySpan<float> hidden, Span<float> dHidden, Span<float> dInitialHidden)
    {
        int end = dHidden.Length;
        for (int t = batchSizes.Length - 1; t >= 0; t--)
        {
            int batchSize = batchSizes[t];
            int length = batchSize * HiddenSize;
            int start = end - length;
            Span<float> dCurrent = dHidden.Slice(start, length);
            if (Nonlinearity == Nonlinearity.Tanh)
                Activations.TanhBackward(hidden.Slice(start, length), dCurrent);
            else
                Activations.ReluBackward(hidden.Slice(start, length), dCurrent);

            bool first = t == 0;
            int previousLength = first ? 0 : batchSizes[t - 1] * HiddenSize;
            ReadOnlySpan<float> previous = first ? initialHidden : hidden.Slice(start - previousLength, length);
            Span<float> dPrevious = first ? dInitialHidden : dHidden.Slice(start - previousLength, length);
            if (first)
                dPrevious.Clear();
            if (!previous.IsEmpty)
            {
                MatrixProduct.AddTransposedTimes(
                    dCurrent, previous, gradients.DRecurrentWeight, batchSize, HiddenSize, HiddenSize);
            }
            if (!dPrevious.IsEmpty)
            {
                MatrixProduct.AddTimes(
                    dCurrent, parameters.RecurrentWeight, dPrevious, batchSize, HiddenSize, HiddenSize);
            }
            end = start;
        }
        Rows.AddSum(dHidden, gradients.DBias);
    }
}
