namespace Unroll.Training;

/// <summary>
/// How the gradients of an epoch flowed back through time, measured on every 32nd step: L is a sentence's own loss, h_t the top
/// layer's state, both directions together.
/// </summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Samples">How many sentences were looked at.</param>
/// <param name="ByDistance">
/// Mean of ‖∂L/∂h_t‖ by the distance of word t from its sentence's last word, 0 first, over the sentences that are so long.
/// </param>
/// <param name="ByStep">Mean of ‖∂L/∂h_t‖ by t, the first word (that gradients go back to) first.</param>
/// <param name="SpectralNorm">
/// The largest singular value of W_hh of the lowest layer, forward direction, after the epoch: the most that it can stretch a
/// vector. For LSTM and GRU of the rows of the candidate g or n. NaN where there is no such weight.
/// </param>
/// <param name="SpectralRadius">The largest size of an eigenvalue of the same matrix: what many products with it do.</param>
/// <param name="JacobianSamples">
/// How many sentences the products of Jacobians were measured on, after the epoch; 0 for a Transformer, which has no steps in
/// time.
/// </param>
/// <param name="JacobianByDistance">
/// Mean of ‖∂s_T/∂s_{T-d}‖₂, the largest singular value of the product of d Jacobians of that layer and direction, by the
/// distance d, 0 first: the most that a gradient keeps on its way. s is the layer's state: h, for an LSTM h and c together.
/// </param>
public sealed record GradientFlow(
    int Epoch, int Samples, IReadOnlyList<double> ByDistance, IReadOnlyList<double> ByStep, double SpectralNorm,
        double SpectralRadius,
    int JacobianSamples, IReadOnlyList<double> JacobianByDistance);
