import { roomBelow } from '../charts/axes';
import { linesChart, type Line } from '../charts/lines';
import type { ChartCard } from '../charts/chart';
import { choice } from '../page/choice';
import type { ExperimentOf } from './data';
import { declaredCharts } from './declared';
import { linesOf } from './lines';

/** What is lost with the order of the words. */
export function orderCharts(experiment: ExperimentOf<'order'>): HTMLElement[] {
  const { lines } = experiment;
  const runs = linesOf(lines, 'run');
  const cells = linesOf(lines, 'summary').map((summary) => summary.cell);
  const first = Math.min(1, cells.length - 1);
  let shown = cells[first]!;
  const byEpoch: ChartCard = linesChart({
    id: 'by-epoch',
    title: 'Accuracy by epoch',
    note: 'Each line is a seed.',
    controls: [choice('Of', cells, (i) => {
      shown = cells[i]!;
      byEpoch.redraw();
    }, first)],
    xName: 'epoch',
    yName: 'accuracy',
    y: { min: roomBelow(0.1) },
    lines: () => runs.filter((run) => run.cell === shown).map((run): Line => ({
      name: run.shuffled ? 'shuffled' : 'in order',
      colour: run.shuffled ? 1 : 0,
      look: run.shuffled ? 1 : 0,
      points: run.curve.map((value, epoch) => [epoch + 1, value]),
    })),
  });
  return [...declaredCharts(experiment), byEpoch.element];
}
