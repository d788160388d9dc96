import { linesChart } from '../charts/lines';
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
  const lines = chosen(spec.epochs).flatMap((epoch, i) => {
    const values = spec.values(epoch);
    const bound = values.map((_, k): [number, number] => [k, values[0]! * epoch.spectral_norm ** k]);
    return [
      { name: `epoch ${epoch.epoch}`, colour: i, points: values.map((value, k): [number, number] => [k, value]) },
      ...(spec.isBounded ? [{ name: `bound, epoch ${epoch.epoch}`, colour: i, style: 'bound' as const, points: bound }] : []),
    ];
  });
  return linesChart({
    id: spec.id,
    title: spec.title,
    note: spec.note,
    height: 340,
    xName: 'words before the end',
    x: { min: 0 },
    yName: spec.yName,
    yType: 'log',
    lines: () => lines,
  }).element;
}
