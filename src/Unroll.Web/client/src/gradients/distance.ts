import { linesChart, type Line } from '../charts/lines';
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
export const firstMiddleLast = <T>(all: T[]): T[] =>
  [...new Set([0, Math.floor((all.length - 1) / 2), all.length - 1])].map((i) => all[i]!);

/** A line for each epoch that is drawn, and one for its bound. */
export const distanceLines = ({ epochs, values, isBounded }: Pick<Distances, 'epochs' | 'values' | 'isBounded'>): Line[] =>
  firstMiddleLast(epochs).flatMap((epoch, i): Line[] => {
    const norms = values(epoch);
    const measured: Line = { name: `epoch ${epoch.epoch}`, colour: i, points: norms.map((norm, k) => [k, norm]) };
    const sigma = epoch.spectral_norm;
    if (!isBounded || sigma === null) return [measured];
    const bound = norms.map((_, k): [number, number] => [k, norms[0]! * sigma ** k]);
    return [measured, { name: `bound, epoch ${epoch.epoch}`, colour: i, style: 'bound', points: bound }];
  });

/**
 * What is left of something over the distance, on a logarithmic scale, beside the bound (γ σ)^k that the largest singular value σ
 * gives; γ = 1.
 */
export function distanceChart(spec: Distances): HTMLElement {
  const lines = distanceLines(spec);
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
