import { axis, frame } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { LengthRange } from '../data';

/** A range of lengths as it is written. */
export const name = (range: Pick<LengthRange, 'from' | 'to'>): string =>
  (range.from === range.to ? `${range.from}` : `${range.from}–${range.to}`);

/** Whether long texts are harder. */
export function lengthChart(ranges: LengthRange[]): HTMLElement {
  return chartCard({
    id: 'lengths',
    title: 'Accuracy by length of the text',
    note: 'Over each bar, how many dev rows it stands for: few rows, little certainty.',
    option: (colours) => ({
      ...frame(colours, 'accuracy, 0 to 1'),
      xAxis: axis(colours, 'tokens of the text', 'category', { data: ranges.map(name) }),
      yAxis: axis(colours, '', 'value', {
        min: 0,
        max: 1.1,
        interval: 0.2,
        axisLabel: { color: colours.muted, formatter: (value: number) => (value > 1.01 ? '' : value.toFixed(1)) },
      }),
      series: [{
        type: 'bar',
        name: 'accuracy',
        barMaxWidth: 48,
        data: ranges.map((range) => range.accuracy),
        label: {
          show: true,
          position: 'top',
          color: colours.muted,
          formatter: (item: { dataIndex: number }) => String(ranges[item.dataIndex]!.rows),
        },
        labelLayout: { hideOverlap: true },
      }],
    }),
    table: () => ({
      caption: 'Accuracy by length of the text',
      columns: ['tokens', 'rows', 'accuracy'],
      rows: ranges.map((range) => [name(range), range.rows, range.accuracy]),
    }),
  }).element;
}
