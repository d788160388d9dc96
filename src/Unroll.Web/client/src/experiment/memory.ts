import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import { linesChart } from '../charts/lines';
import type { ExperimentOf, LineOf } from './data';
import { choiceOfLengths } from './lengths';
import { curvesOf, distinct, linesOf } from './lines';

/** How long a sentence each cell can use. */
export function memoryCharts({ lines }: ExperimentOf<'memory'>): HTMLElement[] {
  const runs = linesOf(lines, 'run');
  const summaries = linesOf(lines, 'summary');
  const cells = distinct(summaries.map((summary) => summary.cell));
  const lengths = distinct(summaries.map((summary) => summary.length)).sort((a, b) => a - b);
  const of = (cell: string, length: number): LineOf<'memory', 'summary'> =>
    summaries.find((summary) => summary.cell === cell && summary.length === length)!;
  const seeds = summaries[0]!.seeds;
  return [
    chartCard({
      id: 'learned',
      title: 'Success against length',
      note: `How many of ${seeds} seeds learned to say which word stood first, by the length of the sentence.`,
      height: 90 + 36 * cells.length,
      option: (colours) => heatMap({
        xName: 'words of the sentence',
        x: lengths.map(String),
        yName: 'cell',
        y: cells,
        values: cells.map((cell) => lengths.map((length) => of(cell, length).learned)),
        scale: 'sequential',
        range: [0, seeds],
        cell: String,
        matrix: true,
      }, colours),
      table: () => ({
        caption: 'Success against length',
        columns: ['cell', ...lengths.map((length) => `${length} words`)],
        rows: cells.map((cell) => [cell, ...lengths.map((length) => `${of(cell, length).learned} of ${seeds}`)]),
      }),
    }).element,
    linesChart({
      id: 'accuracy',
      title: 'Accuracy against length',
      note: 'At the end of training, mean over the seeds; 0.5 is guessing.',
      height: 340,
      xName: 'words of the sentence',
      yName: 'accuracy',
      y: { min: (range: { min: number }) => Math.min(0.4, range.min), max: 1 },
      marks: () => [{ yAxis: 0.5, label: { formatter: 'guessing' } }],
      lines: () => cells.map((cell) => ({
        name: cell, points: lengths.map((length) => [length, of(cell, length).mean_accuracy]),
      })),
    }).element,
    choiceOfLengths(lengths, 'words', (shown, controls) => linesChart({
      id: 'learning',
      title: 'Accuracy while training',
      note: 'Each line is a seed; it ends where the word is learned.',
      height: 340,
      controls,
      xName: 'step',
      yName: 'accuracy',
      y: { min: (range: { min: number }) => Math.min(0.4, range.min), max: 1 },
      lines: () => curvesOf(runs, shown(), cells),
    })),
  ];
}
