import { linesChart, type Line } from '../charts/lines';
import type { ExperimentOf } from './data';
import { linesOf } from './lines';

/** The lab from many beginnings, over each other. */
export function seedsCharts({ lines }: ExperimentOf<'seeds'>): HTMLElement[] {
  const runs = linesOf(lines, 'run');
  const name = (learned: boolean): string => (learned ? 'both sentences right' : 'not learned');
  const guessing = { yAxis: 2 * Math.LN2, label: { formatter: 'guessing' } };
  // Those that learned first, so that the few others lie on top.
  const sorted = [...runs].sort((a, b) => Number(b.learned) - Number(a.learned));
  const ranked = [...runs].sort((a, b) => a.loss - b.loss);
  return [
    linesChart({
      id: 'curves',
      title: 'Loss of every seed',
      note: `${runs.filter((run) => run.learned).length} of ${runs.length} learned both sentences.`,
      height: 420,
      xName: 'epoch',
      x: { min: 1 },
      yName: 'total loss',
      yType: 'log',
      marks: () => [guessing],
      lines: () => sorted.map((run): Line => ({
        name: name(run.learned),
        colour: run.learned ? 0 : 1,
        style: run.learned ? 'faint' : 'plain',
        look: 0,
        points: run.curve.map((value, i) => [1 + i * run.curve_every, value]),
      })),
      table: () => ({
        caption: 'Loss of every seed',
        columns: ['seed', 'loss at the end', 'both sentences right'],
        rows: runs.map((run) => [String(run.seed), run.loss, run.learned ? 'yes' : 'no']),
      }),
    }).element,
    linesChart({
      id: 'final',
      title: 'Loss at the end, from least to most',
      height: 420,
      xName: 'rank of the seed',
      x: { min: 1 },
      yName: 'total loss',
      yType: 'log',
      marks: () => [guessing],
      lines: () => [{ name: 'loss', points: ranked.map((run, i) => [i + 1, run.loss]) }],
    }).element,
  ];
}
