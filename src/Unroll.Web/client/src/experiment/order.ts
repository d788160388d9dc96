import { roomBelow } from '../charts/axes';
import { barsChart } from '../charts/bars';
import { linesChart, type Line } from '../charts/lines';
import type { ChartCard } from '../charts/chart';
import { choice } from '../page/choice';
import type { ExperimentOf } from './data';
import { linesOf } from './lines';

/** What is lost with the order of the words. */
export function orderCharts({ lines }: ExperimentOf<'order'>): HTMLElement[] {
  const runs = linesOf(lines, 'run');
  const summaries = linesOf(lines, 'summary');
  const cells = summaries.map((summary) => summary.cell);
  const least = Math.min(...summaries.flatMap((summary) => [summary.accuracy_in_order, summary.accuracy_shuffled]));
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
  return [
    barsChart({
      id: 'order',
      title: 'Accuracy with the words in order and shuffled',
      note: 'Of the best epoch, mean over the seeds. The axis does not begin at 0.',
      xName: '',
      names: cells,
      yName: 'accuracy',
      y: { min: Math.max(0, Math.floor(20 * least - 1) / 20) },
      bars: [
        { name: 'in order', values: summaries.map((summary) => summary.accuracy_in_order) },
        { name: 'shuffled', values: summaries.map((summary) => summary.accuracy_shuffled) },
      ],
    }).element,
    byEpoch.element,
  ];
}
