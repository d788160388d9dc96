import { isUngated, type GradientEpoch, type Run } from '../data';
import { distanceChart } from './distance';

/** The products of Jacobians against distance, beside the bound of the largest singular value; null in runs that have none. */
export function jacobianChart(run: Run, epochs: GradientEpoch[]): HTMLElement | null {
  const measured = epochs.filter((epoch) => epoch.jacobian_norm);
  if (measured.length === 0) return null;
  const isBounded = isUngated(run);
  const samples = measured.at(-1)!.jacobian_samples;
  const state = run.cell?.cell_state ? 'the state (h, c)' : 'the state h';
  const over = samples === 1 ? 'on one long sentence' : `a mean over ${samples} long sentences`;
  return distanceChart({
    id: 'jacobians',
    title: isBounded ? 'Product of Jacobians against distance, and its bound' : 'Product of Jacobians against distance',
    note: `The most by which ${state} of the first layer, k words before the end, can still change the last one: `
      + `‖∂s_T/∂s_{T−k}‖, after the epoch, ${over}. `
      + (isBounded
        ? 'It stays below (γσ)ᵏ with σ the largest singular value and slopes of at most γ = 1 (Pascanu et al. 2013).'
        : 'Gates open other ways than the recurrent weights, so powers of σ are no bound here.'),
    yName: 'mean ‖∂s_T/∂s_{T−k}‖',
    epochs: measured,
    values: (epoch) => epoch.jacobian_norm!,
    isBounded,
  });
}
