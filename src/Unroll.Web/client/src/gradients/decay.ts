import { axis, frame, legend, look } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { GradientEpoch, Run } from '../data';

/** Which epochs are drawn: first, middle and last. */
const chosen = (epochs: GradientEpoch[]): GradientEpoch[] =>
  [...new Set([0, Math.floor((epochs.length - 1) / 2), epochs.length - 1])].map((i) => epochs[i]!);

/**
 * Whether ‖∂L/∂h_{T-k}‖ ≤ (γ σ)^k ‖∂L/∂h_T‖ holds: one recurrence of tanh or ReLU (γ = 1), and a loss that sees the last state alone.
 */
const hasBound = ({ config }: Run): boolean =>
  config['cell'] === 'rnn' && (config['layers'] ?? 1) === 1 && config['bidirectional'] !== true && (config['pooling'] ?? 'last') === 'last';

/** The gradient against distance, beside the bound that the largest singular value gives. */
export function decayChart(run: Run, epochs: GradientEpoch[]): HTMLElement {
  const isBounded = hasBound(run);
  const lines = chosen(epochs).flatMap((epoch) => [
    { name: `epoch ${epoch.epoch}`, isBound: false, values: epoch.hidden_norm },
    ...(isBounded ? [{ name: `bound, epoch ${epoch.epoch}`, isBound: true, values: epoch.hidden_norm.map((_, k) => epoch.hidden_norm[0]! * epoch.spectral_norm ** k) }] : []),
  ]);
  return chartCard({
    id: 'gradient-decay',
    title: isBounded ? 'Gradient against distance, and its bound' : 'Gradient against distance',
    note: isBounded
      ? 'Pascanu et al. (2013): going back k words, the gradient grows at most by σᵏ, σ the largest singular value of the recurrent weights (tanh and ReLU have slopes of at most 1). Below σ = 1 it must vanish.'
      : 'The bound of Pascanu et al. (2013) is that of one vanilla recurrence read at its last word; this network has gates, more layers or directions, or another pooling.',
    height: 340,
    option: (colours) => ({
      ...frame(colours, 'mean ‖∂L/∂h‖ (log scale)', 30),
      legend: legend(colours, lines.map((line) => line.name)),
      xAxis: axis(colours, 'words before the end', 'value', { min: 0, max: 'dataMax', minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(colours, '', 'log'),
      series: lines.map((line, i) => {
        const colour = colours.series[Math.floor(isBounded ? i / 2 : i)]!;
        return {
          ...look(i, line.values.length),
          name: line.name,
          ...(line.isBound ? { symbol: 'none' } : {}),
          color: colour,
          lineStyle: { width: line.isBound ? 1 : 2, type: line.isBound ? 'dashed' : 'solid', color: colour },
          data: line.values.flatMap((value, k) => (value > 0 ? [[k, value]] : [])),
        };
      }),
    }),
    table: () => ({
      caption: 'Gradient against distance',
      columns: ['words before the end', ...lines.map((line) => line.name)],
      rows: Array.from({ length: Math.max(...lines.map((line) => line.values.length)) }, (_, k) => [String(k), ...lines.map((line) => line.values[k])]),
    }),
  }).element;
}
