namespace Unroll.Classroom.Equations;

/// <summary>Each mistake of the backward pass in the words of the mathematics; null for none.</summary>
internal static class BackwardWording
{
    public static string? Of(SoftmaxMistake mistake) => mistake switch
    {
        SoftmaxMistake.Correct => null,
        SoftmaxMistake.Twice or SoftmaxMistake.TwiceAndThrough =>
            "softmax were taken twice: dy = softmax(y) less 1 at the label, not softmax(softmax(y))",
        SoftmaxMistake.LabelMissing => "dy were p: take 1 off at the label",
        SoftmaxMistake.LabelSwapped =>
            "the label were swapped in the gradient: dy = p less 1 at the right label, not at the other",
        SoftmaxMistake.WrongAxis =>
            "softmax were taken over the wrong axis, where every p is 1: the p of both labels add up to 1",
        SoftmaxMistake.NotNormalized => "p were exp(y): divide by the sum, p = exp(y) / Σ exp(y)",
        SoftmaxMistake.Sigmoid => "p were a logistic sigmoid of each logit: p = softmax(y), over both",
        SoftmaxMistake.LabelOnly => "dy were zero but at the label: dy = p less 1 at the label, and p at the other",
        SoftmaxMistake.OneEverywhere => "dy were p - 1 at every label: take 1 off at the right label alone",
        SoftmaxMistake.ByProbability =>
            "dy were -1/p at the label, the gradient by p: go on through the softmax, dy = p less 1 at the label",
        SoftmaxMistake.Squared or SoftmaxMistake.HalfSquared =>
            "the loss were the mean squared error of p: that of the cross-entropy is dy = p less 1 at the label",
        SoftmaxMistake.SquaredOfLogits or SoftmaxMistake.HalfSquaredOfLogits =>
            "the loss were the mean squared error of the logits: that of the cross-entropy is dy = p less 1 at the label",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    public static string? Of(DerivativeMistake mistake) => mistake switch
    {
        DerivativeMistake.Correct => null,
        DerivativeMistake.Missing => "without tanh': da_t = ds_t ⊙ (1 - s_t²)",
        DerivativeMistake.TanhAgain => "with tanh taken again: s_t is a tanh already, tanh' = 1 - s_t²",
        DerivativeMistake.MissingInParameter =>
            "without tanh' in it, though ds_(t-1) has it: da_t = ds_t ⊙ (1 - s_t²), not ds_t",
        DerivativeMistake.MissingInPropagation =>
            "without tanh' on the way back: ds_(t-1) = Wᵀ da_t with da_t = ds_t ⊙ (1 - s_t²), not Wᵀ ds_t",
        DerivativeMistake.MissingAtLastStep => "without tanh' at the last step: da_T = ds_T ⊙ (1 - s_T²)",
        DerivativeMistake.MissingBeforeLastStep =>
            "without tanh' at all steps but the last: da_t = ds_t ⊙ (1 - s_t²) for t = T … 1",
        DerivativeMistake.Sigmoid => "with the derivative of the logistic sigmoid, s_t (1 - s_t): that of tanh is 1 - s_t²",
        DerivativeMistake.Relu => "with the derivative of ReLU, 1 or 0: that of tanh is 1 - s_t²",
        DerivativeMistake.NotSquared => "with 1 - s_t in place of tanh': it is 1 - s_t²",
        DerivativeMistake.WrongSign => "with 1 + s_t² in place of tanh': it is 1 - s_t²",
        DerivativeMistake.StateBefore => "with tanh' of the wrong state, 1 - s_(t-1)²: it is 1 - s_t²",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    public static string? Of(TimeStepsMistake mistake) => mistake switch
    {
        TimeStepsMistake.Correct => null,
        TimeStepsMistake.LastOnly => "the gradient of one time step only: sum over t",
        TimeStepsMistake.FirstOnly => "the gradient of the first time step only, the others were overwritten: sum over t (+=)",
        TimeStepsMistake.AllButFirst => "a gradient without the first time step: sum over t = T … 1",
        TimeStepsMistake.AllButLast => "a gradient without the last time step: sum over t = T … 1",
        TimeStepsMistake.LastTwo => "a gradient whose back-propagation is cut after two steps: sum over t = T … 1",
        TimeStepsMistake.LastThree => "a gradient whose back-propagation is cut after three steps: sum over t = T … 1",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    public static string? Of(PropagationMistake mistake) => mistake switch
    {
        PropagationMistake.Correct => null,
        PropagationMistake.NotTransposed => "with W not transposed: ds_(t-1) = Wᵀ da_t, not W da_t",
        PropagationMistake.Missing => "with the same ds at every step: ds_(t-1) = Wᵀ da_t",
        PropagationMistake.Accumulated =>
            "with ds_t added to ds_(t-1): begin ds_(t-1) with zeros, ds_(t-1) = Wᵀ da_t and no more",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    public static string? Of(OuterMistake mistake) => mistake switch
    {
        OuterMistake.Correct => null,
        OuterMistake.SameState => "with s_t in place of s_(t-1): dW = Σ_t da_t s_(t-1)ᵀ",
        OuterMistake.Transposed => "that is transposed: dW = Σ_t da_t s_(t-1)ᵀ, not s_(t-1) da_tᵀ",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    public static string? Of(WordGradientMistake mistake) => mistake switch
    {
        WordGradientMistake.Correct => null,
        WordGradientMistake.WordBefore => "whose da_t stands in the column of word t - 1: dU = Σ_t da_t x_tᵀ",
        WordGradientMistake.WordAfter => "whose da_t stands in the column of word t + 1: dU = Σ_t da_t x_tᵀ",
        WordGradientMistake.FirstWord => "that stands in the first word's column alone: dU = Σ_t da_t x_tᵀ",
        WordGradientMistake.LastWord => "that stands in the last word's column alone: dU = Σ_t da_t x_tᵀ",
        WordGradientMistake.Backwards => "whose words are in the wrong order, from the last to the first: dU = Σ_t da_t x_tᵀ",
        WordGradientMistake.ColumnBefore => "in the wrong word's column, the one before: dU = Σ_t da_t x_tᵀ",
        WordGradientMistake.ColumnAfter => "in the wrong word's column, the one after: dU = Σ_t da_t x_tᵀ",
        WordGradientMistake.EveryColumn => "that stands in every column: dU = Σ_t da_t x_tᵀ, and x_t is 1 at word t alone",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    public static string? Of(OutputGradientMistake mistake) => mistake switch
    {
        OutputGradientMistake.Correct => null,
        OutputGradientMistake.UpdatedFirst => "as if W_out had been updated first: take ds_T = W_outᵀ dy before the step",
        OutputGradientMistake.NotTransposed => "as if W_out were not transposed: ds_T = W_outᵀ dy, not W_out dy",
        OutputGradientMistake.WeightsMissing => "as if ds_T were dy: ds_T = W_outᵀ dy",
        OutputGradientMistake.StateBefore => "by a gradient with the wrong state, s_(T-1): dW_out = dy s_Tᵀ",
        OutputGradientMistake.Transposed => "by a gradient that is transposed: dW_out = dy s_Tᵀ, not s_T dyᵀ",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };

    public static string? Of(ResetMistake mistake) => mistake switch
    {
        ResetMistake.Correct => null,
        ResetMistake.EachEpoch => "both sentences: gradients not reset, begin each sentence with zeros",
        ResetMistake.Never => "all sentences so far: gradients not reset, begin each sentence with zeros",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null),
    };
}
