import { isTransformer, isUngated, type GradientEpoch, type Run } from '../data';
import { distanceChart } from './distance';

/**
 * Whether ‖∂L/∂h_{T-k}‖ ≤ (γ σ)^k ‖∂L/∂h_T‖ holds: one recurrence of tanh or ReLU without gates (γ = 1), and a loss that sees the
 * last state alone.
 */
export const hasBound = (run: Run): boolean =>
  isUngated(run)
  && (run.config['layers'] ?? 1) === 1
  && run.config['bidirectional'] !== true
  && (run.config['pooling'] ?? 'last') === 'last';

/** The gradient against distance, beside the bound that the largest singular value gives. */
export function decayChart(run: Run, epochs: GradientEpoch[]): HTMLElement {
  const isBounded = hasBound(run);
  return distanceChart({
    id: 'gradient-decay',
    title: isBounded ? 'Gradient against distance, and its bound' : 'Gradient against distance',
    note: isBounded
      ? 'Pascanu et al. (2013): going back k words, the gradient grows at most by σᵏ, σ the largest singular value of the '
        + 'recurrent weights (tanh and ReLU have slopes of at most 1). Below σ = 1 it must vanish.'
      : isTransformer(run)
      ? 'A Transformer has no recurrence: a gradient reaches each word at once, through attention, however far it stands.'
      : 'The bound of Pascanu et al. (2013) is that of one vanilla recurrence read at its last word; this network has gates, '
        + 'more layers or directions, or another pooling.',
    yName: 'mean ‖∂L/∂h‖',
    epochs,
    values: (epoch) => epoch.hidden_norm,
    isBounded,
  });
}
