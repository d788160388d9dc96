import { frame, axis, legend, look } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { Sentence } from '../data';
import { format, shorten } from '../page/numbers';
import { numbered, wordAxis } from './wordAxis';

const MOST_LABELS = 6;

/** The labels that a chart has room for: those with the highest probabilities, in the order of the classes. */
export const mostProbable = (labels: string[], probabilities: number[], most = MOST_LABELS): { label: string; c: number }[] =>
  labels.map((label, c) => ({ label, c }))
    .sort((a, b) => (probabilities[b.c] ?? 0) - (probabilities[a.c] ?? 0))
    .slice(0, most)
    .sort((a, b) => a.c - b.c);

/** The probability of each label if the text ended after the word. */
export function prefixChart(sentence: Sentence): HTMLElement {
  const { labels } = sentence.model;
  const shown = mostProbable(labels, sentence.prefix.at(-1) ?? []);
  return chartCard({
    id: 'prefix',
    title: 'Prediction after each word',
    note: labels.length > MOST_LABELS
      ? `The ${MOST_LABELS} most probable of ${labels.length} labels, if the text ended there.`
      : 'If the text ended there.',
    option: (colours, width) => ({
      ...frame(colours, 'probability, 0 to 1', 30),
      legend: legend(colours, shown.map(({ label }) => label)),
      xAxis: wordAxis(colours, sentence.tokens, width),
      yAxis: axis(colours, '', 'value', { min: 0, max: 1 }),
      series: shown.map(({ label, c }, i) => ({
        ...look(i, sentence.tokens.length),
        name: label,
        data: sentence.prefix.map((row) => row[c]),
      })),
      tooltip: {
        ...(frame(colours, '').tooltip as object),
        formatter: (items: { dataIndex: number; seriesName: string; value: number }[]) => [
          `after "${sentence.tokens[items[0]!.dataIndex]!}"`,
          ...items.map((item) => `${shorten(item.seriesName, 24)}: ${format(item.value)}`),
        ].join('\n'),
      },
    }),
    table: () => ({
      caption: 'Probability of each label after each word',
      columns: ['after', ...labels],
      rows: numbered(sentence.tokens).map((word, t) => [word, ...sentence.prefix[t]!]),
    }),
  }).element;
}
