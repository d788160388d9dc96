import { axis, frame, legend, look, markLine } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { GradientEpoch, Run } from '../data';

/** Largest singular value and largest eigenvalue of the recurrent weights. */
export function spectrumChart(run: Run, epochs: GradientEpoch[]): HTMLElement {
  const lines = [
    { name: 'largest singular value', value: (epoch: GradientEpoch) => epoch.spectral_norm },
    { name: 'spectral radius', value: (epoch: GradientEpoch) => epoch.spectral_radius },
  ].filter((line) => epochs.some((epoch) => typeof line.value(epoch) === 'number'));
  const isVanilla = run.config['cell'] === 'rnn';
  return chartCard({
    id: 'spectrum',
    title: 'Size of the recurrent weights',
    note: isVanilla
      ? 'Largest singular value below 1: gradients must vanish. Spectral radius above 1: they may explode (Pascanu et al. 2013, for slopes of at most 1).'
      : 'Of the first layer’s hidden-to-hidden matrix. The line at 1 is where a vanilla recurrence turns from vanishing to exploding; gates change that.',
    option: (colours) => ({
      ...frame(colours, 'of the first layer’s W', 30),
      legend: legend(colours, lines.map((line) => line.name)),
      xAxis: axis(colours, 'epoch', 'value', { min: 'dataMin', max: 'dataMax', minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(colours, '', 'value', { min: 0, max: (range: { max: number }) => (range.max < 1 ? 1.2 : null) }),
      series: lines.map((line, i) => ({
        ...look(i, epochs.length),
        name: line.name,
        data: epochs.map((epoch) => [epoch.epoch, line.value(epoch)]),
        markLine: i === 0 ? markLine(colours, [{ yAxis: 1, label: { formatter: '1' } }]) : undefined,
      })),
    }),
    table: () => ({
      caption: 'Size of the recurrent weights',
      columns: ['epoch', ...lines.map((line) => line.name)],
      rows: epochs.map((epoch) => [String(epoch.epoch), ...lines.map((line) => line.value(epoch))]),
    }),
  }).element;
}
