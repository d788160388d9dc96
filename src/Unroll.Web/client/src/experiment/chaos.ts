import { linesChart } from '../charts/lines';
import type { ExperimentOf } from './data';
import { linesOf } from './lines';

/** Whether two near states come together or part. */
export function chaosCharts({ lines }: ExperimentOf<'chaos'>): HTMLElement[] {
  const curves = linesOf(lines, 'curve');
  const summaries = linesOf(lines, 'summary');
  const { apart } = linesOf(lines, 'settings')[0]!;
  return [
    linesChart({
      id: 'distance',
      title: 'Distance of two states by step',
      note: 'Geometric mean over the seeds, a line for each spectral radius of the recurrent weights.',
      height: 420,
      xName: 'step',
      yName: 'distance',
      yType: 'log',
      marks: () => [{ yAxis: apart, label: { formatter: 'at the beginning' } }],
      lines: () => curves.map(({ radius, distance }) => ({
        name: String(radius), points: distance.map((value, t) => [t, value]),
      })),
    }).element,
    linesChart({
      id: 'exponent',
      title: 'Lyapunov exponent by spectral radius',
      note: 'The mean logarithm of the growth in a step: below 0 the two states come together, above 0 they part.',
      height: 420,
      xName: 'spectral radius',
      x: { minInterval: 0 },
      yName: 'exponent',
      marks: () => [{ yAxis: 0, label: { formatter: '' } }],
      lines: () => [{ name: 'exponent', points: summaries.map((summary) => [summary.radius, summary.lyapunov_exponent]) }],
    }).element,
  ];
}
