import { linesChart } from '../charts/lines';
import { isUngated, type GradientEpoch, type Run } from '../data';

/** Largest singular value and largest eigenvalue of the recurrent weights; null in runs whose cell has none. */
export function spectrumChart(run: Run, epochs: GradientEpoch[]): HTMLElement | null {
  const lines = [
    { name: 'largest singular value', value: (epoch: GradientEpoch) => epoch.spectral_norm },
    { name: 'spectral radius', value: (epoch: GradientEpoch) => epoch.spectral_radius },
  ].filter((line) => epochs.some((epoch) => typeof line.value(epoch) === 'number'));
  if (lines.length === 0) return null;
  return linesChart({
    id: 'spectrum',
    title: 'Size of the recurrent weights',
    note: isUngated(run)
      ? 'Largest singular value below 1: gradients must vanish. Spectral radius above 1: they may explode '
        + '(Pascanu et al. 2013, for slopes of at most 1).'
      : 'Of the first layer’s hidden-to-hidden matrix. The line at 1 is where a vanilla recurrence turns from vanishing to '
        + 'exploding; gates change that.',
    xName: 'epoch',
    yName: 'of the first layer’s W',
    y: { min: 0, max: (range: { max: number }) => (range.max < 1 ? 1.2 : null) },
    lines: () => lines.map((line) => ({ name: line.name, points: epochs.map((epoch) => [epoch.epoch, line.value(epoch)]) })),
    marks: () => [{ yAxis: 1, label: { formatter: '1' } }],
  }).element;
}
