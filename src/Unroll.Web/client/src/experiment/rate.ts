import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import { power } from '../page/numbers';
import type { ExperimentOf } from './data';
import { declaredCharts } from './declared';
import { linesOf } from './lines';

/** With which learning rates each cell learns, as a map: as lines they would lie upon each other. */
export function rateCharts({ charts, lines }: ExperimentOf<'rate'>): HTMLElement[] {
  const { rates, seeds } = linesOf(lines, 'settings')[0]!;
  const summaries = linesOf(lines, 'summary');
  const ordered = [...rates].sort((a, b) => a - b);
  return [
    chartCard({
      id: 'learned',
      title: 'Seeds that learned by learning rate',
      note: `How many of ${seeds} seeds came next to no loss.`,
      height: 110 + 26 * summaries.length,
      option: (colours, width) => heatMap({
        xName: 'learning rate',
        x: ordered.map(power),
        yName: 'cell',
        y: summaries.map(({ cell }) => cell),
        values: summaries.map(({ learned }) => learned),
        scale: 'sequential',
        range: [0, seeds],
        cell: String,
        rotate: width < 60 * ordered.length,
        matrix: true,
      }, colours),
      table: () => ({
        caption: 'Seeds that learned by learning rate',
        columns: ['cell', ...ordered.map(power)],
        rows: summaries.map(({ cell, learned }) => [cell, ...learned.map((count) => `${count} of ${seeds}`)]),
      }),
    }).element,
    ...declaredCharts({ charts: charts.filter(({ id }) => id !== 'learned') }),
  ];
}
