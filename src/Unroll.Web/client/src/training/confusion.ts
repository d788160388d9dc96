import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import type { Evaluation } from '../data';
import { shorten } from '../page/numbers';
import type { Table } from '../page/table';

const MOST_CLASSES = 30;
const MOST_WRITTEN = 12;

/** How often each label was taken for which. */
export function confusionChart(evaluation: Evaluation, labels: string[]): HTMLElement | null {
  const counts = evaluation.confusion;
  if (counts === null || labels.length > MOST_CLASSES) return null;
  const isWritten = labels.length <= MOST_WRITTEN;
  return chartCard({
    id: 'confusion',
    title: 'Confusion matrix on dev rows',
    note: 'Rows by their label (down) and what the model says (across); the diagonal is right. Colour: share of the label’s rows.',
    height: Math.max(260, 110 + 26 * labels.length),
    option: (colours, width) => {
      const most = width < 420 ? 8 : 16;
      const totals = counts.map((row) => row.reduce((a, b) => a + b, 0));
      const names = labels.map((label) => shorten(label, most));
      const option = heatMap({
        xName: 'predicted',
        x: names,
        yName: 'label',
        y: names,
        values: counts.map((row, truth) => row.map((count) => (totals[truth] ? count / totals[truth]! : 0))),
        scale: 'sequential',
        range: [0, 1],
        cell: isWritten ? (share) => share.toFixed(2) : undefined,
        matrix: true,
      }, colours);
      // The counts themselves travel with the cells.
      const series = (option.series as { data: (number | { value: number[]; count: number })[] }[])[0]!;
      series.data = (series.data as unknown as number[][]).map((value) => ({ value, count: counts[value[1]!]![value[0]!]! }));
      return counted(option, labels, isWritten);
    },
    table: () => table(labels, counts),
  }).element;
}

interface Item {
  data: { value: [number, number, number]; count: number };
}

function counted(option: Record<string, any>, labels: string[], isWritten: boolean): Record<string, any> {
  option['tooltip'].formatter = ({ data }: Item) =>
    `label ${labels[data.value[1]]}, predicted ${labels[data.value[0]]}\n${data.count} rows, ${(100 * data.value[2]).toFixed(1)} % of the label`;
  if (isWritten) option['series'][0].label.formatter = ({ data }: Item) => `{${data.value[2] > 0.55 ? 'onLight' : 'onDark'}|${data.count}}`;
  return option;
}

const table = (labels: string[], counts: number[][]): Table => ({
  caption: 'Rows by label (down) and prediction (across)',
  columns: ['label', ...labels],
  rows: counts.map((row, truth) => [labels[truth]!, ...row]),
});
