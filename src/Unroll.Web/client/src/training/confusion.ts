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
  return chartCard({
    id: 'confusion',
    title: 'Confusion matrix on dev rows',
    note: 'Rows by their label (down) and what the model says (across); the diagonal is right. '
      + 'Colour: share of the label’s rows.',
    height: Math.max(260, 110 + 26 * labels.length),
    option: (colours, width) => {
      const names = labels.map((label) => shorten(label, width < 420 ? 8 : 16));
      return heatMap({
        xName: 'predicted',
        x: names,
        yName: 'label',
        y: names,
        values: sharesOfRows(counts),
        counts,
        scale: 'sequential',
        range: [0, 1],
        cell: labels.length <= MOST_WRITTEN ? (_, predicted, truth) => String(counts[truth]![predicted]) : undefined,
        about: (share, predicted, truth) =>
          `label ${labels[truth]!}, predicted ${labels[predicted]!}\n`
          + `${counts[truth]![predicted]!} rows, ${(100 * share).toFixed(1)} % of the label`,
        matrix: true,
      }, colours);
    },
    table: () => table(labels, counts),
  }).element;
}

/** What part of its row each count is; 0 in rows without any. */
export const sharesOfRows = (counts: number[][]): number[][] => counts.map((row) => {
  const total = row.reduce((a, b) => a + b, 0);
  return row.map((count) => (total === 0 ? 0 : count / total));
});

const table = (labels: string[], counts: number[][]): Table => ({
  caption: 'Rows by label (down) and prediction (across)',
  columns: ['label', ...labels],
  rows: counts.map((row, truth) => [labels[truth]!, ...row]),
});
