import { axis, frame, legend, look } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { GradientEpoch } from '../data';

interface Distances {
  id: string;
  title: string;
  note: string;
  yName: string;
  epochs: GradientEpoch[];
  /** By distance, 0 first. */
  values: (epoch: GradientEpoch) => number[];
  isBounded: boolean;
}

/** Which epochs are drawn: first, middle and last. */
const chosen = (epochs: GradientEpoch[]): GradientEpoch[] =>
  [...new Set([0, Math.floor((epochs.length - 1) / 2), epochs.length - 1])].map((i) => epochs[i]!);

/** What is left of something over the distance, on a logarithmic scale, beside the bound (γ σ)^k that the largest singular value σ gives; γ = 1. */
export function distanceChart(spec: Distances): HTMLElement {
  const lines = chosen(spec.epochs).flatMap((epoch) => {
    const values = spec.values(epoch);
    const bound = { name: `bound, epoch ${epoch.epoch}`, isBound: true, values: values.map((_, k) => values[0]! * epoch.spectral_norm ** k) };
    return [{ name: `epoch ${epoch.epoch}`, isBound: false, values }, ...(spec.isBounded ? [bound] : [])];
  });
  return chartCard({
    id: spec.id,
    title: spec.title,
    note: spec.note,
    height: 340,
    option: (colours) => ({
      ...frame(colours, spec.yName, 30),
      legend: legend(colours, lines.map((line) => line.name)),
      xAxis: axis(colours, 'words before the end', 'value', { min: 0, max: 'dataMax', minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(colours, '', 'log'),
      series: lines.map((line, i) => {
        const colour = colours.series[Math.floor(spec.isBounded ? i / 2 : i)]!;
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
      caption: spec.title,
      columns: ['words before the end', ...lines.map((line) => line.name)],
      rows: Array.from({ length: Math.max(...lines.map((line) => line.values.length)) }, (_, k) => [String(k), ...lines.map((line) => line.values[k])]),
    }),
  }).element;
}
