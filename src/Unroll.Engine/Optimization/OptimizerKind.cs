namespace Unroll;

/// <summary>
/// How gradients become updates. Without <c>DenseUpdates</c> rows of the word vectors are updated only in steps that saw the
/// word.
/// </summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent, with momentum if asked for: <c>torch.optim.SGD</c>.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba, 2015); weight decay is added to the gradients: <c>torch.optim.Adam</c>.</summary>
    Adam,

    /// <summary>AdamW (Loshchilov and Hutter, 2019); weight decay shrinks the parameters: <c>torch.optim.AdamW</c>.</summary>
    AdamW,
}
